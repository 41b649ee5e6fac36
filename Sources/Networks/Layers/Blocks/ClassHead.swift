public import Kernels
public import Tensors

/// The discriminator's last part: what it says of an image, and of its class.
///
///     h = Σ relu(x) over the map,   logit = linear(h) + ⟨embedding[label], h⟩   or   logit = linear(h), class logits = classifier(h)
public final class ClassHead<Scalar: KernelScalar> {
  private let linear: LinearLayer<Scalar>
  private let projection: Projection<Scalar>?
  private let classifier: LinearLayer<Scalar>?
  private let features: Tensor<Scalar>
  private let dFeatures: Tensor<Scalar>
  private let logits: Tensor<Scalar>
  private let classLogits: Tensor<Scalar>

  /// The largest number of images in one pass.
  public var samples: Int { logits.shape[0] }

  /// A head of maps with `channels` channels, with an auxiliary classifier or else a projection.
  public init(_ plan: NetworkBuilder<Scalar>, _ name: String, channels: Int, classes: Int, classifies: Bool) {
    linear = LinearLayer(plan, name, inputs: channels, outputs: 1)
    projection = classifies ? nil : Projection(plan, "embedding", classes: classes, channels: channels)
    classifier = classifies ? LinearLayer(plan, "classifier", inputs: channels, outputs: classes) : nil
    features = plan.workspace.tensor(Shape(plan.samples, channels))
    dFeatures = plan.workspace.tensor(Shape(plan.samples, channels))
    logits = plan.workspace.tensor(Shape(plan.samples, 1))
    classLogits = plan.workspace.tensor(Shape(classifies ? plan.samples : 0, classes))
  }

  /// Returns logits `[N, 1]`, and with a classifier class logits `[N, classes]`, held until the next forward pass.
  public func forward(
    _ x: Tensor<Scalar>, _ pass: LayerPass<Scalar>, _ context: NetworkWorkspace<Scalar>
  ) -> (logits: Tensor<Scalar>, classLogits: Tensor<Scalar>?) {
    let rows = 0..<x.shape[0]
    let (h, result) = (features[rows: rows], logits[rows: rows])
    rectifiedSpatialSum(x, into: h, pool: context.pool)
    linear.forward(h, into: result, context)
    projection?.addForward(h, pass.labels, to: result, context)
    guard let classifier else { return (result, nil) }
    classifier.forward(h, into: classLogits[rows: rows], context)
    return (result, classLogits[rows: rows])
  }

  /// Backward; returns a borrowed gradient of `x`.
  ///
  /// - Parameters:
  ///   - x: The input of the last forward pass.
  ///   - dLogits: `[N, 1]`.
  ///   - dClassLogits: `[N, classes]` with a classifier.
  ///   - pass: Which gradients are wanted, and the classes of the forward pass.
  ///   - context: The network's.
  /// - Returns: The gradient of `x`.
  public func backward(
    _ x: Tensor<Scalar>, _ dLogits: Tensor<Scalar>, _ dClassLogits: Tensor<Scalar>?, _ pass: LayerPass<Scalar>,
    _ context: NetworkWorkspace<Scalar>
  ) -> Tensor<Scalar> {
    let rows = 0..<dLogits.shape[0]
    let (h, dh) = (features[rows: rows], dFeatures[rows: rows])
    linear.backwardInput(dLogits, into: dh, adding: false, context)
    projection?.addBackwardInput(dLogits, pass.labels, to: dh, context)
    if let classifier, let dClassLogits {
      classifier.backwardInput(dClassLogits, into: dh, adding: true, context)
      if pass.updatesWeights { classifier.backwardWeights(h, dClassLogits, context) }
    }
    if pass.updatesWeights {
      linear.backwardWeights(h, dLogits, context)
      projection?.backwardWeights(h, dLogits, pass.labels, context)
    }
    let dx = context.maps.borrow(x.shape)
    rectifiedSpatialSumBackward(x, dy: dh, into: dx, pool: context.pool)
    return dx
  }

  /// Hands the mask of the last forward pass, whose input was `x`, to `recorder`.
  public func record(_ x: Tensor<Scalar>, _ recorder: any ActivationRecorder) {
    recorder.record(mask: "relu", x, InputActivation<Scalar>.relu)
  }
}
