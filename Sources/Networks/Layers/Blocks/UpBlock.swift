public import Kernels
public import Tensors

/// The generator's residual block: doubles height and width.
///
///     h = conv1(upsample(relu(norm1(x)))),   y = conv2(relu(norm2(h))) + upsample(shortcut(x))
///
/// The shortcut is a 1 × 1 convolution; it commutes with upsampling and runs at the low resolution. Of the maps inside,
/// only h is kept: normalization and ReLU happen again wherever they are needed. Bilinear upsampling keeps the upsampled map as well.
public final class UpBlock<Scalar: KernelScalar>: MapLayer {
  /// What precedes the names of the block's tensors.
  public let name: String
  private let norm1: BatchNormLayer<Scalar>
  private let conv1: ConvolutionLayer<Scalar>
  private let norm2: BatchNormLayer<Scalar>
  private let conv2: ConvolutionLayer<Scalar>
  private let shortcut: ConvolutionLayer<Scalar>
  private let h: Tensor<Scalar>
  /// The upsampled input of `conv1`, where upsampling is bilinear.
  private let upsampled: Tensor<Scalar>?
  private let y: Tensor<Scalar>

  /// A block from `inputs` channels at `side` × `side` to `outputs` channels at twice that, by bilinear upsampling or the nearest pixel.
  public init(
    _ plan: NetworkBuilder<Scalar>, _ name: String, inputs: Int, outputs: Int, side: Int, classes: Int,
    isBilinear: Bool = false
  ) {
    self.name = name
    norm1 = BatchNormLayer(plan, name + ".bn1", channels: inputs, side: side, classes: classes)
    conv1 = ConvolutionLayer(
      plan, name + ".conv1",
      Convolution(
        kernelSize: 3, inputChannels: inputs, outputChannels: outputs, resampling: isBilinear ? .none : .upsample),
      height: isBilinear ? 2 * side : side, width: isBilinear ? 2 * side : side)
    norm2 = BatchNormLayer(plan, name + ".bn2", channels: outputs, side: 2 * side, classes: classes)
    conv2 = ConvolutionLayer(
      plan, name + ".conv2", Convolution(kernelSize: 3, inputChannels: outputs, outputChannels: outputs),
      height: 2 * side, width: 2 * side)
    shortcut = ConvolutionLayer(
      plan, name + ".shortcut", Convolution(kernelSize: 1, inputChannels: inputs, outputChannels: outputs),
      height: side, width: side)
    upsampled = isBilinear ? plan.map(2 * side, 2 * side, inputs) : nil
    h = plan.map(2 * side, 2 * side, outputs)
    y = plan.map(2 * side, 2 * side, outputs)
  }

  /// Returns the block's output, which it holds until the next forward pass.
  public func forward(
    _ x: Tensor<Scalar>, _ pass: LayerPass<Scalar>, _ context: NetworkWorkspace<Scalar>
  ) -> Tensor<Scalar> {
    func normalized(_ norm: BatchNormLayer<Scalar>, _ map: Tensor<Scalar>) -> InputActivation<Scalar> {
      norm.forward(map, pass.labels, mixture: pass.mixture, pass.statistics, context)
    }
    let h = h[rows: 0..<x.shape[0]]
    let y = y[rows: 0..<x.shape[0]]
    let low = context.maps.borrow(shortcut.convolution.outputShape(of: x.shape))
    if let fine = upsampled?[rows: 0..<x.shape[0]] {
      let active = context.maps.borrow(x.shape)
      activate(x, normalized(norm1, x), into: active, pool: context.pool)
      upsampleBilinear(active, into: fine, pool: context.pool)
      context.maps.giveBack(active)
      conv1.forward(fine, into: h, context)
    } else {
      conv1.forward(x, normalized(norm1, x), into: h, context)
    }
    shortcut.forward(x, into: low, context)
    if upsampled == nil {
      conv2.forward(h, normalized(norm2, h), residual: .upsampled(low), into: y, context)
    } else {
      let high = context.maps.borrow(y.shape)
      upsampleBilinear(low, into: high, pool: context.pool)
      conv2.forward(h, normalized(norm2, h), residual: .same(high), into: y, context)
      context.maps.giveBack(high)
    }
    context.maps.giveBack(low)
    return y
  }

  /// Backward; takes the borrowed `dy` and returns a borrowed gradient of `x`.
  public func backward(
    _ x: Tensor<Scalar>, _ dy: Tensor<Scalar>, _ pass: LayerPass<Scalar>, _ context: NetworkWorkspace<Scalar>
  ) -> Tensor<Scalar>? {
    let maps = context.maps
    let n = x.shape[0]
    let h = h[rows: 0..<n]
    let dh = maps.borrow(h.shape)
    conv2.backwardInput(dy, into: dh, context)
    conv2.backwardWeights(h, norm2.prologue(n), dy, context)
    norm2.backward(h, dh, pass.labels, sums: context.channelSums, context)
    let dx = maps.borrow(x.shape)
    if let fine = upsampled?[rows: 0..<n] {
      let dFine = maps.borrow(fine.shape)
      conv1.backwardInput(dh, into: dFine, context)
      conv1.backwardWeights(fine, .identity, dh, bias: .sums(context.channelSums), context)
      upsampleBilinearGradient(dFine, into: dx, pool: context.pool)
      maps.giveBack(dFine)
    } else {
      conv1.backwardInput(dh, into: dx, context)
      conv1.backwardWeights(x, norm1.prologue(n), dh, bias: .sums(context.channelSums), context)
    }
    maps.giveBack(dh)
    norm1.backward(x, dx, pass.labels, context)
    let dLow = maps.borrow(shortcut.convolution.outputShape(of: x.shape))
    if upsampled == nil {
      upsampleGradient(dy, into: dLow, pool: context.pool)
    } else {
      upsampleBilinearGradient(dy, into: dLow, pool: context.pool)
    }
    maps.giveBack(dy)
    shortcut.backwardWeights(x, .identity, dLow, bias: .same(conv2), context)
    shortcut.backwardInput(dLow, into: dx, adding: true, context)
    maps.giveBack(dLow)
    return dx
  }

  /// Sums the batch statistics of both normalizations over this rank's shards.
  public func sumBatchStatistics(_ x: Tensor<Scalar>, _ context: NetworkWorkspace<Scalar>) {
    let rows = x.shape[0] / context.shards * x.shape[1] * x.shape[2]
    norm1.sumBatchStatistics(rowsPerShard: rows, context)
    norm2.sumBatchStatistics(rowsPerShard: 4 * rows, context)
  }

  /// Hands the masks of the last forward pass to `recorder`.
  public func record(_ x: Tensor<Scalar>, _ recorder: any ActivationRecorder) {
    let n = x.shape[0]
    recorder.record(mask: name + ".relu1", x, norm1.prologue(n))
    recorder.record(mask: name + ".relu2", h[rows: 0..<n], norm2.prologue(n))
  }
}

extension ActivationRecorder {
  /// Records the mask of a convolution's prologue.
  public func record<Scalar: KernelScalar>(mask name: String, _ x: Tensor<Scalar>, _ prologue: InputActivation<Scalar>)
  {
    var bytes = [UInt8](repeating: 0, count: x.count)
    bytes.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      recordMask(x, prologue, into: base)
    }
    record(mask: name, x.shape, bytes)
  }
}
