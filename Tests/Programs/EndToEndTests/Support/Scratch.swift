import Foundation
import Testing

/// A directory for one test, removed with this object.
final class Scratch {
  /// Where it is.
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("sagan-" + UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a name in it.
  func at(_ name: String) -> String { path + "/" + name }

  /// Creates an empty file and opens it.
  func fileToWrite(_ name: String) throws -> FileHandle {
    try Data().write(to: URL(fileURLWithPath: at(name)))
    return try FileHandle(forWritingTo: URL(fileURLWithPath: at(name)))
  }

  /// The text of a file.
  func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: at(name))), as: UTF8.self)
  }

  /// Writes a file, and the directories it lies in.
  func write(_ bytes: [UInt8], to name: String) throws {
    let url = URL(fileURLWithPath: at(name))
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  /// The bytes of a file.
  func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: at(name)))) }

  /// Whether there is something of that name.
  func holds(_ name: String) -> Bool { FileManager.default.fileExists(atPath: at(name)) }

  /// Removes a file or directory.
  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: at(name)) }

  /// The contents of all files below a name, by path; directories end with a slash and have none.
  func tree(_ name: String = "") throws -> [String: Data] {
    var result: [String: Data] = [:]
    let root = at(name)
    guard let paths = FileManager.default.enumerator(atPath: root) else { return result }
    for case let path as String in paths {
      var isDirectory: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: root + "/" + path, isDirectory: &isDirectory)
      if isDirectory.boolValue {
        result[path + "/"] = Data()
      } else {
        result[path] = try Data(contentsOf: URL(fileURLWithPath: root + "/" + path))
      }
    }
    return result
  }
}

/// The paths whose contents two trees do not share.
func differences(_ a: [String: Data], _ b: [String: Data]) -> [String] {
  Set(a.keys).union(b.keys).filter { a[$0] != b[$0] }.sorted()
}

extension Scratch {
  /// Trains four steps of the smallest preset into `run`.
  func trainRun(_ settings: String...) throws {
    expectSuccess(
      try Program.run(
        ["train", "--preset", "tiny", "--out", at("run"), "--steps", "4"] + settings.flatMap { ["--set", $0] }))
  }
}
