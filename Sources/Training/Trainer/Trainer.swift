internal import Checkpoints
public import Configuration
public import DataParallel
public import Kernels
public import Layers
public import MPI
public import Networks
public import Optimizers
public import Tensors
public import Threads

/// The two networks of a run, their optimizers, and the memory of a step, on one rank.
///
/// Every rank holds the same numbers and works on its own shards of each batch; gradients, losses and statistics are
/// summed over ranks along the canonical tree, so that all ranks make the same updates.
public final class Trainer<Scalar: KernelScalar & MPIScalar> {
  /// What determines the run.
  public let configuration: TrainingConfiguration
  /// The ranks that hold replicas.
  public let replicas: ReplicaGroup
  /// The shards whose samples this rank works on.
  public let localShards: Range<Int>
  /// How many of them go through a layer together.
  public let shardsAtOnce: Int
  /// When sums of gradients are taken, the same on all ranks.
  public package(set) var overlap: Overlap
  /// The sum of the gradients of the pass that is being made, if it has begun.
  var gradientSum: OverlappedSum<Scalar>?
  /// Makes images.
  public let generator: Generator<Scalar>
  /// Judges images.
  public let discriminator: Discriminator<Scalar>
  /// Moving average of the generator's parameters and running statistics.
  public let average: Weights<Scalar>
  /// The generator's optimizer.
  public let generatorAdam: Adam<Scalar>
  /// The discriminator's optimizer.
  public let discriminatorAdam: Adam<Scalar>
  /// Steps made so far.
  public internal(set) var step = 0
  /// The oldest version of the gradients that any of them was made with, as far as this rank has read.
  var gradientVersion = GradientVersion.current
  /// Whether this rank has been asked to stop; called in each step.
  public var isStopRequested: () -> Bool = { false }
  /// What rank 0 tells all ranks in each step, a small whole number; called there alone.
  public var announcing: () -> Int = { 0 }
  /// Times the phases of each step, if there is one.
  public var clock: (any StepClock)?
  /// Is shown the steps that are made, for an audit; nil in training.
  package var recorder: (any StepRecorder<Scalar>)?
  /// Where latent vectors and classes of generated images come from.
  package var latents: any LatentSource<Scalar>
  /// Where it comes from how images are augmented.
  package var augmentations: any AugmentationSource
  /// Whether any rank had been asked to stop by the end of the last step; the same on all ranks.
  public internal(set) var isStopping = false
  /// What rank 0 has told in the last step; the same on all ranks.
  public internal(set) var announcement = 0

  /// Whether the pass that is being made measures what the step reports beside losses.
  var isMeasuring = false

  /// Whether an update has left this rank parameters that are not finite.
  var isFaulty = false
  /// Whether any rank had such parameters when losses were last summed; the same on all ranks.
  var isAnyRankFaulty = false

  let pool: WorkerPool
  package let parts: TrainingState<Scalar>
  package let buffers: StepBuffers<Scalar>

  /// Builds both networks and plans the memory of a step.
  ///
  /// - Parameters:
  ///   - configuration: Whose shards allow the number of ranks.
  ///   - replicas: The ranks of the run.
  ///   - shardsAtOnce: How many shards of a rank go through a layer together: fewer take less memory; all where `nil`.
  ///   - pool: The threads of this rank.
  ///   - overlap: When sums of gradients are taken, the same on all ranks.
  /// - Throws: `ConfigurationError` if the shards cannot be grouped so.
  public init(
    _ configuration: TrainingConfiguration, replicas: ReplicaGroup, shardsAtOnce: Int? = nil, pool: WorkerPool,
    overlap: Overlap = .none
  ) throws(ConfigurationError) {
    let shards = configuration.shards
    precondition(
      ReductionTree.allowedRanks(shards: shards).contains(replicas.size), "\(replicas.size) ranks for \(shards) shards")
    let shardsAtOnce = try configuration.settings.shardsAtOnce(shardsAtOnce, ranks: replicas.size)
    self.configuration = configuration
    self.replicas = replicas
    self.pool = pool
    self.overlap = overlap
    let count = shards / replicas.size
    localShards = replicas.rank * count..<(replicas.rank + 1) * count
    self.shardsAtOnce = shardsAtOnce
    let parts = TrainingState<Scalar>(
      configuration, ranks: replicas.size, shardsAtOnce: shardsAtOnce, pool: pool)
    generator = parts.generator
    discriminator = parts.discriminator
    average = parts.average
    generatorAdam = parts.generatorAdam
    discriminatorAdam = parts.discriminatorAdam
    buffers = parts.buffers
    self.parts = parts
    latents = RandomLatents(seed: configuration.seed, classes: configuration.classes)
    augmentations = RandomAugmentations(seed: configuration.seed)
    if configuration.batchNorm == .global {
      generator.context.sharedStatistics = .init(shards: shards) { replicas.sum($0, on: .moments) }
    }
    // Gradients of several groups are final when all of them have been added.
    guard shardsAtOnce == count else { return }
    let markReady: (Range<Int>) -> Void = { [unowned self] part in gradientSum?.markReady(part) }
    generator.context.onFinalGradient = markReady
    discriminator.context.onFinalGradient = markReady
  }

  /// Sets all numbers to their start, a pure function of the seed.
  public func initialize() {
    generator.context.weights.initialize(seed: configuration.seed, network: .generator)
    discriminator.context.weights.initialize(seed: configuration.seed, network: .discriminator)
    generator.updateSpectralNorms()
    discriminator.updateSpectralNorms()
    average.copy(from: generator.context.weights)
  }

  /// Continues from numbers that were read into the arenas.
  public func restore(step: Int, generatorUpdates: Int, discriminatorUpdates: Int) {
    self.step = step
    generatorAdam.updates = generatorUpdates
    discriminatorAdam.updates = discriminatorUpdates
  }

  /// Every block of numbers that makes up the state of a run, in a fixed order.
  public var arenas: [Arena<Scalar>] { parts.arenas }
}
