internal import Networks

extension TrainingSettings {
  /// The names of all presets.
  public static var presetNames: [String] { presets.map(\.preset) }

  /// The settings that a preset stands for.
  ///
  /// - Parameter name: One of `presetNames`.
  /// - Returns: The preset's settings; classes and image channels come from the data.
  /// - Throws: `ConfigurationError` if there is no such preset.
  public static func preset(named name: String) throws(ConfigurationError) -> Self {
    try preset(SettingAssignment(key: "preset", value: name, origin: ""))
  }

  /// The settings that a preset stands for, where `assignment` names it.
  static func preset(_ assignment: SettingAssignment) throws(ConfigurationError) -> Self {
    guard let preset = presets.first(where: { $0.preset == assignment.value }) else {
      throw ConfigurationError(unknownPreset(assignment.value, origin: assignment.origin))
    }
    return preset
  }

  /// What there is to say about a preset that does not exist.
  ///
  /// - Parameters:
  ///   - name: The name that was found.
  ///   - origin: Where it stood; empty where that is plain.
  /// - Returns: A sentence with the nearest name and all names.
  public static func unknownPreset(_ name: String, origin: String) -> String {
    "expected a preset's name and found '\(name)'" + (origin.isEmpty ? "" : " (\(origin))")
      + "; did you mean '\(NearestName.find(name, among: presetNames) ?? "")'? there are "
      + presetNames.joined(separator: ", ")
  }

  /// The published recipes, and three small ones.
  private static let presets: [Self] = [
    // name, pixels, images, shards, attention, steps; decay of the average, from step
    sagan("sagan128", 128, batch: 256, shards: 8, attention: 32, steps: 1_000_000, average: (0.9999, from: 2000)),
    sagan("sagan64", 64, batch: 256, shards: 8, attention: 32, steps: 1_000_000, average: (0.9999, from: 2000)),
    sagan("sagan32", 32, batch: 64, shards: 4, attention: 16, steps: 100_000, average: (0.999, from: 1000)),
    sngan("sngan-projection128", 128, decay: 400_000...450_000, .projection, average: (0.9999, from: 2000)),
    sngan("sngan-projection32", 32, decay: 0...50_000, .projection, average: (0.999, from: 1000)),
    sngan("acgan128", 128, decay: 400_000...450_000, .classifier, average: (0.9999, from: 2000)),
    sngan("acgan32", 32, decay: 0...50_000, .classifier, average: (0.999, from: 1000)),
    photos64,
    fashion32,
    tiny,
  ]

  /// Spectral normalization in both networks, self-attention, and two learning rates (arXiv 1805.08318).
  private static func sagan(
    _ name: String, _ resolution: Int, batch: Int, shards: Int, attention: Int, steps: Int,
    average: (decay: Double, from: Int)
  ) -> Self {
    var result = Self(
      preset: name, data: "synthetic", resolution: resolution, steps: steps, batch: batch, generatorBatch: batch,
      shards: shards)
    result.generatorAttention = [attention]
    result.discriminatorAttention = [attention]
    result.averageDecay = average.decay
    result.averageStart = average.from
    return result
  }

  /// Five updates of a thin discriminator for each of a generator without normalization (arXiv 1802.05637).
  private static func sngan(
    _ name: String, _ resolution: Int, decay: ClosedRange<Int>, _ head: DiscriminatorArchitecture.Head,
    average: (decay: Double, from: Int)
  ) -> Self {
    var result = Self(
      preset: name, data: "synthetic", resolution: resolution, steps: decay.upperBound, batch: 64, generatorBatch: 128,
      shards: 4)
    result.discriminatorUpdates = 5
    result.generatorSpectralNorm = false
    result.thinDiscriminator = true
    result.head = head
    result.generatorLearningRate = 2e-4
    result.discriminatorLearningRate = 2e-4
    result.decayStart = decay.lowerBound
    result.decayEnd = decay.upperBound
    result.averageDecay = average.decay
    result.averageStart = average.from
    return result
  }

  /// Photographs at a quarter of `sagan64`'s width, within half an hour on two cores.
  private static var photos64: Self {
    var result = sagan("photos64", 64, batch: 16, shards: 4, attention: 32, steps: 3000, average: (0.995, from: 200))
    result.width = 16
    // As in `fashion32`: at the published rates so few steps lead less far (docs/recipes.md).
    result.generatorLearningRate = 4e-4
    result.discriminatorLearningRate = 1e-3
    result.beta2 = 0.99
    result.decayStart = 1500
    result.decayEnd = 3000
    return result
  }

  /// Ten kinds of garment within minutes on two cores.
  private static var fashion32: Self {
    var result = sagan("fashion32", 32, batch: 32, shards: 4, attention: 16, steps: 1150, average: (0.99, from: 100))
    result.data = "fashion-mnist"
    // Samples of a class differ where the discriminator keeps up: four updates of one that is twice as wide as the generator, which
    // would take most of the time otherwise (docs/recipes.md).
    result.width = 8
    result.discriminatorWidth = 16
    result.discriminatorUpdates = 4
    // Small networks bear higher rates than the published ones, at first; at a rate of 2e-3 the discriminator dies.
    result.generatorLearningRate = 1e-3
    result.discriminatorLearningRate = 1e-3
    result.beta2 = 0.99
    result.decayStart = 450
    result.decayEnd = 1150
    result.logEvery = 20
    result.sampleEvery = 115
    result.checkpointEvery = 230
    result.evaluateEvery = 230
    result.evaluateExtractor = .classifier
    return result
  }

  /// The least network that has every part, for tests.
  private static var tiny: Self {
    var result = sagan("tiny", 32, batch: 8, shards: 4, attention: 16, steps: 20, average: (0.9, from: 5))
    result.width = 4
    result.latentSize = 16
    result.logEvery = 10
    result.sampleEvery = 10
    result.checkpointEvery = 10
    return result
  }
}
