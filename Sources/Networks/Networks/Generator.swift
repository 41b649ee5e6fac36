public import Kernels
public import Layers
public import Tensors
public import Threads

/// Makes images of given classes from latent vectors.
///
///     linear → up-blocks, with self-attention after some of them → batch norm, ReLU, 3 × 3 convolution, tanh
public final class Generator<Scalar: KernelScalar> {
  /// The table this network was built from.
  public let architecture: GeneratorArchitecture
  /// Its numbers, gradients and scratch memory.
  public let context: NetworkWorkspace<Scalar>
  /// Bytes that activations and scratch will take.
  public let plannedBytes: Int
  /// Multiply-adds of one image, as the kernels run them.
  public let multiplyAdds: Int
  /// Every weight that spectral normalization applies to where it is on, in the order of their places.
  public let spectralWeights: [SpectralWeight<Scalar>]

  /// Its attention layers, in forward order.
  public let attentions: [SelfAttention<Scalar>]

  private let layers: LayerStack<Scalar>
  /// The images of the last pass, and room for as many as were planned.
  package let images: Tensor<Scalar>
  private var labels: Labels?

  /// Builds the network and plans its memory.
  ///
  /// - Parameters:
  ///   - architecture: The table.
  ///   - samples: The largest number of images in one pass.
  ///   - shards: The number of shards of a pass.
  ///   - groups: How many passes make up a batch.
  ///   - weights: Numbers to use; new ones, all 0, where `nil`.
  ///   - isTrained: Whether gradients are wanted.
  ///   - pool: Shares out work inside a rank.
  ///   - convolutionAlgorithm: How convolutions are computed, where the algorithm covers them.
  public init(
    _ architecture: GeneratorArchitecture, samples: Int, shards: Int, groups: Int = 1, weights: Weights<Scalar>? = nil,
    isTrained: Bool,
    pool: WorkerPool, convolutionAlgorithm: ConvolutionAlgorithm = .fast
  ) {
    self.architecture = architecture
    let plan = NetworkBuilder<Scalar>(
      samples: samples, shards: shards, groups: groups, isSpectrallyNormalized: architecture.isSpectrallyNormalized,
      convolutionAlgorithm: convolutionAlgorithm)
    let rows = architecture.rows.compactMap { $0.layer(plan) }
    guard let output = rows.last as? ImageOutput<Scalar> else { preconditionFailure("a generator without an output") }
    layers = LayerStack(plan, rows)
    attentions = layers.attentions
    images = output.images
    spectralWeights = plan.spectralWeights
    multiplyAdds = plan.multiplyAdds
    context = NetworkWorkspace(plan, weights: weights ?? Weights(plan), isTrained: isTrained, pool: pool)
    plannedBytes = plan.workspace.bytes - context.maps.idleBytes
  }

  /// Makes one image per latent vector.
  ///
  /// - Parameters:
  ///   - latents: `[N, latentSize]`, N samples in equal shards; must stay until `backward`.
  ///   - labels: N classes; must stay until `backward`.
  ///   - mixture: A second class of each sample, and its share; no backward pass may follow.
  ///   - statistics: The batch's own in training, the running ones for samples.
  /// - Returns: Images in −1…1, `[N, H, W, C]`, held until the next pass.
  public func forward(
    _ latents: Tensor<Scalar>, labels: Labels, mixture: RowMixture<Scalar>? = nil,
    statistics: BatchNormLayer<Scalar>.Statistics = .batch
  ) -> Tensor<Scalar> {
    let n = latents.shape[0]
    precondition(n <= images.shape[0], "\(n) images of a generator planned for \(images.shape[0])")
    labels.checkCount(n)
    self.labels = mixture == nil ? labels : nil
    return layers.forward(latents, LayerPass(labels: labels, mixture: mixture, statistics: statistics), context)
  }

  /// Writes the gradient of every parameter, summed over this rank's shards, for the last pass.
  ///
  /// - Parameter dImages: Gradient of the images.
  public func backward(_ dImages: Tensor<Scalar>) {
    guard let labels else { preconditionFailure("backward before forward, or between classes") }
    let dOut = context.maps.borrow(dImages.shape)
    dOut.copy(from: dImages)
    let dLatents = layers.backward(dOut, LayerPass(labels: labels, needsInputGradient: false), context)
    precondition(dLatents == nil && context.maps.isWhole, "a map was not given back")
  }

  /// What the layers have been given in the last pass, in forward order, and its images.
  package var maps: [(name: String, map: Tensor<Scalar>)] { layers.maps + [("the images", layers.output)] }

  /// Sums the last pass's batch statistics over this rank's shards, into `context.batchStatistics`.
  public func sumBatchStatistics() { layers.sumBatchStatistics(context) }

  /// Moves the running statistics towards the mean of the reduced batch statistics, with momentum 0.1.
  ///
  /// - Parameter shards: Shards of all ranks, whose statistics were summed.
  public func updateRunningStatistics(shards: Int) {
    moveRunningStatistics(
      context.weights.statistics.values, towards: context.batchStatistics.values, shards: shards, momentum: 0.1)
  }

  /// Hands the last pass's ReLU masks and max-pool winners to `recorder`.
  public func record(_ recorder: any ActivationRecorder) { layers.record(recorder) }
}
