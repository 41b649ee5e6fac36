internal import Foundation

/// Files of `Tests/Fixtures`, which `make_images.py` and others there made.
public enum Fixtures {
  /// Where a file or folder of `Tests/Fixtures` lies.
  public static func path(_ name: String) -> String {
    var tests = URL(fileURLWithPath: #filePath)
    while tests.lastPathComponent != "Tests" { tests.deleteLastPathComponent() }
    return tests.appendingPathComponent("Fixtures/" + name).path
  }

  /// The bytes of a file in a folder of fixtures.
  public static func bytes(_ name: String, in folder: String = "images") throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path("\(folder)/\(name)"))))
  }
}

/// The bytes of hexadecimal digits; spaces and line ends are skipped.
public func bytes(hexadecimal text: String) -> [UInt8] {
  let digits = text.compactMap(\.hexDigitValue)
  return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}
