public import Configuration
internal import Files
internal import Trainer
internal import Layers
internal import Networks
internal import Tensors
internal import Threads

/// What a run will need, without running it: what `--dry-run` prints.
public struct DryRunReport: CustomStringConvertible {
  private let configuration: TrainingConfiguration
  private let ranks: Int
  private let threads: Int
  private let parameters: (generator: Int, discriminator: Int)
  private let multiplyAdds: (generator: Int, discriminator: Int)
  private let controls: [(network: String, control: AttentionControl)]
  private let memory: Int
  private let available: Int?
  private let exchanged: Int

  /// Plans a run.
  ///
  /// - Parameters:
  ///   - configuration: The run's; its data have been opened.
  ///   - ranks: How many ranks share the shards; an allowed number.
  ///   - threads: Threads of each rank.
  ///   - shardsAtOnce: How many shards of a rank go through a layer together; all where `nil`.
  /// - Throws: `ConfigurationError` if there are no such networks or groups; `InsufficientMemoryError` if no process could hold them.
  public init(_ configuration: TrainingConfiguration, ranks: Int, threads: Int, shardsAtOnce: Int? = nil) throws {
    let shardsAtOnce = try configuration.settings.shardsAtOnce(shardsAtOnce, ranks: ranks)
    try MemoryEstimate.checkAddressSpace(configuration, shards: shardsAtOnce)
    self.configuration = configuration
    self.ranks = ranks
    self.threads = threads
    let pool = try WorkerPool(starting: threads)
    let parts = TrainingState<Float>(
      configuration, ranks: ranks, shardsAtOnce: shardsAtOnce, pool: pool)
    let (g, d) = (parts.generator.context, parts.discriminator.context)
    parameters = (g.weights.parameters.layout.parameterCount, d.weights.parameters.layout.parameterCount)
    multiplyAdds = (parts.generator.multiplyAdds, parts.discriminator.multiplyAdds)
    controls =
      parts.generator.architecture.controls.map { ("generator", $0) }
      + parts.discriminator.architecture.controls.map { ("discriminator", $0) }
    memory =
      AvailableMemory.residentByteCount
      + MemoryEstimate.byteCount(parts, configuration, ranks: ranks, isRoot: true, pool: pool)
    available = AvailableMemory().byteCount
    exchanged =
      4 * configuration.discriminatorUpdates * d.gradients.values.count
      + 4 * (g.gradients.values.count + g.batchStatistics.values.count)
      + 8 * (configuration.discriminatorUpdates + 1) * parts.buffers.sums.count
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
      discriminator \(grouped(multiplyAdds.discriminator)) (forward)\(controlLines)
      images of an update        generator \(configuration.generatorBatch), discriminator \(configuration.batch), \
      in \(configuration.shards) shards
      ranks × threads            \(ranks) × \(threads)
      memory of a rank           about \(mebibytes(memory)) MiB\(available.map { "; \(mebibytes($0)) MiB are free here" } ?? "")
      sums of a step             \(grouped(exchanged)) bytes
      on the wire in a step      \(grouped(sent)) bytes over all ranks
      """
  }

  /// A line for each residual block in place of attention.
  private var controlLines: String {
    controls.map { "\nresidual control           \($0), \($1.sentence)" }.joined()
  }
}

extension AttentionControl {
  /// For instance `block1.residual on 16×16×512: 326,884 parameters, attention has 327,681 (-0.24 %)`.
  package var sentence: String {
    let percent = (deviation * 10_000).rounded() / 100
    return "\(name) on \(map.side)×\(map.side)×\(map.channels): \(grouped(parameters)) parameters, attention has "
      + "\(grouped(attentionParameters)) (\(percent > 0 ? "+" : "")\(percent) %)"
  }
}
