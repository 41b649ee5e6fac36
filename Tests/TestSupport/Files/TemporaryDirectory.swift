public import Foundation

/// A directory that is removed when the last reference goes.
public final class TemporaryDirectory {
  /// Where it is.
  public let path: String

  /// Makes one that nobody else has.
  public init() throws {
    path = NSTemporaryDirectory() + "/sagan-tests-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file in the place of the one that is there; returns its path.
  @discardableResult
  public func file(_ name: String, _ content: [UInt8]) throws -> String {
    let path = path + "/" + name
    // Rewriting a file in place makes some file systems flush the old one to disk: milliseconds, thousands of times.
    try? FileManager.default.removeItem(atPath: path)
    try Data(content).write(to: URL(fileURLWithPath: path))
    return path
  }

  /// Writes a text.
  public func write(_ name: String, _ text: String) throws { try file(name, Array(text.utf8)) }

  /// The bytes of a file.
  public func content(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)))
  }

  /// The text of a file.
  public func text(_ name: String) throws -> String {
    try String(contentsOf: URL(fileURLWithPath: path + "/" + name), encoding: .utf8)
  }

  /// What is in it.
  public var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] }

  /// The bytes of every file below a folder, by path relative to it.
  public func contents(_ folder: String = "") throws -> [String: Data] {
    let root = path + "/" + folder
    var result: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: root) {
      let url = URL(fileURLWithPath: root + "/" + name)
      if try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true {
        result[name] = try Data(contentsOf: url)
      }
    }
    return result
  }
}
