public import Datasets
public import Images
public import Kernels
public import Networks

/// What the user asks for: a preset and all that differs from it, as `config.yaml` holds it.
///
/// What the data decide may still be open; `TrainingConfiguration` is what they are resolved to. Ranks and threads are not
/// part of it, since they change no bit of what a run computes.
public struct TrainingSettings: Hashable, Sendable {
  /// The preset that the other settings started from.
  public var preset: String
  /// The data set, for instance `fashion-mnist` or `synthetic`.
  public var data: String
  /// Height and width of an image.
  public var resolution: Int
  /// Channels of an image; as the data set has them where `nil`.
  public var imageChannels: Int?
  /// Number of classes; as many as the data set has where `nil`.
  public var classes: Int?
  /// How images of another size are resized.
  public var resize = ResizeFilter.bilinear
  /// What is done about the way up that files say their images have.
  public var orientation = OrientationRule.apply
  /// The share of the images that training never reads; all are read where `nil`.
  public var heldOut: HeldOut?
  /// Whether real images are mirrored by chance.
  public var flip = false
  /// How images are changed before the discriminator judges them.
  public var augmentation = Augmentation.none

  /// A way to change real and generated images alike, so that the discriminator cannot learn few real images by heart.
  public enum Augmentation: String, CaseIterable, Hashable, Sendable {
    /// They are judged as they are.
    case none
    /// DiffAugment: colour, translation and cutout, each image in its own way (Zhao et al. 2020).
    case differentiable
  }
  /// Whether images that cannot be read are left out rather than an error.
  public var skipBadImages = false
  /// The folder for decoded images; the folder `cache` beside the run directory where `nil`.
  public var cache: String?
  /// Key of every random number of the run.
  public var seed: UInt64 = 0
  /// Total steps at which to stop; a step is one generator update with its discriminator updates.
  public var steps: Int
  /// Real images of one discriminator update, over all ranks.
  public var batch: Int
  /// Images of one generator update, over all ranks.
  public var generatorBatch: Int
  /// Shards that both batches are cut into.
  public var shards: Int
  /// Discriminator updates of one step.
  public var discriminatorUpdates = 1

  /// Width multiplier of both networks; 64 in print.
  public var width = 64
  /// The discriminator's width multiplier; the generator's where `nil`.
  public var discriminatorWidth: Int?
  /// Length of the latent vector.
  public var latentSize = 128
  /// Heights of the generator's maps that attention follows, from low to high; empty for none.
  public var generatorAttention: [Int] = []
  /// What stands behind these maps: attention, or a residual block of as many parameters.
  public var generatorAttentionKind = AttentionKind.attention
  /// Heights of the discriminator's maps that attention follows, from low to high; empty for none.
  public var discriminatorAttention: [Int] = []
  /// What stands behind these maps.
  public var discriminatorAttentionKind = AttentionKind.attention
  /// Whether the generator is spectrally normalized.
  public var generatorSpectralNorm = true
  /// Whether the discriminator is spectrally normalized.
  public var discriminatorSpectralNorm = true
  /// Whether the discriminator's blocks have their input's channels inside.
  public var thinDiscriminator = false
  /// Whether the discriminator's first block is as thin as an image inside.
  public var thinFirstBlock = false
  /// What the shortcuts of the discriminator's blocks read.
  public var discriminatorShortcut = DiscriminatorArchitecture.Shortcut.input
  /// How the generator's blocks double height and width.
  public var generatorUpsampling = GeneratorArchitecture.Upsampling.nearest
  /// How the class enters the discriminator.
  public var head = DiscriminatorArchitecture.Head.projection
  /// Where attention's γ starts.
  public var initialGamma = 0.0
  /// How convolutions are computed, where the algorithm covers them: it decides the rounding.
  public var convolutions = ConvolutionAlgorithm.fast

  /// Which samples batch norm goes over in training.
  public var batchNorm = BatchNormScope.shard

  /// The samples whose moments batch norm takes.
  public enum BatchNormScope: String, CaseIterable, Hashable, Sendable {
    /// Those of a shard.
    case shard
    /// Those of all shards of all ranks.
    case global
  }

  /// Adam's learning rate of the generator.
  public var generatorLearningRate = 1e-4
  /// Adam's learning rate of the discriminator.
  public var discriminatorLearningRate = 4e-4
  /// Adam's decay of the first moment, for both networks.
  public var beta1 = 0.0
  /// Adam's decay of the second moment, for both networks.
  public var beta2 = 0.9
  /// Adam's summand of the denominator.
  public var epsilon = 1e-8
  /// The step after which both learning rates begin to fall linearly.
  public var decayStart = 0
  /// The step at which they reach 0; they never fall where `nil`.
  public var decayEnd: Int?
  /// Factor of the auxiliary classifier's cross-entropy in the discriminator's loss, on real images.
  public var discriminatorAuxiliaryWeight = 1.0
  /// Factor of the auxiliary classifier's cross-entropy in the generator's loss.
  public var generatorAuxiliaryWeight = 1.0

  /// Decay of the moving average of the generator's weights.
  public var averageDecay = 0.9999
  /// The first step, counted from 1, whose weights are averaged; before it the average is a copy.
  public var averageStart = 2000

  /// Between two lines of metrics.
  public var logEvery = Interval(steps: 100, time: "10m")
  /// Between two sample grids.
  public var sampleEvery = Interval(steps: 1000, time: "30m")
  /// Between two checkpoints.
  public var checkpointEvery = Interval(steps: 1000, time: "15m")
  /// Checkpoints to keep: the newest ones.
  public var keepCheckpoints = 3
  /// Steps between two checkpoints that stay beyond those; none does where `nil`.
  public var keepEvery: Int?
  /// Steps between two comparisons of the ranks' replicas; each checkpoint is preceded by one, too.
  public var auditEvery = 100

  /// Steps between two evaluations of the generator's samples; there are none where `nil`.
  public var evaluateEvery: Int?
  /// Samples of an evaluation.
  public var evaluateSamples = 5000
  /// Which network makes the features; where `nil`, Inception if its file is there when the run begins, else the classifier.
  public var evaluateExtractor: ExtractorChoice?
  /// The score whose best checkpoint stays; none does where `nil`.
  public var keepBest: BestScore? = .frechet

  /// The run directory or checkpoint, as the user named it, whose numbers the run started with; random ones where `nil`.
  public var from: String?
  /// The step of that checkpoint.
  public var fromStep: Int?
  /// The checksum of its manifest.
  public var fromChecksum: String?
  /// Whether Adam's moments and counts of updates began anew there.
  public var freshOptimizer = false

  /// Settings with the defaults of the other settings.
  public init(preset: String, data: String, resolution: Int, steps: Int, batch: Int, generatorBatch: Int, shards: Int) {
    self.preset = preset
    self.data = data
    self.resolution = resolution
    self.steps = steps
    self.batch = batch
    self.generatorBatch = generatorBatch
    self.shards = shards
  }
}
