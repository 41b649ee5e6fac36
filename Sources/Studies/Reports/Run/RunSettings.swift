internal import Checkpoints
internal import Configuration
internal import Files
internal import Networks

/// The settings of a run, and those of its preset.
package struct RunSettings: Sendable {
  /// The preset.
  package let preset: String
  /// The value of every setting that the run's files name, by key.
  package let values: [String: String]
  /// The same for the preset alone.
  package let presetValues: [String: String]
  /// Parameters of the generator and of the discriminator; `nil` where the settings leave something open.
  package let parameters: (generator: Int, discriminator: Int)?
  /// Steps to make, and images that one of them takes.
  package let steps: Int, imagesPerStep: Int
  /// Attention of both networks in words; `nil` where there is none.
  package let attention: String?

  /// Keys of all settings, in the order of `config.yaml`.
  package static var keys: [String] { TrainingSettings.settingKeys }

  /// Reads `config.yaml`.
  ///
  /// - Parameter run: The run directory.
  /// - Throws: A `ReportedError` if the file is missing or damaged.
  package init(ofRun run: String) throws {
    let file = try ConfigurationFile(path: run + "/" + RunFiles.configuration)
    let settings = try SettingSources(preset: nil, run: file).settings()
    preset = settings.preset
    let origins = Set(TrainingSettings.originKeys)
    values = settings.values.filter { !origins.contains($0.key) || $0.value != "none" }
    presetValues = try TrainingSettings.preset(named: settings.preset).values
    steps = settings.steps
    imagesPerStep = settings.batch * settings.discriminatorUpdates
    parameters = (try? TrainingConfiguration(settings)).map {
      ($0.generator.parameterCount, $0.discriminator.parameterCount)
    }
    attention = Self.attention([
      ("generator", settings.generatorAttention, settings.generatorAttentionKind == .attention),
      ("discriminator", settings.discriminatorAttention, settings.discriminatorAttentionKind == .attention),
    ])
  }

  private static func attention(_ networks: [(name: String, maps: [Int], isAttention: Bool)]) -> String? {
    let parts = networks.filter { $0.isAttention && !$0.maps.isEmpty }.map { network in
      "the \(network.name) at " + network.maps.map { "\($0)×\($0)" }.joined(separator: " and ")
    }
    return parts.isEmpty ? nil : parts.joined(separator: " and in ")
  }

  /// Keys whose value is not the preset's.
  ///
  /// What a preset leaves to the data is no difference, nor is the name of the preset.
  package var changes: [String] {
    Self.keys.filter { key in
      guard key != "preset", let value = values[key] else { return false }
      return value != presetValues[key] && presetValues[key] != "auto"
    }
  }

  /// The words behind `sagan train` that make the same run.
  ///
  /// - Parameter classNames: The classes of the data, where they are known.
  /// - Returns: Options and their values.
  package func arguments(classNames: [String]?) -> [String] {
    var wanted = Set(changes)
    // Without it the generator's batch would follow.
    if wanted.contains("batch") { wanted.insert("generator-batch") }
    // What a start found, and another one might find otherwise; the number of classes is the data's, unless it is not.
    for key in Self.keys where presetValues[key] == "auto" && values[key] != "auto" && key != "classes" {
      wanted.insert(key)
    }
    if let classes = values["classes"], classes != "auto", classNames.map({ String($0.count) }) != classes {
      wanted.insert("classes")
    }
    var words = ["--preset", preset, "--data", values["data"] ?? ""]
    if let steps = values["steps"] { words += ["--steps", steps] }
    for key in Self.keys where wanted.contains(key) {
      guard !["data", "steps"].contains(key), !TrainingSettings.originKeys.contains(key) else { continue }
      words += ["--set", key + "=" + (values[key] ?? "")]
    }
    if let from = values["from"] {
      words += ["--from", from]
      if values["fresh-optimizer"] == "true" { words.append("--fresh-optimizer") }
    }
    return words
  }
}
