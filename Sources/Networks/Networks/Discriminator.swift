public import Kernels
public import Layers
public import Tensors
public import Threads

/// Tells real images from generated ones, given their classes.
///
///     down-blocks, with self-attention after one of them → ReLU, sum over the map = h → linear(h) + the head's part
public final class Discriminator<Scalar: KernelScalar> {
  /// The table this network was built from.
  public let architecture: DiscriminatorArchitecture
  /// Its numbers, gradients and scratch memory.
  public let context: NetworkWorkspace<Scalar>
  /// Bytes that activations and scratch will take.
  public let plannedBytes: Int
  /// Multiply-adds of one image, as the kernels run them.
  public let multiplyAdds: Int
  /// Every weight that spectral normalization applies to where it is on, in the order of their places.
  public let spectralWeights: [SpectralWeight<Scalar>]

  private let blocks: [DownBlock<Scalar>]
  private let attention: SelfAttention<Scalar>?
  private let attentionBlock: Int?
  private let linear: LinearLayer<Scalar>
  private let projection: Projection<Scalar>?
  private let classifier: LinearLayer<Scalar>?
  private let features: Tensor<Scalar>
  private let dFeatures: Tensor<Scalar>
  private let logits: Tensor<Scalar>
  private let classLogits: Tensor<Scalar>

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
  ///   - isTrained: Whether gradients of parameters are wanted.
  ///   - pool: Shares out work inside a rank.
  ///   - convolutionAlgorithm: How convolutions are computed, where the algorithm covers them.
  public init(
    _ architecture: DiscriminatorArchitecture, samples: Int, shards: Int, groups: Int = 1,
    weights: Weights<Scalar>? = nil,
    isTrained: Bool, pool: WorkerPool, convolutionAlgorithm: ConvolutionAlgorithm = .fast
  ) {
    self.architecture = architecture
    let plan = NetworkBuilder<Scalar>(
      samples: samples, shards: shards, groups: groups, isSpectrallyNormalized: architecture.isSpectrallyNormalized,
      convolutionAlgorithm: convolutionAlgorithm)
    var channels = architecture.imageChannels
    var side = architecture.resolution
    var blocks: [DownBlock<Scalar>] = []
    var attention: SelfAttention<Scalar>?
    for (index, block) in architecture.blocks.enumerated() {
      let name = "block\(index)"
      blocks.append(
        DownBlock(
          plan, name,
          .init(
            inputs: channels, hidden: block.hiddenChannels, outputs: block.channels, side: side,
            isPooled: block.isPooled, isFirst: index == 0)))
      (channels, side) = (block.channels, architecture.maps[index])
      if index == architecture.attentionBlock {
        attention = SelfAttention(
          plan, name + ".attention", channels: channels, side: side, gamma: architecture.initialGamma)
      }
    }
    self.blocks = blocks
    self.attention = attention
    attentionBlock = architecture.attentionBlock
    linear = LinearLayer(plan, "linear", inputs: channels, outputs: 1)
    let classes = architecture.classes
    switch architecture.head {
    case .projection:
      projection = Projection(plan, "embedding", classes: classes, channels: channels)
      classifier = nil
    case .classifier:
      projection = nil
      classifier = LinearLayer(plan, "classifier", inputs: channels, outputs: classes)
    }
    features = plan.workspace.tensor(Shape(samples, channels))
    dFeatures = plan.workspace.tensor(Shape(samples, channels))
    logits = plan.workspace.tensor(Shape(samples, 1))
    classLogits = plan.workspace.tensor(Shape(classifier == nil ? 0 : samples, classes))
    spectralWeights = plan.spectralWeights
    multiplyAdds = plan.multiplyAdds + channels * (architecture.head == .classifier ? 1 + classes : 2)
    blockInputs = blocks.map { _ in plan.workspace.tensor(Shape(0)) }
    attentionInput = plan.workspace.tensor(Shape(0))
    last = attentionInput
    context = NetworkWorkspace(plan, weights: weights ?? Weights(plan), isTrained: isTrained, pool: pool)
    plannedBytes = plan.workspace.bytes - context.maps.idleBytes
  }

  /// What the discriminator says of a batch, or the gradient of a loss with respect to it.
  public struct Output {
    /// `[N, 1]`: large for real.
    public let logits: Tensor<Scalar>
    /// `[N, classes]` with an auxiliary classifier.
    public let classLogits: Tensor<Scalar>?

