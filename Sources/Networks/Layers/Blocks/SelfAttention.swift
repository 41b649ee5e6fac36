public import Kernels
public import Tensors

/// Self-attention over the positions of a map, in the form of SAGAN's released code.
///
///     y = x + γ · output(attention(query(x), pool(key(x)), pool(value(x))))
///
/// Query and key have C/8 channels and value C/2, all by 1 × 1 convolutions without bias; key and value are max-pooled
/// 2 × 2; weights are a softmax over keys, without scaling. The paper's f, g, h, v and the code's φ, θ, g are here key,
/// query, value and output (Zhang et al. 2019, section 3). γ is a trained scalar, and not spectrally normalized.
public final class SelfAttention<Scalar: KernelScalar>: MapLayer {
  /// What precedes the names of the layer's tensors.
  public let name: String
  private let query: ConvolutionLayer<Scalar>
  private let key: ConvolutionLayer<Scalar>
  private let value: ConvolutionLayer<Scalar>
  private let output: ConvolutionLayer<Scalar>
  private let gamma: Range<Int>

  private let queries: Tensor<Scalar>
  private let keys: Tensor<Scalar>
  private let values: Tensor<Scalar>
  private let attended: Tensor<Scalar>
  private let keyWinners: UnsafeMutableBufferPointer<UInt8>
  private let valueWinners: UnsafeMutableBufferPointer<UInt8>
  private let y: Tensor<Scalar>
  private let spread: AttentionSpread
  /// How the weights of each sample of the last measured pass are spread.
  private let measures: UnsafeMutableBufferPointer<AttentionSpread.Measures>

  /// Attention over maps of `side` × `side` with `channels` channels; γ starts at `gamma`.
  public init(_ plan: NetworkBuilder<Scalar>, _ name: String, channels: Int, side: Int, gamma: Double) {
    self.name = name
    let small = max(channels / 8, 1)
    let half = max(channels / 2, 1)
    func pointwise(_ part: String, _ inputs: Int, _ outputs: Int) -> ConvolutionLayer<Scalar> {
      ConvolutionLayer(
        plan, name + "." + part, Convolution(kernelSize: 1, inputChannels: inputs, outputChannels: outputs),
        height: side, width: side, hasBias: false)
    }
    query = pointwise("query", channels, small)
    key = pointwise("key", channels, small)
    value = pointwise("value", channels, half)
    plan.note(Operation(name, .attention(queries: side * side, keys: side * side / 4, depth: small, width: half)))
    output = pointwise("output", half, channels)
    self.gamma = plan.parameter(name + ".gamma", [1], .constant(gamma))
    queries = plan.map(side, side, small)
    keys = plan.map(side / 2, side / 2, small)
    values = plan.map(side / 2, side / 2, half)
    attended = plan.map(side, side, half)
    keyWinners = plan.workspace.buffer(keys.count, of: UInt8.self)
    valueWinners = plan.workspace.buffer(values.count, of: UInt8.self)
    y = plan.map(side, side, channels)
    spread = AttentionSpread(side: side)
    measures = plan.workspace.buffer(queries.shape[0], of: AttentionSpread.Measures.self)
  }

  /// Returns the attended map, which this layer holds until the next forward pass.
  public func forward(
    _ x: Tensor<Scalar>, _ pass: LayerPass<Scalar>, _ context: NetworkWorkspace<Scalar>
  ) -> Tensor<Scalar> {
    let n = x.shape[0]
    let q = queries[rows: 0..<n]
    query.forward(x, into: q, context)
    pooled(key, x, keys[rows: 0..<n], keyWinners, context)
    pooled(value, x, values[rows: 0..<n], valueWinners, context)
    observed(n, context) { watch in
      attend(
        query: flat(q), key: flat(keys[rows: 0..<n]), value: flat(values[rows: 0..<n]),
        into: flat(attended[rows: 0..<n]), scratch: context.attentionScratch, pool: context.pool, watch: watch)
    }
    let result = y[rows: 0..<n]
    output.forward(attended[rows: 0..<n], factor: gammaValue(context), residual: .same(x), into: result, context)
    return result
  }

