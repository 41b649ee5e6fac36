public import Tensors
public import Threads

/// The memory that batch normalization's kernels write to and read from; whoever calls them plans and keeps it.
///
///     x̂ = (x − mean) / √(variance + ε),   y = gain · x̂ + bias = scale · x + shift
///
/// Mean and variance are those of one shard; gain and bias may differ from sample to sample (conditional batch
/// normalization, Dumoulin, Shlens and Kudlur 2017).
public struct NormalizationBuffers<Scalar: KernelScalar>: Sendable {
  /// Mean of each shard and channel, `[S, C]`.
  public let mean: Tensor<Scalar>
  /// Biased variance of each shard and channel, `[S, C]`.
  public let variance: Tensor<Scalar>
  /// 1 / √(variance + ε), `[S, C]`.
  public let inverseDeviation: Tensor<Scalar>
  /// Factor of each sample and channel, `[N, C]`.
  public let scale: Tensor<Scalar>
  /// Summand of each sample and channel, `[N, C]`.
  public let shift: Tensor<Scalar>
  /// Gain of each sample and channel, `[N, C]`.
  public let gain: Tensor<Scalar>
  /// Per sample and channel, Σ of the gradient behind the ReLU: the gradient of the sample's bias, `[N, C]`.
  public let biasGradient: Tensor<Scalar>
  /// Per sample and channel, Σ of that gradient times x̂: the gradient of the sample's gain, `[N, C]`.
  public let gainGradient: Tensor<Scalar>
  /// Mean over a shard's rows of gain times gradient, which the gradient of the input subtracts, `[S, C]`.
  public let meanGradient: Tensor<Scalar>
  /// Mean of that times x̂, `[S, C]`.
  public let meanProduct: Tensor<Scalar>
  /// Sums of one run of rows, and of the runs so far, of each task.
  let runs: Tensor<Scalar>
  let totals: Tensor<Double>

  /// Ranges of a shard's rows whose moments are taken apart and then put together in order.
  static var parts: Int { 8 }

  /// Memory for up to `samples` samples in `shards` shards.
  public init(samples: Int, shards: Int, channels: Int, in workspace: Workspace) {
    mean = workspace.tensor(Shape(shards, channels))
    variance = workspace.tensor(Shape(shards, channels))
    inverseDeviation = workspace.tensor(Shape(shards, channels))
    scale = workspace.tensor(Shape(samples, channels))
    shift = workspace.tensor(Shape(samples, channels))
    gain = workspace.tensor(Shape(samples, channels))
    biasGradient = workspace.tensor(Shape(samples, channels))
    gainGradient = workspace.tensor(Shape(samples, channels))
    meanGradient = workspace.tensor(Shape(shards, channels))
    meanProduct = workspace.tensor(Shape(shards, channels))
    runs = workspace.tensor(Shape(shards * Self.parts, 2 * channels))
    totals = workspace.tensor(Shape(max(shards * Self.parts, samples), 2 * channels))
  }
}

/// Scale and shift of each sample from its gain and bias and its shard's moments.
///
/// - Parameters:
///   - gains: Rows of gains, `[rows, C]`.
///   - biases: Rows of biases, `[rows, C]`.
///   - offset: Added to each gain: 1 for tables that start at 0.
///   - labels: The row of each sample; row 0 for all where `nil`.
///   - samples: N.
///   - shards: Number of shards.
///   - buffers: Holds the moments; receives gain, scale and shift.
///   - pool: Shares out samples.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func scalesAndShifts<Scalar: KernelScalar>(
  gains: Tensor<Scalar>, biases: Tensor<Scalar>, offset: Scalar, labels: Labels?, samples: Int,
  shards: Int, into buffers: NormalizationBuffers<Scalar>, pool: WorkerPool
) {
  let channels = gains.shape[1]
  labels?.checkCount(samples)
  let labels = Shared(labels)
  pool.run(samples) { n, _ in
    let row = labels.pointer.map { Int($0[n]) } ?? 0
    precondition(row >= 0 && row < gains.shape[0], "class \(row) of \(gains.shape[0])")
    let moments = n / (samples / shards) * channels
    for c in 0..<channels {
      let gain = gains.base[row * channels + c] + offset
      let scale = gain * buffers.inverseDeviation.base[moments + c]
      buffers.gain.base[n * channels + c] = gain
      buffers.scale.base[n * channels + c] = scale
      buffers.shift.base[n * channels + c] =
        biases.base[row * channels + c] - scale * buffers.mean.base[moments + c]
    }
  }
}

/// Adds the gradients per sample into rows of tables: `table[label] += gradient[n]`, samples in order.
///
/// - Parameters:
///   - gradients: `[n, C]`.
///   - labels: The row of each sample; row 0 for all where `nil`.
///   - table: `[rows, C]`, overwritten.
///   - pool: Shares out blocks of channels.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func scatterRows<Scalar: KernelScalar>(
  _ gradients: Tensor<Scalar>, labels: Labels?, into table: Tensor<Scalar>, pool: WorkerPool
) {
  let channels = gradients.shape[1]
  labels?.checkCount(gradients.shape[0])
  let labels = Shared(labels)
  forEachBlock(of: channels, size: 64, pool: pool) { range in
    for row in 0..<table.shape[0] {
      (table.base + row * channels + range.lowerBound).update(repeating: 0, count: range.count)
    }
    for n in 0..<gradients.shape[0] {
      let to = table.base + (labels.pointer.map { Int($0[n]) } ?? 0) * channels
      for c in range { to[c] += gradients.base[n &* channels &+ c] }
    }
  }
}
