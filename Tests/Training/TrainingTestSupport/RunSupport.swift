public import Checkpoints
public import Configuration
internal import Files
internal import Logging
public import TestSupport

extension TemporaryDirectory {
  /// Changes the manifest of a checkpoint, and its checksum with it.
  public func editManifest(of checkpoint: String, _ edit: (inout String) -> Void) throws {
    let name = checkpoint + "/manifest.json"
    var text = try text(name)
    edit(&text)
    let unsigned = text.replacing(/("checksum" : ")[0-9a-f]*/) { "\($0.1)" }
    let fingerprint = Fingerprint()
    fingerprint.update(unsigned)
    try write(name, unsigned.replacing("\"checksum\" : \"", with: "\"checksum\" : \"" + fingerprint.hexadecimal))
  }
}

extension Checkpoint {
  /// The checkpoint that a path names, without a word on damaged ones.
  public static func existing(in path: String) throws -> Checkpoint {
    try existing(in: path, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }
}

extension TrainingSettings {
  /// The tiny preset with changes, written as `--set` takes them.
  public static func tiny(_ settings: String...) throws -> TrainingSettings {
    var result = try preset(named: "tiny")
    try result.apply(settings.map { try SettingAssignment(parsing: $0) })
    return result
  }
}
