public import Kernels
public import Layers
public import Tensors
public import Threads

/// Makes images of given classes from latent vectors.
///
///     linear → up-blocks, with self-attention after one of them → batch norm, ReLU, 3 × 3 convolution, tanh
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

  private let linear: LinearLayer<Scalar>
  private let blocks: [UpBlock<Scalar>]
  private let attention: SelfAttention<Scalar>?
  private let attentionBlock: Int?
  private let norm: BatchNormLayer<Scalar>
  private let toImage: ConvolutionLayer<Scalar>
  private let start: Tensor<Scalar>
  /// The images of the last pass, and room for as many as were planned.
  package let images: Tensor<Scalar>

  private var latents: Tensor<Scalar>
  private var labels: UnsafePointer<Int32>?
  private var blockInputs: [Tensor<Scalar>]
  private var attentionInput: Tensor<Scalar>
  private var last: Tensor<Scalar>

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
    linear = LinearLayer(
      plan, "linear", inputs: architecture.latentSize, side: 4, channels: architecture.initialChannels)
    start = plan.map(4, 4, architecture.initialChannels)
    var channels = architecture.initialChannels
    var side = 4
    var blocks: [UpBlock<Scalar>] = []
    var attention: SelfAttention<Scalar>?
    for (index, outputs) in architecture.blockChannels.enumerated() {
      let name = "block\(index)"
      blocks.append(
        UpBlock(plan, name, inputs: channels, outputs: outputs, side: side, classes: architecture.classes))
      (channels, side) = (outputs, 2 * side)
      if index == architecture.attentionBlock {
        attention = SelfAttention(
          plan, name + ".attention", channels: channels, side: side, gamma: architecture.initialGamma)
      }
    }
    self.blocks = blocks
    self.attention = attention
    attentionBlock = architecture.attentionBlock
    norm = BatchNormLayer(plan, "bn", channels: channels, classes: nil)
    toImage = ConvolutionLayer(
      plan, "to_image",
      Convolution(kernelSize: 3, inputChannels: channels, outputChannels: architecture.imageChannels), height: side,
      width: side)
    images = plan.map(side, side, architecture.imageChannels)
    spectralWeights = plan.spectralWeights
    multiplyAdds = plan.multiplyAdds + linear.weight.range.count
    latents = plan.workspace.tensor(Shape(0, architecture.latentSize))
    blockInputs = blocks.map { _ in plan.workspace.tensor(Shape(0)) }
    attentionInput = latents
    last = latents
    context = NetworkWorkspace(plan, weights: weights ?? Weights(plan), isTrained: isTrained, pool: pool)
    plannedBytes = plan.workspace.bytes - context.maps.idleBytes
  }

  /// Makes one image per latent vector.
  ///
  /// - Parameters:
  ///   - latents: `[N, latentSize]`, N samples in equal shards; must stay until `backward`.
  ///   - labels: N classes; must stay until `backward`.
  ///   - statistics: The batch's own in training, the running ones for samples.
  /// - Returns: Images in −1…1, `[N, H, W, C]`, held until the next pass.
  public func forward(
    _ latents: Tensor<Scalar>, labels: UnsafePointer<Int32>,
    statistics: BatchNormLayer<Scalar>.Statistics = .batch
  ) -> Tensor<Scalar> {
    let n = latents.shape[0]
    precondition(n <= images.shape[0], "\(n) images of a generator planned for \(images.shape[0])")
    self.latents = latents
    self.labels = labels
    var x = start[rows: 0..<n]
    linear.forward(latents, into: x.reshaped(Shape(n, x.count / max(n, 1))), context)
    for index in blocks.indices {
      blockInputs[index] = x
      x = blocks[index].forward(x, labels, statistics, context)
      if index == attentionBlock, let attention {
        attentionInput = x
        x = attention.forward(x, context)
      }
    }
    last = x
    let result = images[rows: 0..<n]
    toImage.forward(x, norm.forward(x, nil, statistics, context), into: result, context)
    hyperbolicTangent(result, pool: context.pool)
    return result
  }

  /// Writes the gradient of every parameter, summed over this rank's shards, for the last pass.
  ///
  /// - Parameter dImages: Gradient of the images.
  public func backward(_ dImages: Tensor<Scalar>) {
    guard let labels else { preconditionFailure("backward before forward") }
    let n = dImages.shape[0]
    let dOut = context.maps.borrow(dImages.shape)
    dOut.copy(from: dImages)
    hyperbolicTangentBackward(images[rows: 0..<n], dOut, pool: context.pool)
    var dx = context.maps.borrow(last.shape)
    toImage.backwardInput(dOut, into: dx, context)
    toImage.backwardWeights(last, norm.prologue(n), dOut, context)
    context.maps.giveBack(dOut)
    norm.backward(last, dx, nil, context)
    for index in blocks.indices.reversed() {
      if index == attentionBlock, let attention {
        attention.backward(attentionInput, dx, updatesWeights: true, context)
      }
      dx = blocks[index].backward(blockInputs[index], dx, labels, context)
    }
    linear.backwardWeights(latents, dx.reshaped(Shape(n, dx.count / n)), context)
    context.maps.giveBack(dx)
    precondition(context.maps.isWhole, "a map was not given back")
  }

  /// What the layers have put out in the last pass, in forward order.
  package var maps: [(name: String, map: Tensor<Scalar>)] {
    namedMaps(blockInputs, attentionBlock: attentionBlock, attentionInput) + [
      ("the input of 'to_image'", last), ("the images", images[rows: 0..<last.shape[0]]),
    ]
  }

  /// Sums the last pass's batch statistics over this rank's shards, into `context.batchStatistics`.
  public func sumBatchStatistics() {
    for index in blocks.indices { blocks[index].sumBatchStatistics(blockInputs[index], context) }
    norm.sumBatchStatistics(
      rowsPerShard: last.shape[0] / context.shards * last.shape[1] * last.shape[2], context)
  }

  /// Moves the running statistics towards the mean of the reduced batch statistics, with momentum 0.1.
  ///
  /// - Parameter shards: Shards of all ranks, whose statistics were summed.
  public func updateRunningStatistics(shards: Int) {
    moveRunningStatistics(
      context.weights.statistics.values, towards: context.batchStatistics.values, shards: shards, momentum: 0.1)
  }

  /// Hands the last pass's ReLU masks and max-pool winners to `recorder`.
  public func record(_ recorder: any ActivationRecorder) {
    for index in blocks.indices { blocks[index].record(blockInputs[index], recorder) }
    attention?.record(samples: last.shape[0], recorder)
    recorder.record(mask: "relu", last, norm.prologue(last.shape[0]))
  }
}
