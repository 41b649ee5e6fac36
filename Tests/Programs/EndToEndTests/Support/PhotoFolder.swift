import Images
import Foundation

/// A folder of images in class folders, as small as it can be: PNG files made here, JPEG files of the fixtures.
struct PhotoFolder {
  private let scratch: Scratch
  private let name: String

  /// Writes two classes of five images each; `seed` gives other images.
  init(in scratch: Scratch, _ name: String = "photos", seed: Int = 0) throws {
    self.scratch = scratch
    self.name = name
    for number in 0..<4 {
      for (place, label) in ["dunes", "ladybird/close"].enumerated() {
        try write(try Self.png(number * 2 + place + 10 * seed), to: "\(label)/\(number).png")
      }
    }
    try write(Self.fixture("colour.jpg"), to: "dunes/photo.JPG")
    try write(Self.fixture("progressive.jpg"), to: "ladybird/photo.jpeg")
  }

  /// What `--data` takes.
  var data: String { "folder:" + scratch.at(name) }

  /// Writes a file of the folder.
  func write(_ bytes: [UInt8], to path: String) throws { try scratch.write(bytes, to: name + "/" + path) }

  /// A picture of 40×36 pixels whose halves differ.
  static func png(_ number: Int) throws -> [UInt8] {
    var pixels: [UInt8] = []
    for position in 0..<40 * 36 {
      let (row, column) = (position / 40, position % 40)
      pixels += [UInt8((column * 6 + number) % 256), UInt8((row * 7 + 20 * number) % 256), UInt8(number * 11 % 256)]
    }
    return try PNG.encode(pixels: pixels, width: 40, height: 36, channels: 3)
  }

  /// A picture of the fixtures.
  static func fixture(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: Program.package.appendingPathComponent("Tests/Fixtures/images/\(name)")))
  }
}
