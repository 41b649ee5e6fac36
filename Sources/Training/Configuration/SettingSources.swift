internal import Foundation
internal import Images

/// Where the settings of a run come from: what is found later wins over what is found earlier.
///
/// The preset comes first, then the environment, the run that is continued, the file of settings, and the command line. The run's own
/// settings count unless another preset than the run's is asked for.
public struct SettingSources {
  /// The preset asked for, if one is.
  public var preset: String?
  /// The environment's settings.
  public var environment: [SettingAssignment]
  /// The settings of the run that is continued, if one is.
  public var run: ConfigurationFile?
  /// The file of settings, if there is one.
  public var file: ConfigurationFile?
  /// The command line's settings, a later one winning.
  public var assignments: [SettingAssignment]

  /// Sources of settings.
  public init(
    preset: String?, environment: [SettingAssignment] = [], run: ConfigurationFile? = nil,
    file: ConfigurationFile? = nil, assignments: [SettingAssignment] = []
  ) {
    self.preset = preset
    self.environment = environment
    self.run = run
    self.file = file
    self.assignments = assignments
  }

  /// Whether any of them says which preset to begin with.
  public var hasPreset: Bool { startingPreset != nil }

  private var startingPreset: SettingAssignment? {
    preset.map { SettingAssignment(key: "preset", value: $0, origin: "--preset") } ?? file?.preset ?? run?.preset
  }

  /// All settings, each as the last source has it.
  ///
  /// - Returns: The settings; whether they fit together is not checked.
  /// - Throws: `ConfigurationError` for an unknown preset or key, or a value that is not of its kind or range.
  public func settings() throws(ConfigurationError) -> TrainingSettings {
    guard let name = startingPreset else {
      throw ConfigurationError("expected a preset and found none; choose one with --preset")
    }
    var result = try TrainingSettings.preset(name)
    try result.apply(environment)
    if let run, run.preset.map({ $0.value == name.value }) ?? true {
      result.assumeEarlierVersion(unless: run.assignments.map(\.key))
      try result.apply(run.assignments)
    }
    if let file { try result.apply(file.assignments) }
    try result.apply(assignments)
    return result
  }
}

extension TrainingSettings {
  /// Gives settings that runs of earlier versions did not have the values that these runs lived by.
  ///
  /// - Parameter keys: The settings that a run has written down, which are all that its version had.
  package mutating func assumeEarlierVersion(unless keys: some Sequence<String>) {
    if !keys.contains("orientation") { orientation = .ignore }
  }
}
