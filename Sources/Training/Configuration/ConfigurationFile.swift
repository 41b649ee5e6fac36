internal import Files

/// A file of settings in YAML: what `--config` reads, and the `config.yaml` of a run.
public struct ConfigurationFile: Sendable {
  /// The preset that the file names, if it does.
  public let preset: SettingAssignment?
  /// Its other settings, in the order of the file.
  public let assignments: [SettingAssignment]

  /// Settings are short; a longer file is something else.
  private static let largestByteCount = 1 << 20

  /// Reads a file.
  ///
  /// - Parameter path: Where it is.
  /// - Throws: `FileError` if it cannot be read; `ConfigurationError` if it is not a list of settings.
  public init(path: String) throws {
    let file = try InputFile(path: path)
    guard file.byteCount <= Self.largestByteCount else {
      throw ConfigurationError(
        "expected lines of 'key: value' in '\(path)' and found \(file.byteCount) bytes; name a file of settings")
    }
    let bytes = try file.elements(of: UInt8.self, count: file.byteCount, at: 0)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ConfigurationError("'\(path)' is not UTF-8 text; name a file of settings, or save it as UTF-8")
    }
    try self.init(yaml: text, path: path)
  }

  /// Settings that stand in no file of their own.
  package init(preset: SettingAssignment?, assignments: [SettingAssignment]) {
    (self.preset, self.assignments) = (preset, assignments)
  }

  /// Reads the text of a file.
  ///
  /// - Parameters:
  ///   - yaml: The text.
  ///   - path: What error messages call it.
  /// - Throws: `ConfigurationError` if it is not a list of settings.
  public init(yaml: String, path: String) throws(ConfigurationError) {
    // Editors of Windows put a byte order mark before a text, which is none of it.
    let text = yaml.unicodeScalars.first == "\u{FEFF}" ? String(yaml.unicodeScalars.dropFirst()) : yaml
    let all = try SettingsReader.assignments(in: text, path: path)
    preset = all.first { $0.key == "preset" }
    assignments = all.filter { $0.key != "preset" }
  }
}

extension TrainingSettings {
  /// Reads what `yaml()` wrote; settings that are not named have their preset's values.
  ///
  /// - Parameters:
  ///   - yaml: The text of the file.
  ///   - path: What error messages call it.
  /// - Throws: `ConfigurationError` if this is no YAML mapping of known keys to acceptable values, with a preset.
  public init(yaml: String, path: String) throws(ConfigurationError) {
    let file = try ConfigurationFile(yaml: yaml, path: path)
    guard let preset = file.preset else {
      throw ConfigurationError("expected the setting 'preset' in '\(path)' and found none")
    }
    self = try Self.preset(preset)
    try apply(file.assignments)
  }
}
