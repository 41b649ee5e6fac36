internal import Layers
internal import Networks
internal import Tensors

/// What a run will need, without running it: what `--dry-run` prints.
public struct RunPlan: CustomStringConvertible {
  private let configuration: TrainingConfiguration
  private let ranks: Int
  private let threads: Int
  private let parameters: (generator: Int, discriminator: Int)
  private let multiplyAdds: (generator: Int, discriminator: Int)
  private let memory: Int
  private let exchanged: Int

  /// Plans a run.
  ///
  /// - Parameters:
  ///   - configuration: Validated, with classes and image channels known.
  ///   - ranks: How many ranks share the shards; an allowed number.
  ///   - threads: Threads of each rank.
  /// - Throws: `ConfigurationError` if there are no such networks.
  public init(_ configuration: TrainingConfiguration, ranks: Int, threads: Int) throws(ConfigurationError) {
    self.configuration = configuration
    self.ranks = ranks
    self.threads = threads
    let shards = configuration.shards / ranks
    let real = configuration.batch / ranks
    let made = configuration.generatorBatch / ranks
    let pool = WorkerPool(threads: threads)
    let generator = Generator<Float>(
      try configuration.generatorArchitecture(), samples: max(real, made), shards: shards, isTrained: true, pool: pool)
    let discriminator = Discriminator<Float>(
      try configuration.discriminatorArchitecture(), samples: max(2 * real, made), shards: shards, isTrained: true,
      pool: pool)
    let buffers = StepBuffers<Float>(
      generator.architecture, discriminator.architecture, realSamples: real, generatorSamples: made,
      shards: shards)
    let (g, d) = (generator.context, discriminator.context)
    parameters = (g.weights.parameters.layout.parameterCount, d.weights.parameters.layout.parameterCount)
    multiplyAdds = (generator.multiplyAdds, discriminator.multiplyAdds)
    let moments = configuration.beta1 == 0 ? 1 : 2
    let numbers =
      2 * Self.count(g.weights) + Self.count(d.weights)
      + (1 + moments) * (g.weights.parameters.values.count + d.weights.parameters.values.count)
      + g.batchStatistics.values.count
      + 2 * real * configuration.resolution * configuration.resolution * configuration.imageChannels
    memory = generator.plannedBytes + discriminator.plannedBytes + buffers.workspace.bytes + 4 * numbers
    exchanged =
      4 * configuration.discriminatorUpdates * d.gradients.values.count
      + 4 * (g.gradients.values.count + g.batchStatistics.values.count)
      + 8 * (configuration.discriminatorUpdates + 1) * buffers.sums.count
  }

  private static func count(_ weights: Weights<Float>) -> Int {
    weights.parameters.values.count + weights.statistics.values.count + weights.spectra.values.count
  }

  /// A table for people.
  public var description: String {
    let sent = 2 * (ranks - 1) * exchanged
    return """
      preset                     \(configuration.preset), \(configuration.resolution)×\(configuration.resolution)×\
      \(configuration.imageChannels), \(configuration.classes) classes
      parameters                 generator \(grouped(parameters.generator)), \
      discriminator \(grouped(parameters.discriminator))
      multiply-adds of an image  generator \(grouped(multiplyAdds.generator)), \
      discriminator \(grouped(multiplyAdds.discriminator)) (forward)
      images of an update        generator \(configuration.generatorBatch), discriminator \(configuration.batch), \
      in \(configuration.shards) shards
      ranks × threads            \(ranks) × \(threads)
      memory of a rank           up to \(grouped((memory + (1 << 20) - 1) >> 20)) MiB
      sums of a step             \(grouped(exchanged)) bytes
      on the wire in a step      \(grouped(sent)) bytes over all ranks: to rank 0 and back
      """
  }
}

/// A whole number with commas between thousands.
func grouped(_ number: Int) -> String {
  var digits = Array(String(number))
  for place in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: place) }
  return String(digits)
}