    /// Logits, or gradients of them.
    public init(logits: Tensor<Scalar>, classLogits: Tensor<Scalar>?) {
      (self.logits, self.classLogits) = (logits, classLogits)
    }
  }

  /// Judges a batch.
  ///
  /// - Parameters:
  ///   - images: `[N, H, W, C]`, N samples in equal shards; must stay until `backward`.
  ///   - labels: N classes; must stay until `backward`.
  /// - Returns: Logits, held until the next pass.
  public func forward(_ images: Tensor<Scalar>, labels: UnsafePointer<Int32>) -> Output {
    let n = images.shape[0]
    precondition(n <= logits.shape[0], "\(n) images of a discriminator planned for \(logits.shape[0])")
    self.labels = labels
    var x = images
    for index in blocks.indices {
      blockInputs[index] = x
      x = blocks[index].forward(x, context)
      if index == attentionBlock, let attention {
        attentionInput = x
        x = attention.forward(x, context)
      }
    }
    last = x
    let h = features[rows: 0..<n]
    rectifiedSpatialSum(x, into: h, pool: context.pool)
    let result = logits[rows: 0..<n]
    linear.forward(h, into: result, context)
    projection?.addForward(h, labels, to: result, context)
    classifier?.forward(h, into: classLogits[rows: 0..<n], context)
    return Output(logits: result, classLogits: classifier == nil ? nil : classLogits[rows: 0..<n])
  }

  /// What a backward pass is for.
  public enum Purpose: Sendable {
    /// The discriminator's own update: gradients of its parameters.
    case parameters
    /// The generator's update: the gradient of the images alone.
    case images
    /// Both, for checks.
    case both
  }

  /// Backward of the last pass.
  ///
  /// - Parameters:
  ///   - dLogits: `[N, 1]`.
  ///   - dClassLogits: `[N, classes]` with an auxiliary classifier.
  ///   - purpose: Which gradients are wanted; parameter gradients are summed over this rank's shards.
  /// - Returns: The gradient of the images, where wanted, until `giveBack` is called with it.
  public func backward(
    _ dLogits: Tensor<Scalar>, _ dClassLogits: Tensor<Scalar>?, for purpose: Purpose
  ) -> Tensor<Scalar>? {
    guard let labels else { preconditionFailure("backward before forward") }
    let n = dLogits.shape[0]
    let updates = purpose != .images
    let h = features[rows: 0..<n]
    let dh = dFeatures[rows: 0..<n]
    linear.backwardInput(dLogits, into: dh, adding: false, context)
    projection?.addBackwardInput(dLogits, labels, to: dh, context)
    if let classifier, let dClassLogits {
      classifier.backwardInput(dClassLogits, into: dh, adding: true, context)
      if updates { classifier.backwardWeights(h, dClassLogits, context) }
    }
    if updates {
      linear.backwardWeights(h, dLogits, context)
      projection?.backwardWeights(h, dLogits, labels, context)
    }
    var dx = context.maps.borrow(last.shape)
    rectifiedSpatialSumBackward(last, dy: dh, into: dx, pool: context.pool)
    for index in blocks.indices.reversed() {
      if index == attentionBlock, let attention {
        attention.backward(attentionInput, dx, updatesWeights: updates, context)
      }
      let needsInputGradient = index > 0 || purpose != .parameters
      guard
        let gradient = blocks[index].backward(
          blockInputs[index], dx, updatesWeights: updates, needsInputGradient: needsInputGradient, context)
      else { return nil }
      dx = gradient
    }
    return dx
  }

  /// What the layers have been given in the last pass, in forward order, and its logits.
  package var maps: [(name: String, map: Tensor<Scalar>)] {
    namedMaps(blockInputs, attentionBlock: attentionBlock, attentionInput) + [
      ("the features", last), ("the logits", logits[rows: 0..<last.shape[0]]),
    ]
  }

  /// Takes back the images' gradient.
  public func giveBack(_ dImages: Tensor<Scalar>) {
    context.maps.giveBack(dImages)
    precondition(context.maps.isWhole, "a map was not given back")
  }

  /// Hands the last pass's ReLU masks and max-pool winners to `recorder`.
  public func record(_ recorder: any ActivationRecorder) {
    for index in blocks.indices { blocks[index].record(blockInputs[index], recorder) }
    attention?.record(samples: last.shape[0], recorder)
    recorder.record(mask: "relu", last, .relu)
  }
}
