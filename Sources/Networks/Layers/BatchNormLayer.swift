public import Kernels
public import Tensors

/// Batch normalization, conditional on the class or not, as the prologue of the convolution that follows.
///
/// Conditional: gain 1 + table, bias table, both tables from 0 and never spectrally normalized. Otherwise one weight (from
/// 1) and one bias per channel. Statistics are those of one shard, or of all shards where the context shares them; the
/// running ones move only when the generator is updated.
public final class BatchNormLayer<Scalar: KernelScalar> {
  private let gain: Range<Int>
  private let bias: Range<Int>
  private let rows: Int
  private let isConditional: Bool
  private let channels: Int
  private let runningMean: Range<Int>
  private let runningVariance: Range<Int>
  private let buffers: NormalizationBuffers<Scalar>
  /// Means over the shards of all ranks, `[2, C]`.
  private let shared: Tensor<Scalar>
  private let epsilon: Scalar = 1e-5

  /// Normalizes maps of `side` × `side` with `channels` channels; conditional on one of `classes` unless that is `nil`.
  public init(_ plan: NetworkBuilder<Scalar>, _ name: String, channels: Int, side: Int, classes: Int?) {
    plan.note(Operation(name, .normalization(side: side, channels: channels)))
    self.channels = channels
    isConditional = classes != nil
    rows = classes ?? 1
    if let classes {
      gain = plan.parameter(name + ".gain", [classes, channels], .constant(0))
      bias = plan.parameter(name + ".bias", [classes, channels], .constant(0))
    } else {
      gain = plan.parameter(name + ".weight", [channels], .constant(1))
      bias = plan.parameter(name + ".bias", [channels], .constant(0))
    }
    runningMean = plan.statistic(name + ".running_mean", channels: channels, start: 0)
    runningVariance = plan.statistic(name + ".running_var", channels: channels, start: 1)
    buffers = NormalizationBuffers(
      samples: plan.samples, shards: plan.shards, channels: channels, in: plan.workspace)
    shared = plan.workspace.tensor(Shape(2, channels))
  }

  /// Where the statistics of a pass come from.
  public enum Statistics: Sendable {
    /// The pass's own batch, shard by shard.
    case batch
    /// The running statistics.
    case running
  }

  /// Normalizes `x` and returns the prologue that applies it together with a ReLU.
  ///
  /// - Parameters:
  ///   - x: The map.
  ///   - labels: The class of each sample, whose gain and bias it gets; without effect where they are all the same.
  ///   - mixture: A second class of each sample, and its share in them; no backward pass may follow.
  ///   - statistics: Where the statistics come from.
  ///   - context: The network's.
  /// - Returns: The prologue, which reads this layer's memory.
  public func forward(
    _ x: Tensor<Scalar>, _ labels: Labels?, mixture: RowMixture<Scalar>? = nil, _ statistics: Statistics,
    _ context: NetworkWorkspace<Scalar>
  ) -> InputActivation<Scalar> {
    let samples = x.shape[0]
    let shards = statistics == .batch ? context.shards : 1
    switch statistics {
    case .batch:
      moments(x, shards: shards, epsilon: epsilon, into: buffers, pool: context.pool)
      if let all = context.sharedStatistics { shareMoments(over: all, context) }
    case .running: useRunningStatistics(context)
    }
    let parameters = context.weights.parameters
    let gains = parameters.tensor(gain, Shape(rows, channels))
    let biases = parameters.tensor(bias, Shape(rows, channels))
    if isConditional, let labels, let mixture {
      scalesAndShifts(
        gains: gains, biases: biases, offset: 1, labels: labels, mixture: mixture, samples: samples, shards: shards,
        into: buffers, pool: context.pool)
      return prologue(samples)
    }
    scalesAndShifts(
      gains: gains, biases: biases, offset: isConditional ? 1 : 0, labels: isConditional ? labels : nil,
      samples: samples, shards: shards, into: buffers, pool: context.pool)
    return prologue(samples)
  }

  /// The prologue of the last forward pass.
  public func prologue(_ samples: Int) -> InputActivation<Scalar> {
    .scaleShiftReLU(scale: buffers.scale[rows: 0..<samples], shift: buffers.shift[rows: 0..<samples])
  }

