public import Configuration
internal import Datasets

/// The settings of a benchmark, made from those of a run.
public enum BenchmarkSettings {
  /// A preset's networks with classes and channels as its usual data have them, without looking for data.
  ///
  /// - Parameters:
  ///   - preset: The preset's name.
  ///   - shards: Shards unless `assignments` say otherwise.
  ///   - environment: What the environment says about settings.
  ///   - assignments: Settings that differ from the preset.
  /// - Returns: Validated settings.
  /// - Throws: `ConfigurationError` for settings that do not fit.
  public static func settings(
    preset: String, shards: Int, environment: [SettingAssignment] = [], _ assignments: [SettingAssignment]
  ) throws -> TrainingSettings {
    let shards = SettingAssignment(key: "shards", value: "\(shards)", origin: "the number of ranks")
    let sources = SettingSources(preset: preset, environment: environment, assignments: [shards] + assignments)
    var result = try sources.settings()
    if case .fashionMNIST = try DataSpecification(parsing: result.data), result.imageChannels == nil {
      result.imageChannels = 1
    }
    result.data = "\(DataSpecification.synthetic(count: 1))"
    return try result.resolved().configuration.settings
  }
}
