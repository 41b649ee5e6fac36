/// A value for a setting, in the user's words.
public struct SettingAssignment: Sendable {
  /// Which setting.
  public let key: String
  /// Its value as text.
  public let value: String
  /// Where the user wrote it, for instance `--set beta2=0.999` or a file's path.
  public let origin: String

  /// An assignment to `key`, which stood at `origin`.
  public init(key: String, value: String, origin: String) {
    self.key = key
    self.value = value
    self.origin = origin
  }

  /// Reads `key=value`, the argument of `--set`.
  public init(parsing text: String) throws(ConfigurationError) {
    guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
      throw ConfigurationError("expected --set key=value and found --set '\(text)'")
    }
    self.init(key: String(text[..<sign]), value: String(text[text.index(after: sign)...]), origin: "--set \(text)")
  }
}

extension TrainingSettings {
  /// The keys of all settings, in the order of `config.yaml`.
  public static var settingKeys: [String] { Setting.table.map(\.key) }

  /// The value of every setting, by key.
  public var values: [String: String] {
    Dictionary(uniqueKeysWithValues: Setting.table.map { ($0.key, $0.text(self)) })
  }

  /// The settings that decide what is computed, by key: what a checkpoint holds.
  public var decisiveValues: [String: String] {
    Dictionary(
      uniqueKeysWithValues: Setting.table.filter { $0.decidesResult && $0.isWritten(of: self) }.map {
        ($0.key, $0.text(self))
      })
  }

  /// Changes settings, a later assignment to the same key winning.
  ///
  /// Where `batch` is set and `generator-batch` is not, the latter follows in the ratio that the two had.
  ///
  /// - Parameter assignments: Keys and values.
  /// - Throws: `ConfigurationError` for an unknown key, or a value that is not of its kind or range.
  public mutating func apply(_ assignments: [SettingAssignment]) throws(ConfigurationError) {
    let (oldBatch, oldGeneratorBatch) = (batch, generatorBatch)
    for assignment in assignments {
      guard let setting = Setting.table.first(where: { $0.key == assignment.key }) else {
        throw ConfigurationError(
          "expected a setting's key and found '\(assignment.key)' (\(assignment.origin)); "
            + "did you mean '\(NearestName.find(assignment.key, among: Self.settingKeys) ?? "")'?")
      }
      if let expected = setting.set(&self, assignment.value) {
        throw ConfigurationError(
          "expected \(expected) for \(assignment.key) and found '\(assignment.value)' (\(assignment.origin))")
      }
    }
    let keys = assignments.map(\.key)
    if keys.contains("batch") && !keys.contains("generator-batch") {
      generatorBatch = batch * oldGeneratorBatch / oldBatch
    }
  }
}
