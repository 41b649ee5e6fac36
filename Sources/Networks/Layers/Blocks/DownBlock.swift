public import Kernels
public import Tensors

/// The discriminator's residual block; halves height and width if asked to.
///
///     h = conv1(relu(x)),   y = pool(conv2(relu(h)) + shortcut(x))
///
/// The network's first block has no ReLU before `conv1`. The shortcut reads x before the ReLU, unless it is to be rectified as well: a
/// 1 × 1 convolution, or x itself where neither channels nor size change. It commutes with pooling and runs at the low resolution.
public final class DownBlock<Scalar: KernelScalar>: MapLayer {
  /// What precedes the names of the block's tensors.
  public let name: String
  private let isFirst: Bool
  private let isPooled: Bool
  private let isShortcutRectified: Bool
  private let conv1: ConvolutionLayer<Scalar>
  private let conv2: ConvolutionLayer<Scalar>
  private let shortcut: ConvolutionLayer<Scalar>?
  private let h: Tensor<Scalar>
  private let pooled: Tensor<Scalar>?
  private let y: Tensor<Scalar>

  /// The extents of a block.
  public struct Geometry: Sendable {
    /// Channels of x.
    public var inputs: Int
    /// Channels of h.
    public var hidden: Int
    /// Channels of y.
    public var outputs: Int
    /// Height and width of x.
    public var side: Int
    /// Whether y has half of x's height and width.
    public var isPooled: Bool
    /// Whether this is the network's first block.
    public var isFirst: Bool
    /// Whether the shortcut reads relu(x), too; never in the first block.
    public var isShortcutRectified: Bool

    /// A block's extents.
    public init(
      inputs: Int, hidden: Int, outputs: Int, side: Int, isPooled: Bool, isFirst: Bool,
      isShortcutRectified: Bool = false
    ) {
      self.inputs = inputs
      self.hidden = hidden
      self.outputs = outputs
      self.side = side
      self.isPooled = isPooled
      self.isFirst = isFirst
      self.isShortcutRectified = isShortcutRectified
    }
  }

  /// A block of the given extents.
  public init(_ plan: NetworkBuilder<Scalar>, _ name: String, _ geometry: Geometry) {
    self.name = name
    isFirst = geometry.isFirst
    isPooled = geometry.isPooled
    isShortcutRectified = geometry.isShortcutRectified && !isFirst
    let side = geometry.side
    let outside = isPooled ? side / 2 : side
    if !isFirst { plan.note(Operation(name + ".relu1", .rectification(side: side, channels: geometry.inputs))) }
    conv1 = ConvolutionLayer(
      plan, name + ".conv1",
      Convolution(kernelSize: 3, inputChannels: geometry.inputs, outputChannels: geometry.hidden), height: side,
      width: side, readsInput: isFirst)
    plan.note(Operation(name + ".relu2", .rectification(side: side, channels: geometry.hidden)))
    conv2 = ConvolutionLayer(
      plan, name + ".conv2",
      Convolution(
        kernelSize: 3, inputChannels: geometry.hidden, outputChannels: geometry.outputs,
        resampling: isPooled ? .averagePool : .none), height: side, width: side)
    let hasShortcut = isPooled || geometry.inputs != geometry.outputs
    shortcut =
      hasShortcut
      ? ConvolutionLayer(
        plan, name + ".shortcut",
        Convolution(kernelSize: 1, inputChannels: geometry.inputs, outputChannels: geometry.outputs), height: outside,
        width: outside, readsInput: isFirst) : nil
    h = plan.map(side, side, geometry.hidden)
    pooled = isPooled ? plan.map(outside, outside, geometry.inputs) : nil
    y = plan.map(outside, outside, geometry.outputs)
  }

  private var prologue: InputActivation<Scalar> { isFirst ? .identity : .relu }

