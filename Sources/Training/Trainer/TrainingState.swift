package import Configuration
package import Kernels
package import Layers
package import Networks
internal import Optimizers
internal import Tensors
package import Threads

/// Everything that a trainer holds: both networks, their optimizers, the moving average, and the inputs of a step.
///
/// All of it is zero until it is first written and takes no memory before, so a run can be planned on any machine.
package struct TrainingState<Scalar: KernelScalar> {
  package let generator: Generator<Scalar>
  package let discriminator: Discriminator<Scalar>
  package let average: Weights<Scalar>
  let generatorAdam: Adam<Scalar>
  let discriminatorAdam: Adam<Scalar>
  package let buffers: StepBuffers<Scalar>

  /// The parts of one rank.
  ///
  /// - Parameters:
  ///   - configuration: The run's.
  ///   - ranks: How many ranks share the shards; an allowed number.
  ///   - shardsAtOnce: How many shards of the rank go through a layer together; divides them.
  ///   - pool: The threads of a rank.
  package init(
    _ configuration: TrainingConfiguration, ranks: Int, shardsAtOnce: Int, pool: WorkerPool
  ) {
    let shards = shardsAtOnce
    let groups = configuration.shards / ranks / shards
    let realSamples = configuration.batch / configuration.shards * shards
    let generatorSamples = configuration.generatorBatch / configuration.shards * shards
    generator = Generator(
      configuration.generator, samples: max(realSamples, generatorSamples), shards: shards, groups: groups,
      isTrained: true,
      pool: pool, convolutionAlgorithm: configuration.convolutions)
    discriminator = Discriminator(
      configuration.discriminator, samples: max(2 * realSamples, generatorSamples), shards: shards, groups: groups,
      isTrained: true,
      pool: pool, convolutionAlgorithm: configuration.convolutions)
    let settings = Adam<Scalar>.Settings(
      beta1: configuration.beta1, beta2: configuration.beta2, epsilon: configuration.epsilon)
    generatorAdam = Adam(generator.context.weights.parameters.layout, settings, workers: pool.threads)
    discriminatorAdam = Adam(discriminator.context.weights.parameters.layout, settings, workers: pool.threads)
    average = Weights(like: generator.context.weights)
    buffers = StepBuffers(
      configuration.generator, configuration.discriminator, realSamples: realSamples,
      generatorSamples: generatorSamples, shards: shards,
      groups: groups, isAugmenting: configuration.augmentation != .none)
  }

  /// Every block of numbers that makes up the state of a run, in a fixed order.
  var arenas: [Arena<Scalar>] {
    [generator.context.weights, discriminator.context.weights, average].flatMap {
      [$0.parameters, $0.statistics, $0.spectra]
    } + [generatorAdam, discriminatorAdam].flatMap { [$0.first, $0.second] }
  }

  /// How many bytes a step writes to, and so takes.
  package var byteCount: Int {
    generator.plannedBytes + discriminator.plannedBytes + buffers.workspace.bytes
      + generator.context.gradientBytes + discriminator.context.gradientBytes
      + arenas.reduce(0) { $0 + $1.values.count * MemoryLayout<Scalar>.stride }
  }
}
