public import Kernels
public import Tensors

/// The control of the SAGAN paper's Table 1: a residual block of as many parameters in place of self-attention.
///
///     y = x + conv3(relu(conv2(relu(conv1(x)))))
///
/// `conv1` is 1 × 1 from C to h channels, `conv2` 3 × 3 within h, `conv3` 1 × 1 back to C; none has a bias, as none of
/// attention's has. The paper says no more than that the block has attention's number of parameters (Zhang et al. 2019, section
/// 5.2). They are 2Ch + 9h² here and 1.25C² + 1 there, equal but for γ at h = 5C/18: h is the whole number nearest to that.
/// There is no γ, since a block that begins as the identity would be another control than a residual block.
public final class ResidualControl<Scalar: KernelScalar>: MapLayer {
  /// What precedes the names of the block's tensors.
  public let name: String
  private let conv1: ConvolutionLayer<Scalar>
  private let conv2: ConvolutionLayer<Scalar>
  private let conv3: ConvolutionLayer<Scalar>
  private let a: Tensor<Scalar>
  private let b: Tensor<Scalar>
  private let y: Tensor<Scalar>

  /// Channels inside a block of maps of `channels` channels: the whole number nearest to 5/18 of them, at least 1.
  public static func hiddenChannels(_ channels: Int) -> Int { max((5 * channels + 9) / 18, 1) }

  /// A block over maps of `side` × `side` with `channels` channels.
  public init(_ plan: NetworkBuilder<Scalar>, _ name: String, channels: Int, side: Int) {
    self.name = name
    let hidden = Self.hiddenChannels(channels)
    func convolution(_ part: String, _ size: Int, _ inputs: Int, _ outputs: Int) -> ConvolutionLayer<Scalar> {
      ConvolutionLayer(
        plan, name + "." + part, Convolution(kernelSize: size, inputChannels: inputs, outputChannels: outputs),
        height: side, width: side, hasBias: false)
    }
    conv1 = convolution("conv1", 1, channels, hidden)
    plan.note(Operation(name + ".relu1", .rectification(side: side, channels: hidden)))
    conv2 = convolution("conv2", 3, hidden, hidden)
    plan.note(Operation(name + ".relu2", .rectification(side: side, channels: hidden)))
    conv3 = convolution("conv3", 1, hidden, channels)
    a = plan.map(side, side, hidden)
    b = plan.map(side, side, hidden)
    y = plan.map(side, side, channels)
  }

  /// Returns the block's output, which it holds until the next forward pass.
  public func forward(
    _ x: Tensor<Scalar>, _ pass: LayerPass<Scalar>, _ context: NetworkWorkspace<Scalar>
  ) -> Tensor<Scalar> {
    let n = x.shape[0]
    let (a, b, y) = (a[rows: 0..<n], b[rows: 0..<n], y[rows: 0..<n])
    conv1.forward(x, into: a, context)
    conv2.forward(a, .relu, into: b, context)
    conv3.forward(b, .relu, residual: .same(x), into: y, context)
    return y
  }

  /// Backward; `dy` is a borrowed map, becomes the gradient of `x`, and is returned.
  public func backward(
    _ x: Tensor<Scalar>, _ dy: Tensor<Scalar>, _ pass: LayerPass<Scalar>, _ context: NetworkWorkspace<Scalar>
  ) -> Tensor<Scalar>? {
    let (n, maps) = (x.shape[0], context.maps)
    let (a, b) = (a[rows: 0..<n], b[rows: 0..<n])
    let db = maps.borrow(b.shape)
    conv3.backwardInput(dy, into: db, context)
    if pass.updatesWeights { conv3.backwardWeights(b, .relu, dy, context) }
    reluBackward(b, db, pool: context.pool)
    let da = maps.borrow(a.shape)
    conv2.backwardInput(db, into: da, context)
    if pass.updatesWeights { conv2.backwardWeights(a, .relu, db, context) }
    maps.giveBack(db)
    reluBackward(a, da, pool: context.pool)
    if pass.updatesWeights { conv1.backwardWeights(x, .identity, da, context) }
    conv1.backwardInput(da, into: dy, adding: true, context)
    maps.giveBack(da)
    return dy
  }

  /// Hands the masks of the last forward pass to `recorder`.
  public func record(_ x: Tensor<Scalar>, _ recorder: any ActivationRecorder) {
    let n = x.shape[0]
    recorder.record(mask: name + ".relu1", a[rows: 0..<n], InputActivation<Scalar>.relu)
    recorder.record(mask: name + ".relu2", b[rows: 0..<n], InputActivation<Scalar>.relu)
  }
}
