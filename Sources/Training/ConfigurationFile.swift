internal import Formats
internal import Yams

extension TrainingConfiguration {
  /// The contents of `config.yaml`: one line for each setting.
  public func yaml() throws(ConfigurationError) -> String {
    let pairs = Setting.table.map { (Node($0.key), Node($0.text(self))) }
    do {
      return try Yams.serialize(node: Node(pairs))
    } catch {
      throw ConfigurationError("cannot write the settings as YAML: \(error)")
    }
  }

  /// Reads what `yaml()` wrote; settings that are not named have their preset's values.
  ///
  /// - Parameters:
  ///   - yaml: The text of the file.
  ///   - path: What error messages call it.
  /// - Throws: `ConfigurationError` if this is no YAML mapping of known keys to acceptable values, with a preset.
  public init(yaml: String, path: String) throws(ConfigurationError) {
    let pairs: [(key: String, value: String)]
    do {
      pairs = try Self.scalars(yaml)
    } catch {
      // The library shows the place in further lines.
      let problem = "\(error)".split(whereSeparator: \.isNewline).first ?? ""
      throw ConfigurationError("'\(path)' is not a list of settings in YAML: \(problem)")
    }
    guard let preset = pairs.first(where: { $0.key == "preset" })?.value else {
      throw ConfigurationError("expected the setting 'preset' in '\(path)' and found none")
    }
    self = try Self.preset(named: preset)
    try apply(
      pairs.filter { $0.key != "preset" }.map { SettingAssignment(key: $0.key, value: $0.value, origin: path) })
  }

  /// The keys and values of a flat mapping, as written.
  private static func scalars(_ yaml: String) throws -> [(key: String, value: String)] {
    guard let mapping = try Yams.compose(yaml: yaml)?.mapping else {
      throw ConfigurationError("expected lines of 'key: value'")
    }
    return try mapping.map { key, value in
      guard let key = key.scalar?.string, let value = value.scalar?.string else {
        throw ConfigurationError("expected lines of 'key: value' and found a value within a value")
      }
      return (key, value)
    }
  }
}
