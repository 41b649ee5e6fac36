internal import Kernels
internal import Layers
internal import Tensors

/// The discriminator's pooled residual block with batch norm, which a classifier can have: its images are all of one kind.
///
///     h = conv1(relu(norm1(x))),   y = pool(conv2(relu(norm2(h)))) + shortcut(pool(x))
///
/// The network's first block has neither `norm1` nor the ReLU behind it (He et al. 2016, full pre-activation).
final class ClassifierBlock<Scalar: KernelScalar>: MapLayer {
  let name: String
  private let norm1: BatchNormLayer<Scalar>?
  private let norm2: BatchNormLayer<Scalar>
  private let conv1: ConvolutionLayer<Scalar>
  private let conv2: ConvolutionLayer<Scalar>
  private let shortcut: ConvolutionLayer<Scalar>
  private let h: Tensor<Scalar>
  private let pooled: Tensor<Scalar>
  private let y: Tensor<Scalar>

  /// A block of the given extents, which halves height and width.
  init(_ plan: NetworkBuilder<Scalar>, _ name: String, _ geometry: DownBlock<Scalar>.Geometry) {
    precondition(geometry.isPooled, "a classifier's block halves height and width")
    self.name = name
    let (side, inputs, hidden) = (geometry.side, geometry.inputs, geometry.hidden)
    let (outputs, isFirst) = (geometry.outputs, geometry.isFirst)
    norm1 = isFirst ? nil : BatchNormLayer(plan, name + ".bn1", channels: inputs, side: side, classes: nil)
    // The normalization that follows takes away what a bias would add.
    conv1 = ConvolutionLayer(
      plan, name + ".conv1", Convolution(kernelSize: 3, inputChannels: inputs, outputChannels: hidden), height: side,
      width: side, hasBias: false, readsInput: isFirst)
    norm2 = BatchNormLayer(plan, name + ".bn2", channels: hidden, side: side, classes: nil)
    conv2 = ConvolutionLayer(
      plan, name + ".conv2",
      Convolution(kernelSize: 3, inputChannels: hidden, outputChannels: outputs, resampling: .averagePool),
      height: side, width: side)
    shortcut = ConvolutionLayer(
      plan, name + ".shortcut", Convolution(kernelSize: 1, inputChannels: inputs, outputChannels: outputs),
      height: side / 2, width: side / 2, hasBias: false, readsInput: isFirst)
    h = plan.map(side, side, hidden)
    pooled = plan.map(side / 2, side / 2, inputs)
    y = plan.map(side / 2, side / 2, outputs)
  }

  func forward(
    _ x: Tensor<Scalar>, _ pass: LayerPass<Scalar>, _ context: NetworkWorkspace<Scalar>
  ) -> Tensor<Scalar> {
    let rows = 0..<x.shape[0]
    let (h, pooled, y) = (h[rows: rows], pooled[rows: rows], y[rows: rows])
    conv1.forward(x, norm1?.forward(x, nil, pass.statistics, context) ?? .identity, into: h, context)
    averagePool(x, into: pooled, pool: context.pool)
    let part = context.maps.borrow(y.shape)
    shortcut.forward(pooled, into: part, context)
    conv2.forward(h, norm2.forward(h, nil, pass.statistics, context), residual: .same(part), into: y, context)
    context.maps.giveBack(part)
    return y
  }

  func backward(
    _ x: Tensor<Scalar>, _ dy: Tensor<Scalar>, _ pass: LayerPass<Scalar>, _ context: NetworkWorkspace<Scalar>
  ) -> Tensor<Scalar>? {
    let (maps, n) = (context.maps, x.shape[0])
    let (h, pooled) = (h[rows: 0..<n], pooled[rows: 0..<n])
    let dh = maps.borrow(h.shape)
    conv2.backwardInput(dy, into: dh, context)
    conv2.backwardWeights(h, norm2.prologue(n), dy, context)
    norm2.backward(h, dh, nil, context)
    conv1.backwardWeights(x, norm1?.prologue(n) ?? .identity, dh, context)
    shortcut.backwardWeights(pooled, .identity, dy, context)
    guard pass.needsInputGradient else {
      maps.giveBack(dh)
      maps.giveBack(dy)
      return nil
    }
    let dx = maps.borrow(x.shape)
    conv1.backwardInput(dh, into: dx, context)
    maps.giveBack(dh)
    norm1?.backward(x, dx, nil, context)
    let part = maps.borrow(pooled.shape)
    shortcut.backwardInput(dy, into: part, context)
    maps.giveBack(dy)
    addAveragePoolGradient(part, to: dx, pool: context.pool)
    maps.giveBack(part)
    return dx
  }

  func record(_ x: Tensor<Scalar>, _ recorder: any ActivationRecorder) {
    let n = x.shape[0]
    if let norm1 { recorder.record(mask: name + ".relu1", x, norm1.prologue(n)) }
    recorder.record(mask: name + ".relu2", h[rows: 0..<n], norm2.prologue(n))
  }

  func sumBatchStatistics(_ x: Tensor<Scalar>, _ context: NetworkWorkspace<Scalar>) {
    let rows = x.shape[0] / context.shards * x.shape[1] * x.shape[2]
    norm1?.sumBatchStatistics(rowsPerShard: rows, context)
    norm2.sumBatchStatistics(rowsPerShard: rows, context)
  }
}