  /// Backward; `dy` is a borrowed map, becomes the gradient of `x`, and is returned.
  ///
  /// γ's gradient is ⟨dy, output(a)⟩ = ⟨outputᵀ(dy), a⟩, so that the projected map need not be kept.
  public func backward(
    _ x: Tensor<Scalar>, _ dy: Tensor<Scalar>, _ pass: LayerPass<Scalar>, _ context: NetworkWorkspace<Scalar>
  ) -> Tensor<Scalar>? {
    let (n, updatesWeights) = (x.shape[0], pass.updatesWeights)
    let maps = context.maps
    let a = attended[rows: 0..<n]
    let gammaNow = gammaValue(context)
    let dAttended = maps.borrow(a.shape)
    output.backwardInput(dy, into: dAttended, context)
    if updatesWeights {
      context.sumGradient(of: gamma) { shard, gradient in
        let samples = context.samples(ofShard: shard, of: n)
        gradient.base[0] = Scalar(innerProduct(dAttended[rows: samples], a[rows: samples]))
      }
      output.backwardWeights(a, .identity, dy, factor: gammaNow, context)
    }
    scale(dAttended, by: gammaNow, pool: context.pool)
    let dQueries = maps.borrow(queries[rows: 0..<n].shape)
    let dKeys = maps.borrow(keys[rows: 0..<n].shape)
    let dValues = maps.borrow(values[rows: 0..<n].shape)
    attendBackward(
      query: flat(queries[rows: 0..<n]), key: flat(keys[rows: 0..<n]), value: flat(values[rows: 0..<n]),
      dOutput: flat(dAttended), dQuery: flat(dQueries), dKey: flat(dKeys), dValue: flat(dValues),
      scratch: context.attentionScratch, pool: context.pool)
    maps.giveBack(dAttended)
    addGradient(query, x, dQueries, to: dy, updatesWeights, context)
    maps.giveBack(dQueries)
    unpooled(key, x, dKeys, keyWinners, to: dy, updatesWeights, context)
    maps.giveBack(dKeys)
    unpooled(value, x, dValues, valueWinners, to: dy, updatesWeights, context)
    maps.giveBack(dValues)
    return dy
  }

  /// Hands the winners of the last forward pass to `recorder`.
  public func record(_ x: Tensor<Scalar>, _ recorder: any ActivationRecorder) {
    for (part, map, winners) in [("key", keys, keyWinners), ("value", values, valueWinners)] {
      let used = map[rows: 0..<x.shape[0]]
      recorder.record(winners: name + "." + part, used.shape, Array(winners[0..<used.count]))
    }
  }

  /// Height and width of its map.
  public var side: Int { queries.shape[1] }

  /// The sum over some samples of how their weights were spread in the last pass that measured it.
  public func spread(ofSamples samples: Range<Int>) -> AttentionSpread.Measures {
    var sum = AttentionSpread.Measures()
    for sample in samples { sum += measures[sample] }
    return sum
  }

  /// γ, which the attended map is multiplied by.
  public func gamma(in weights: Weights<Scalar>) -> Scalar { weights.parameters.values[gamma.lowerBound] }

  /// Runs `body` with what looks at the weights of `n` samples, where somebody wants to see or to measure them.
  private func observed(
    _ n: Int, _ context: NetworkWorkspace<Scalar>, _ body: (_ watch: AttentionWatch<Scalar>?) -> Void
  ) {
    let observer = context.observer.flatMap { $0.seesAttention ? $0 : nil }
    guard observer != nil || context.measuresAttention else { return body(nil) }
    var watch = AttentionWatch<Scalar>()
    if context.measuresAttention {
      measures.update(repeating: AttentionSpread.Measures())
      (watch.spread, watch.measures) = (spread, measures.baseAddress)
    }
    guard let observer else { return body(watch) }
    let workspace = Workspace()
    let weights: Tensor<Scalar> = workspace.tensor(
      Shape(n, queries.shape[1] * queries.shape[2], keys.shape[1] * keys.shape[2]))
    watch.weights = weights
    body(watch)
    observer.observe(attention: weights, of: name)
    withExtendedLifetime(workspace) {}
  }

  private func gammaValue(_ context: NetworkWorkspace<Scalar>) -> Scalar { gamma(in: context.weights) }

  private func flat(_ map: Tensor<Scalar>) -> Tensor<Scalar> {
    map.reshaped(Shape(map.shape[0], map.shape[1] * map.shape[2], map.shape[3]))
  }

  private func pooled(
    _ layer: ConvolutionLayer<Scalar>, _ x: Tensor<Scalar>, _ result: Tensor<Scalar>,
    _ winners: UnsafeMutableBufferPointer<UInt8>, _ context: NetworkWorkspace<Scalar>
  ) {
    guard let winners = winners.baseAddress else { preconditionFailure("\(name) was planned without keys") }
    let full = context.maps.borrow(layer.convolution.outputShape(of: x.shape))
    layer.forward(x, into: full, context)
    maxPool(full, into: result, winners: winners, pool: context.pool)
    context.maps.giveBack(full)
  }

  private func unpooled(
    _ layer: ConvolutionLayer<Scalar>, _ x: Tensor<Scalar>, _ dPooled: Tensor<Scalar>,
    _ winners: UnsafeMutableBufferPointer<UInt8>, to dx: Tensor<Scalar>, _ updatesWeights: Bool,
    _ context: NetworkWorkspace<Scalar>
  ) {
    guard let winners = winners.baseAddress else { preconditionFailure("\(name) was planned without keys") }
    let full = context.maps.borrow(layer.convolution.outputShape(of: x.shape))
    maxPoolGradient(dPooled, winners: winners, into: full, pool: context.pool)
    addGradient(layer, x, full, to: dx, updatesWeights, context)
    context.maps.giveBack(full)
  }

  private func addGradient(
    _ layer: ConvolutionLayer<Scalar>, _ x: Tensor<Scalar>, _ dy: Tensor<Scalar>, to dx: Tensor<Scalar>,
    _ updatesWeights: Bool, _ context: NetworkWorkspace<Scalar>
  ) {
    if updatesWeights { layer.backwardWeights(x, .identity, dy, context) }
    layer.backwardInput(dy, into: dx, adding: true, context)
  }
}
