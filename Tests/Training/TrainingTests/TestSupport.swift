import Formats
import Foundation
import Logging
import Testing
import Training

/// A directory that is removed when the last reference goes.
final class TemporaryDirectory {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "/training-tests-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
  }

  func text(_ name: String) throws -> String {
    try String(contentsOf: URL(fileURLWithPath: path + "/" + name), encoding: .utf8)
  }

  /// Changes the manifest of a checkpoint, and its checksum with it.
  func editManifest(of checkpoint: String, _ edit: (inout String) -> Void) throws {
    let name = checkpoint + "/manifest.json"
    var text = try text(name)
    edit(&text)
    let unsigned = text.replacing(/("checksum" : ")[0-9a-f]*/) { "\($0.1)" }
    let fingerprint = Fingerprint()
    fingerprint.update(unsigned)
    try write(name, unsigned.replacing("\"checksum\" : \"", with: "\"checksum\" : \"" + fingerprint.hexadecimal))
  }

  /// The bytes of every file below a folder, by path relative to it.
  func contents(_ folder: String = "") throws -> [String: Data] {
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

/// Expects an error with a documented exit code whose sentence contains every text of `mentions`.
func expectError(
  _ exitCode: Int32, mentions: [String], sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  do {
    try body()
    Issue.record("expected an error", sourceLocation: sourceLocation)
  } catch let error as any ReportedError {
    #expect(error.exitCode == exitCode, "\(error)", sourceLocation: sourceLocation)
    for mention in mentions { #expect(error.description.contains(mention), sourceLocation: sourceLocation) }
    #expect(!error.description.contains("\n"), sourceLocation: sourceLocation)
  } catch {
    Issue.record("expected an error with an exit code and found \(error)", sourceLocation: sourceLocation)
  }
}

extension Checkpoint {
  /// The checkpoint that a path names, without a word on damaged ones.
  static func existing(in path: String) throws -> Checkpoint {
    try existing(in: path, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }
}

extension TrainingConfiguration {
  /// The tiny preset with changes, written as `--set` takes them.
  static func tiny(_ settings: String...) throws -> TrainingConfiguration {
    var result = try preset(named: "tiny")
    try result.apply(settings.map { try SettingAssignment(parsing: $0) })
    return result
  }
}
