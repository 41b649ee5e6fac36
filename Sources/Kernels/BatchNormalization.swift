public import Tensors

/// What batch normalization keeps of one forward pass, and its scratch; planned once.
///
///     x̂ = (x − mean) / √(variance + ε),   y = gain · x̂ + bias = scale · x + shift
///
/// Mean and variance are those of one shard; gain and bias may differ from sample to sample (conditional batch
/// normalization, Dumoulin, Shlens and Kudlur 2017).
public struct NormalizationState<Scalar: KernelScalar>: Sendable {
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
  let meanGradient: Tensor<Scalar>
  let meanProduct: Tensor<Scalar>

  /// State for up to `samples` samples in `shards` shards.
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
  }
}

/// Rows that are summed in the tensors' own precision before the sum goes on in double precision.
private let rowsPerSum = 128

/// Mean and biased variance of each shard and channel, in two passes.
///
/// - Parameters:
///   - x: `[N, H, W, C]`, N samples in equal shards.
///   - shards: Number of shards.
///   - epsilon: Added to the variance under the root.
///   - state: Receives mean, variance and inverse deviation.
///   - pool: Shares out shards.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func moments<Scalar: KernelScalar>(
  _ x: Tensor<Scalar>, shards: Int, epsilon: Scalar, into state: NormalizationState<Scalar>, pool: WorkerPool
) {
  let channels = x.shape[3]
  let rows = x.count / channels / shards
  pool.run(shards) { shard, _ in
    let start = x.base + shard * rows * channels
    let mean = state.mean.base + shard * channels
    let variance = state.variance.base + shard * channels
    let inverse = state.inverseDeviation.base + shard * channels
    sumRows(rows: rows, channels: channels, into: mean) { row, c in start[row &* channels &+ c] }
    for c in 0..<channels { mean[c] /= Scalar(rows) }
    sumRows(rows: rows, channels: channels, into: variance) { row, c in
      let difference = start[row &* channels &+ c] - mean[c]
      return difference * difference
    }
    for c in 0..<channels {
      variance[c] /= Scalar(rows)
      inverse[c] = 1 / (variance[c] + epsilon).squareRoot()
    }
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
///   - state: Holds the moments; receives gain, scale and shift.
///   - pool: Shares out samples.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func scalesAndShifts<Scalar: KernelScalar>(
  gains: Tensor<Scalar>, biases: Tensor<Scalar>, offset: Scalar, labels: UnsafePointer<Int32>?, samples: Int,
  shards: Int, into state: NormalizationState<Scalar>, pool: WorkerPool
) {
  let channels = gains.shape[1]
  pool.run(samples) { n, _ in
    let row = labels.map { Int($0[n]) } ?? 0
    precondition(row >= 0 && row < gains.shape[0], "class \(row) of \(gains.shape[0])")
    let moments = n / (samples / shards) * channels
    for c in 0..<channels {
      let gain = gains.base[row * channels + c] + offset
      let scale = gain * state.inverseDeviation.base[moments + c]
      state.gain.base[n * channels + c] = gain
      state.scale.base[n * channels + c] = scale
      state.shift.base[n * channels + c] =
        biases.base[row * channels + c] - scale * state.mean.base[moments + c]
    }
  }
}

/// Backward of normalization, scale, shift and ReLU.
///
/// With g the gradient behind the ReLU (0 where it did not pass), M the number of a shard's rows and γ the gain:
///
///     dbias = Σ g                     dgain = Σ g · x̂                  (per sample)
///     dx = (γ g − Σ γ dbias / M − x̂ · Σ γ dgain / M) / √(variance + ε)   (sums over the shard's samples)
///
/// - Parameters:
///   - x: The normalization's stored input, `[N, H, W, C]`.
///   - dy: The gradient of the ReLU's output on entry, of `x` on return.
///   - shards: Number of shards.
///   - state: Of the forward pass; receives the gradients of gains and biases per sample.
///   - pool: Shares out samples.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func normalizeReLUBackward<Scalar: KernelScalar>(
  _ x: Tensor<Scalar>, _ dy: Tensor<Scalar>, shards: Int, state: NormalizationState<Scalar>, pool: WorkerPool
) {
  precondition(x.count == dy.count, "normalization of \(x.shape) with a gradient \(dy.shape)")
  let samples = x.shape[0]
  let channels = x.shape[3]
  let pixels = x.shape[1] * x.shape[2]
  let shardSamples = samples / shards
  pool.run(samples) { n, _ in
    let start = n * pixels * channels
    let scale = state.scale.base + n * channels
    let shift = state.shift.base + n * channels
    let mean = state.mean.base + n / shardSamples * channels
    let inverse = state.inverseDeviation.base + n / shardSamples * channels
    for i in 0..<pixels {
      let from = x.base + (start &+ i &* channels)
      let to = dy.base + (start &+ i &* channels)
      for c in 0..<channels {
        to[c] = passes(preactivation(from[c], scale: scale[c], shift: shift[c])) ? to[c] : 0
      }
    }
    sumRows(rows: pixels, channels: channels, into: state.biasGradient.base + n * channels) { row, c in
      dy.base[start &+ row &* channels &+ c]
    }
    sumRows(rows: pixels, channels: channels, into: state.gainGradient.base + n * channels) { row, c in
      let i = start &+ row &* channels &+ c
      return dy.base[i] * ((x.base[i] - mean[c]) * inverse[c])
    }
  }
  let rows = Scalar(shardSamples * pixels)
  for shard in 0..<shards {
    let meanGradient = state.meanGradient.base + shard * channels
    let meanProduct = state.meanProduct.base + shard * channels
    for c in 0..<channels {
      meanGradient[c] = 0
      meanProduct[c] = 0
    }
    for n in shard * shardSamples..<(shard + 1) * shardSamples {
      for c in 0..<channels {
        let i = n &* channels &+ c
        meanGradient[c] += state.gain.base[i] * state.biasGradient.base[i] / rows
        meanProduct[c] += state.gain.base[i] * state.gainGradient.base[i] / rows
      }
    }
  }
  pool.run(samples) { n, _ in
    let moments = n / shardSamples * channels
    let gain = state.gain.base + n * channels
    let mean = state.mean.base + moments
    let inverse = state.inverseDeviation.base + moments
    let meanGradient = state.meanGradient.base + moments
    let meanProduct = state.meanProduct.base + moments
    for i in 0..<pixels {
      let from = x.base + (n &* pixels &+ i) &* channels
      let to = dy.base + (n &* pixels &+ i) &* channels
      for c in 0..<channels {
        let normalized = (from[c] - mean[c]) * inverse[c]
        to[c] = inverse[c] * (gain[c] * to[c] - meanGradient[c] - normalized * meanProduct[c])
      }
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
  _ gradients: Tensor<Scalar>, labels: UnsafePointer<Int32>?, into table: Tensor<Scalar>, pool: WorkerPool
) {
  let channels = gradients.shape[1]
  forEachBlock(of: channels, size: 64, pool: pool) { range in
    for row in 0..<table.shape[0] {
      (table.base + row * channels + range.lowerBound).update(repeating: 0, count: range.count)
    }
    for n in 0..<gradients.shape[0] {
      let to = table.base + (labels.map { Int($0[n]) } ?? 0) * channels
      for c in range { to[c] += gradients.base[n &* channels &+ c] }
    }
  }
}

/// Sums `term(row, channel)` over rows: runs of rows in the tensors' precision, the runs' sums in double precision.
///
/// A pure function of the shapes; a run is short enough that its rounding stays at a few units of the last place.
@inline(__always)
func sumRows<Scalar: KernelScalar>(
  rows: Int, channels: Int, into sums: UnsafeMutablePointer<Scalar>, _ term: (_ row: Int, _ channel: Int) -> Scalar
) {
  // 64 totals fit the stack; a larger temporary would be allocated on the heap.
  withUnsafeTemporaryAllocation(of: Double.self, capacity: 64) { totals in
    for first in stride(from: 0, to: channels, by: 64) {
      let last = min(first &+ 64, channels)
      for c in first..<last { totals[c &- first] = 0 }
      var row = 0
      while row < rows {
        let end = min(row &+ rowsPerSum, rows)
        for c in first..<last { sums[c] = 0 }
        while row < end {
          for c in first..<last { sums[c] += term(row, c) }
          row &+= 1
        }
        for c in first..<last { totals[c &- first] += Double(sums[c]) }
      }
      for c in first..<last { sums[c] = Scalar(totals[c &- first]) }
    }
  }
}

/// Sum over all rows, per channel: the gradient of a bias.
///
/// - Parameters:
///   - dy: Any shape whose innermost extent is the number of channels.
///   - channels: C.
///   - result: `C` elements, overwritten.
///   - pool: Shares out blocks of channels.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func sumOverRows<Scalar: KernelScalar>(
  _ dy: Tensor<Scalar>, channels: Int, into result: UnsafeMutablePointer<Scalar>, pool: WorkerPool
) {
  forEachBlock(of: channels, size: 64, pool: pool) { range in
    let first = dy.base + range.lowerBound
    sumRows(rows: dy.count / channels, channels: range.count, into: result + range.lowerBound) { row, c in
      first[row &* channels &+ c]
    }
  }
}