  /// Backward of ReLU and normalization; `dy` becomes the gradient of `x`, which `sums` receives the sums of.
  public func backward(
    _ x: Tensor<Scalar>, _ dy: Tensor<Scalar>, _ labels: Labels?, sums: ChannelSums<Scalar>? = nil,
    _ context: NetworkWorkspace<Scalar>
  ) {
    sumNormalizedGradients(x, dy, shards: context.shards, buffers: buffers, pool: context.pool)
    if let all = context.sharedStatistics {
      share(buffers.meanGradient, over: all, context)
      share(buffers.meanProduct, over: all, context)
    }
    writeNormalizedGradient(x, dy, shards: context.shards, buffers: buffers, sums: sums, pool: context.pool)
    sumTable(gain, buffers.gainGradient, labels, samples: x.shape[0], context)
    sumTable(bias, buffers.biasGradient, labels, samples: x.shape[0], context)
  }

  /// Gives all shards of all ranks the moments of their rows together.
  private func shareMoments(over all: NetworkWorkspace<Scalar>.SharedStatistics, _ context: NetworkWorkspace<Scalar>) {
    let mean = shared[rows: 0..<1].reshaped(Shape(channels))
    context.average(buffers.mean[rows: 0..<context.shards], over: all, into: mean)
    recenterMoments(to: mean, shards: context.shards, in: buffers)
    share(buffers.variance, over: all, context)
    let rows = 0..<context.shards
    inverseDeviations(of: buffers.variance[rows: rows], epsilon: epsilon, into: buffers.inverseDeviation[rows: rows])
  }

  /// Replaces each shard's row by the mean over all shards of all ranks.
  private func share(
    _ rows: Tensor<Scalar>, over all: NetworkWorkspace<Scalar>.SharedStatistics, _ context: NetworkWorkspace<Scalar>
  ) {
    let mean = shared[rows: 1..<2].reshaped(Shape(channels))
    context.average(rows[rows: 0..<context.shards], over: all, into: mean)
    for shard in 0..<context.shards { rows[rows: shard..<shard + 1].copy(from: mean) }
  }

  /// Sums the gradients of the samples into the rows of their classes.
  private func sumTable(
    _ range: Range<Int>, _ gradients: Tensor<Scalar>, _ labels: Labels?, samples: Int,
    _ context: NetworkWorkspace<Scalar>
  ) {
    context.sumFinalGradient(of: range) { shard, table in
      let range = context.samples(ofShard: shard, of: samples)
      scatterRows(
        gradients[rows: range], labels: isConditional ? labels?[range] : nil,
        into: table.reshaped(Shape(rows, channels)), pool: context.pool)
    }
  }

  /// Sums the last forward pass's means and unbiased variances over this rank's shards.
  public func sumBatchStatistics(rowsPerShard: Int, _ context: NetworkWorkspace<Scalar>) {
    let statistics = context.batchStatistics
    context.sumOverShards(statistics.tensor(runningMean, Shape(channels))) { shard, mean in
      mean.copy(from: buffers.mean[rows: shard..<shard + 1])
    }
    let rows = rowsPerShard * (context.sharedStatistics?.shards ?? 1)
    let unbiased = Scalar(rows) / Scalar(max(rows - 1, 1))
    context.sumOverShards(statistics.tensor(runningVariance, Shape(channels))) { shard, variance in
      variance.copy(from: buffers.variance[rows: shard..<shard + 1])
      scale(variance, by: unbiased, pool: context.pool)
    }
  }

  private func useRunningStatistics(_ context: NetworkWorkspace<Scalar>) {
    let statistics = context.weights.statistics
    for c in 0..<channels {
      buffers.mean.base[c] = statistics.values[runningMean.lowerBound + c]
      buffers.variance.base[c] = statistics.values[runningVariance.lowerBound + c]
    }
    inverseDeviations(of: buffers.variance[rows: 0..<1], epsilon: epsilon, into: buffers.inverseDeviation[rows: 0..<1])
  }
}
