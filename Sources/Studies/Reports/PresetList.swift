internal import Files
public import Configuration
internal import Layers
internal import Networks
internal import Tensors
internal import Threads

/// The presets as a table for people: sizes for three colours and the classes that the data sets in print have.
public struct PresetList: CustomStringConvertible {
  private let rows: [[String]]

  /// Counts the parameters of every preset.
  ///
  /// - Throws: `ConfigurationError` if a preset has no networks.
  public init() throws(ConfigurationError) {
    var rows = [["preset", "pixels", "classes", "parameters G, D", "batch G, D", "shards", "origin"]]
    for name in TrainingSettings.presetNames {
      var settings = try TrainingSettings.preset(named: name)
      (settings.classes, settings.imageChannels) = (settings.resolution >= 64 ? 1000 : 10, 3)
      let preset = try TrainingConfiguration(settings)
      let generator = preset.generator.parameterCount
      let discriminator = preset.discriminator.parameterCount
      rows.append([
        name, "\(preset.resolution)", "\(preset.classes)", "\(grouped(generator)), \(grouped(discriminator))",
        "\(preset.generatorBatch), \(preset.batch)", "\(preset.shards)",
        TrainingSettings.origin(ofPreset: name) ?? "",
      ])
    }
    self.rows = rows
  }

  /// Columns, two spaces apart.
  public var description: String {
    TextTable.lines(rows, rightFrom: Int.max).joined(separator: "\n")
  }
}
