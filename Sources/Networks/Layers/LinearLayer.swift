public import Kernels
public import Tensors

/// A linear layer with a bias, `[N, I]` to `[N, O]`.
public final class LinearLayer<Scalar: KernelScalar> {
  /// The matrix; in the arena `[I, O]`, in files `[O, I]`.
  public let weight: SpectralWeight<Scalar>
  private let bias: Range<Int>
  private let outputs: Int

  /// A layer between vectors.
  public init(_ plan: NetworkBuilder<Scalar>, _ name: String, inputs: Int, outputs: Int) {
    self.outputs = outputs
    plan.note(Operation(name, .linear(inputs: inputs, outputs: outputs)))
    weight = SpectralWeight(
      plan, name, Shape(inputs, outputs),
      .init(
        shape: [inputs, outputs], fileAxes: [1, 0], fileShape: [outputs, inputs], outputs: ([outputs], [0]),
        inputs: ([inputs], [0]), fanIn: inputs, fanOut: outputs))
    bias = plan.parameter(name + ".bias", [outputs], .constant(0))
  }

  /// A layer from vectors, the network's input, to maps `[side, side, channels]`.
  ///
  /// Outputs lie pixel by pixel here and channel by channel in files, as PyTorch views them as `[channels, side, side]`.
  public init(_ plan: NetworkBuilder<Scalar>, _ name: String, inputs: Int, side: Int, channels: Int) {
    let pixels = side * side
    outputs = pixels * channels
    plan.note(Operation(name, .linear(inputs: inputs, outputs: outputs), readsInput: true))
    weight = SpectralWeight(
      plan, name, Shape(inputs, pixels * channels),
      .init(
        shape: [inputs, pixels, channels], fileAxes: [2, 1, 0], fileShape: [channels * pixels, inputs],
        outputs: ([pixels, channels], [1, 0]), inputs: ([inputs], [0]), fanIn: inputs, fanOut: pixels * channels))
    bias = plan.parameter(
      name + ".bias", [pixels, channels], fileAxes: [1, 0], fileShape: [channels * pixels], .constant(0))
  }

  /// Writes the layer's output to `y`.
  public func forward(_ x: Tensor<Scalar>, into y: Tensor<Scalar>, _ context: NetworkWorkspace<Scalar>) {
    linear(
      x, weight: weight.weight(context), weightScale: weight.scale(context),
      bias: context.weights.parameters.tensor(bias, Shape(outputs)), into: y, shards: context.shards,
      pool: context.pool)
  }

  /// Adds the input's gradient to `dx`, or writes it there.
  public func backwardInput(
    _ dy: Tensor<Scalar>, into dx: Tensor<Scalar>, adding: Bool, _ context: NetworkWorkspace<Scalar>
  ) {
    linearInputGradient(
      dy: dy, weight: weight.weight(context), weightScale: weight.scale(context), into: dx, adding: adding ? 1 : 0,
      shards: context.shards, pool: context.pool)
  }

  /// Writes the gradients of matrix and bias, summed over this rank's shards.
  public func backwardWeights(_ x: Tensor<Scalar>, _ dy: Tensor<Scalar>, _ context: NetworkWorkspace<Scalar>) {
    let samples = x.shape[0]
    context.sumFinalGradient(of: weight.range) { shard, gradient in
      let range = context.samples(ofShard: shard, of: samples)
      linearWeightGradient(
        x[rows: range], dy: dy[rows: range], into: gradient.reshaped(weight.shape),
        pool: context.pool)
    }
    context.sumGradient(of: bias) { shard, gradient in
      sumOverRows(
        dy[rows: context.samples(ofShard: shard, of: samples)], channels: outputs, into: gradient.base,
        pool: context.pool)
    }
  }
}
