public import Kernels
public import Tensors

/// A layer from one map to another: what a row of a network's table is built as.
///
/// Its output stays with it until its next forward pass; its input is the caller's to keep until the backward pass.
public protocol MapLayer<Scalar>: AnyObject {
  /// The number type.
  associatedtype Scalar: KernelScalar

  /// What precedes the names of its tensors, for instance `block1.attention`.
  var name: String { get }

  /// Returns the layer's output, which it holds until the next forward pass.
  func forward(_ x: Tensor<Scalar>, _ pass: LayerPass<Scalar>, _ context: NetworkWorkspace<Scalar>) -> Tensor<Scalar>

  /// Backward; takes the borrowed `dy` and returns a borrowed gradient of `x`, or nothing where it is not wanted.
  ///
  /// - Parameters:
  ///   - x: The input of the last forward pass.
  ///   - dy: Gradient of the output.
  ///   - pass: Which gradients are wanted, and what the forward pass was given.
  ///   - context: The network's.
  /// - Returns: The gradient of `x`, a borrowed map.
  func backward(
    _ x: Tensor<Scalar>, _ dy: Tensor<Scalar>, _ pass: LayerPass<Scalar>, _ context: NetworkWorkspace<Scalar>
  ) -> Tensor<Scalar>?

  /// Hands the decisions of the last forward pass, whose input was `x`, to `recorder`.
  func record(_ x: Tensor<Scalar>, _ recorder: any ActivationRecorder)

  /// Sums the batch statistics of the last forward pass, whose input was `x`, over this rank's shards.
  func sumBatchStatistics(_ x: Tensor<Scalar>, _ context: NetworkWorkspace<Scalar>)
}

extension MapLayer {
  /// Nothing: most layers have no batch norm.
  public func sumBatchStatistics(_ x: Tensor<Scalar>, _ context: NetworkWorkspace<Scalar>) {}
}

/// What the layers of a pass are given beside their inputs.
public struct LayerPass<Scalar: KernelScalar> {
  /// The class of each sample.
  public var labels: Labels
  /// A second class of each sample, and its share in what batch norm takes from its tables; no backward pass may follow.
  public var mixture: RowMixture<Scalar>?
  /// Where batch norm takes its statistics from.
  public var statistics: BatchNormLayer<Scalar>.Statistics
  /// Whether a backward pass computes gradients of parameters.
  public var updatesWeights: Bool
  /// Whether a backward pass computes the gradient of its first layer's input.
  public var needsInputGradient: Bool

  /// A pass with these classes.
  public init(
    labels: Labels, mixture: RowMixture<Scalar>? = nil, statistics: BatchNormLayer<Scalar>.Statistics = .batch,
    updatesWeights: Bool = true,
    needsInputGradient: Bool = true
  ) {
    self.labels = labels
    self.mixture = mixture
    self.statistics = statistics
    self.updatesWeights = updatesWeights
    self.needsInputGradient = needsInputGradient
  }
}
