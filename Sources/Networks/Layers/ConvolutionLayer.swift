public import Kernels
public import Tensors

/// A convolution with its filters and, mostly, a bias.
public final class ConvolutionLayer<Scalar: KernelScalar> {
  /// The filters; in the arena as their kernels read them, in files `[O, C, k, k]`.
  public let weight: SpectralWeight<Scalar>
  /// The geometry and the algorithm.
  public let convolution: Convolution
  private let bias: Range<Int>?

  /// A convolution of maps of `height` × `width`; `readsInput` says whether those are the network's own input.
  public init(
    _ plan: NetworkBuilder<Scalar>, _ name: String, _ convolution: Convolution, height: Int, width: Int,
    hasBias: Bool = true, readsInput: Bool = false
  ) {
    plan.note(Operation(name, .convolution(convolution, side: height), readsInput: readsInput))
    let convolution = convolution.adopting(
      plan.convolutionAlgorithm, height: height, width: width, of: Scalar.self)
    self.convolution = convolution
    plan.noteConvolution(convolution, height: height, width: width)
    let (k, c, o) = (convolution.kernelSize, convolution.inputChannels, convolution.outputChannels)
    let (shape, columns) = (convolution.filterShape, convolution.filterColumns)
    weight = SpectralWeight(
      plan, name, Shape(k * k, o / columns, c, columns),
      .init(
        shape: shape, fileAxes: convolution.filterAxes, fileShape: [o, c, k, k], outputs: ([o], [0]),
        inputs: ([k, k, c], [2, 0, 1]), storage: columns < o ? .panels(rows: c) : .inputsByOutputs, fanIn: c * k * k,
        fanOut: o * k * k))
    bias = hasBias ? plan.parameter(name + ".bias", [o], .constant(0)) : nil
  }

  /// Writes `factor` times the convolution of `prologue(x)`, plus the bias and a residual, to `y`.
  public func forward(
    _ x: Tensor<Scalar>, _ prologue: InputActivation<Scalar> = .identity, factor: Scalar = 1,
    residual: Epilogue<Scalar>.Residual = .none, into y: Tensor<Scalar>, _ context: NetworkWorkspace<Scalar>
  ) {
    convolve(
      convolution, x, activation: prologue, weight: weight.weight(context), weightScale: factor * weight.scale(context),
      epilogue: Epilogue(
        bias: bias.map { context.weights.parameters.tensor($0, Shape($0.count)) }, residual: residual),
      into: y, shards: context.shards, scratch: context.convolutionScratch, pool: context.pool)
  }

  /// Writes the gradient of the activated input to `dx`, or for 1 × 1 filters adds it if so asked.
  public func backwardInput(
    _ dy: Tensor<Scalar>, into dx: Tensor<Scalar>, adding: Bool = false, _ context: NetworkWorkspace<Scalar>
  ) {
    convolveInputGradient(
      convolution, dy: dy, weight: weight.weight(context), weightScale: weight.scale(context), into: dx,
      adding: adding, shards: context.shards, scratch: context.convolutionScratch, pool: context.pool)
  }

  /// Where a bias's gradient, the sum of `dy` over all pixels, comes from.
  public enum BiasGradient {
    /// From `dy` itself.
    case gradient
    /// From what was summed while `dy` was written.
    case sums(ChannelSums<Scalar>)
    /// From a layer whose output is added to this one's: its bias has the same gradient, and has it already.
    case same(ConvolutionLayer)
  }

  /// Writes the gradients of filters and bias, summed over this rank's shards.
  ///
  /// - Parameters:
  ///   - x: The stored input.
  ///   - prologue: As in the forward pass.
  ///   - dy: Gradient of the output.
  ///   - factor: Factor of the filters' gradient.
  ///   - source: Where the bias's gradient comes from.
  ///   - context: The network's.
  public func backwardWeights(
    _ x: Tensor<Scalar>, _ prologue: InputActivation<Scalar> = .identity, _ dy: Tensor<Scalar>, factor: Scalar = 1,
    bias source: BiasGradient = .gradient, _ context: NetworkWorkspace<Scalar>
  ) {
    context.gradientObserver?(convolution, x, prologue, dy, weight.weight(context))
    context.sumFinalGradient(of: weight.range) { shard, gradient in
      let samples = context.samples(ofShard: shard, of: x.shape[0])
      convolveWeightGradient(
        convolution, x[rows: samples], activation: prologue.rows(samples), dy: dy[rows: samples], into: gradient,
        scratch: context.convolutionScratch, pool: context.pool)
      if factor != 1 { scale(gradient, by: factor, pool: context.pool) }
    }
    guard let bias else { return }
    switch source {
    case .gradient:
      context.sumGradient(of: bias) { shard, gradient in
        convolveBiasGradient(
          dy: dy[rows: context.samples(ofShard: shard, of: dy.shape[0])], into: gradient.base,
          scratch: context.convolutionScratch, pool: context.pool)
      }
    case .sums(let sums):
      context.sumGradient(of: bias) { shard, gradient in
        addSamples(
          sums, context.samples(ofShard: shard, of: dy.shape[0]), channels: bias.count, into: gradient.base)
      }
    case .same(let sibling):
      guard let other = sibling.bias else { preconditionFailure("a bias beside a layer without one") }
      context.copyGradient(of: other, to: bias)
    }
  }
}
