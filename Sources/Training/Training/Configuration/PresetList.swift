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
    for name in TrainingConfiguration.presetNames {
      var preset = try TrainingConfiguration.preset(named: name)
      preset.classes = preset.resolution >= 64 ? 1000 : 10
      preset.imageChannels = 3
      let generator = try preset.generatorArchitecture().parameterCount
      let discriminator = try preset.discriminatorArchitecture().parameterCount
      rows.append([
        name, "\(preset.resolution)", "\(preset.classes)", "\(grouped(generator)), \(grouped(discriminator))",
        "\(preset.generatorBatch), \(preset.batch)", "\(preset.shards)",
        TrainingConfiguration.origin(ofPreset: name) ?? "",
      ])
    }
    self.rows = rows
  }

  /// Columns, two spaces apart.
  public var description: String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      zip(row, widths.dropLast() + [0]).map { $0 + String(repeating: " ", count: max($1 - $0.count, 0)) }
        .joined(separator: "  ")
    }.joined(separator: "\n")
  }
}

extension GeneratorArchitecture {
  /// The number of trained numbers.
  var parameterCount: Int {
    Generator<Float>(self, samples: 1, shards: 1, isTrained: false, pool: WorkerPool(threads: 1))
      .context.weights.parameters.layout.parameterCount
  }
}

extension DiscriminatorArchitecture {
  /// The number of trained numbers.
  var parameterCount: Int {
    Discriminator<Float>(self, samples: 1, shards: 1, isTrained: false, pool: WorkerPool(threads: 1))
      .context.weights.parameters.layout.parameterCount
  }
}
