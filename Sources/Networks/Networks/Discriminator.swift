public import Kernels
public import Layers
public import Tensors
public import Threads

/// Tells real images from generated ones, given their classes.
///
///     down-blocks, with self-attention after some of them → ReLU, sum over the map = h → linear(h) + the head's part
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

  /// Its attention layers, in forward order.
  public let attentions: [SelfAttention<Scalar>]

  private let layers: LayerStack<Scalar>
  private let head: ClassHead<Scalar>
  private var labels: Labels?
  private var logits: Tensor<Scalar>

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
    let rows = architecture.rows
    layers = LayerStack(plan, rows.compactMap { $0.layer(plan) })
    attentions = layers.attentions
    guard let head = rows.last?.head(plan) else { preconditionFailure("a discriminator without a head") }
    self.head = head
    spectralWeights = plan.spectralWeights
    multiplyAdds = plan.multiplyAdds
    logits = layers.output
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
  public func forward(_ images: Tensor<Scalar>, labels: Labels) -> Output {
    let n = images.shape[0]
    precondition(n <= head.samples, "\(n) images of a discriminator planned for \(head.samples)")
    labels.checkCount(n)
    self.labels = labels
    let pass = LayerPass<Scalar>(labels: labels)
    let output = head.forward(layers.forward(images, pass, context), pass, context)
    logits = output.logits
    return Output(logits: output.logits, classLogits: output.classLogits)
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
    let pass = LayerPass<Scalar>(
      labels: labels, updatesWeights: purpose != .images, needsInputGradient: purpose != .parameters)
    let dFeatures = head.backward(layers.output, dLogits, dClassLogits, pass, context)
    return layers.backward(dFeatures, pass, context)
  }

  /// What the layers have been given in the last pass, in forward order, and its logits.
  package var maps: [(name: String, map: Tensor<Scalar>)] {
    layers.maps + [("the features", layers.output), ("the logits", logits)]
  }

  /// Takes back the images' gradient.
  public func giveBack(_ dImages: Tensor<Scalar>) {
    context.maps.giveBack(dImages)
    precondition(context.maps.isWhole, "a map was not given back")
  }

  /// Hands the last pass's ReLU masks and max-pool winners to `recorder`.
  public func record(_ recorder: any ActivationRecorder) {
    layers.record(recorder)
    head.record(layers.output, recorder)
  }
}