  /// Returns the block's output, which it holds until the next forward pass.
  public func forward(
    _ x: Tensor<Scalar>, _ pass: LayerPass<Scalar>, _ context: NetworkWorkspace<Scalar>
  ) -> Tensor<Scalar> {
    let n = x.shape[0]
    let h = h[rows: 0..<n]
    let y = y[rows: 0..<n]
    conv1.forward(x, prologue, into: h, context)
    let input = rectifiedInput(x, context)
    defer { if isShortcutRectified { context.maps.giveBack(input) } }
    guard let shortcut else {
      conv2.forward(h, .relu, residual: .same(input), into: y, context)
      return y
    }
    let part = context.maps.borrow(y.shape)
    let source = isPooled ? shortcutInput(x) : input
    if isPooled { averagePool(input, into: source, pool: context.pool) }
    shortcut.forward(source, into: part, context)
    conv2.forward(h, .relu, residual: .same(part), into: y, context)
    context.maps.giveBack(part)
    return y
  }

  /// Backward; takes the borrowed `dy` and returns a borrowed gradient of `x`, or nothing where it is not wanted.
  public func backward(
    _ x: Tensor<Scalar>, _ dy: Tensor<Scalar>, _ pass: LayerPass<Scalar>, _ context: NetworkWorkspace<Scalar>
  ) -> Tensor<Scalar>? {
    let maps = context.maps
    let h = h[rows: 0..<x.shape[0]]
    let dh = maps.borrow(h.shape)
    conv2.backwardInput(dy, into: dh, context)
    if pass.updatesWeights {
      reluBackward(h, dh, sums: context.channelSums, pool: context.pool)
      conv2.backwardWeights(h, .relu, dy, context)
      conv1.backwardWeights(x, prologue, dh, bias: .sums(context.channelSums), context)
      shortcut?.backwardWeights(
        shortcutInput(x), isShortcutRectified && !isPooled ? .relu : .identity, dy, bias: .same(conv2), context)
    } else {
      reluBackward(h, dh, pool: context.pool)
    }
    guard pass.needsInputGradient else {
      maps.giveBack(dh)
      maps.giveBack(dy)
      return nil
    }
    let dx = maps.borrow(x.shape)
    conv1.backwardInput(dh, into: dx, context)
    maps.giveBack(dh)
    if isShortcutRectified { addShortcutGradient(x, dy, to: dx, context) }
    if !isFirst { reluBackward(x, dx, pool: context.pool) }
    if !isShortcutRectified { addShortcutGradient(x, dy, to: dx, context) }
    maps.giveBack(dy)
    return dx
  }

  /// Hands the masks of the last forward pass to `recorder`.
  public func record(_ x: Tensor<Scalar>, _ recorder: any ActivationRecorder) {
    if !isFirst { recorder.record(mask: name + ".relu1", x, prologue) }
    recorder.record(mask: name + ".relu2", h[rows: 0..<x.shape[0]], .relu)
  }

  /// What the shortcut begins with: x, or a borrowed map of relu(x).
  private func rectifiedInput(_ x: Tensor<Scalar>, _ context: NetworkWorkspace<Scalar>) -> Tensor<Scalar> {
    guard isShortcutRectified else { return x }
    let result = context.maps.borrow(x.shape)
    activate(x, .relu, into: result, pool: context.pool)
    return result
  }

  private func shortcutInput(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    pooled.map { $0[rows: 0..<x.shape[0]] } ?? x
  }

  private func addShortcutGradient(
    _ x: Tensor<Scalar>, _ dy: Tensor<Scalar>, to dx: Tensor<Scalar>, _ context: NetworkWorkspace<Scalar>
  ) {
    guard let shortcut else { return add(dy, scale: 1, to: dx, pool: context.pool) }
    guard isPooled else { return shortcut.backwardInput(dy, into: dx, adding: true, context) }
    let part = context.maps.borrow(shortcutInput(x).shape)
    shortcut.backwardInput(dy, into: part, context)
    addAveragePoolGradient(part, to: dx, pool: context.pool)
    context.maps.giveBack(part)
  }
}
