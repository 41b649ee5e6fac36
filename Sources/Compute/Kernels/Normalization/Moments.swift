public import Tensors
public import Threads

/// Numbers of a run of rows, which is read twice, the second time from the caches.
private let numbersPerRun = 8192

/// Mean and biased variance of each shard and channel, run by run of rows.
///
/// Each run has its mean and its squares around that; moments of runs are put together in double precision, in order
/// (Chan, Golub and LeVeque 1979), so that a mean that is large against the deviation does no harm.
///
/// - Parameters:
///   - x: `[N, H, W, C]`, N samples in equal shards.
///   - shards: Number of shards.
///   - epsilon: Added to the variance under the root.
///   - buffers: Receives mean, variance and inverse deviation.
///   - pool: Shares out parts of shards.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func moments<Scalar: KernelScalar>(
  _ x: Tensor<Scalar>, shards: Int, epsilon: Scalar, into buffers: NormalizationBuffers<Scalar>, pool: WorkerPool
) {
  let channels = x.shape[3]
  let rows = x.count / channels / shards
  let parts = NormalizationBuffers<Scalar>.parts
  let perRun = max(8, min(rowsPerSum, numbersPerRun / channels))
  pool.run(shards * parts) { task, _ in
    let (shard, part) = (task / parts, task % parts)
    let mean = buffers.totals.base + task &* 2 &* channels
    let squares = mean + channels
    mean.update(repeating: 0, count: 2 * channels)
    var count = 0
    var row = part * rows / parts
    let last = (part + 1) * rows / parts
    while row < last {
      let end = min(row &+ perRun, last)
      let start = x.base + (shard &* rows &+ row) &* channels
      let run = buffers.runs.base + task &* 2 &* channels
      let ahead = min(end &- row, last &- end)
      momentsOfRun(start, rows: end &- row, ahead: ahead, channels: channels, mean: run, squares: run + channels)
      merge(
        (mean, squares, count), with: (run, run + channels, end &- row), channels: channels)
      count &+= end &- row
      row = end
    }
  }
  for shard in 0..<shards {
    let mean = buffers.totals.base + shard * parts * 2 * channels
    var count = rows / parts
    for part in 1..<parts {
      let other = mean + part * 2 * channels
      let more = (part + 1) * rows / parts - part * rows / parts
      merge((mean, mean + channels, count), with: (other, other + channels, more), channels: channels)
      count += more
    }
    let at = shard * channels
    for c in 0..<channels {
      let variance = Scalar(mean[channels &+ c] / Double(rows))
      buffers.mean.base[at &+ c] = Scalar(mean[c])
      buffers.variance.base[at &+ c] = variance
      buffers.inverseDeviation.base[at &+ c] = inverseDeviation(of: variance, epsilon)
    }
  }
}

/// Adds to each shard's variance the square of its mean's distance from the mean of all shards, which replaces it.
///
/// The mean of these variances over all shards, which have as many rows each, is the variance of all their rows.
///
/// - Parameters:
///   - mean: The mean of all shards, `[C]`.
///   - shards: This rank's shards.
///   - buffers: Holds the moments of each.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func recenterMoments<Scalar: KernelScalar>(
  to mean: Tensor<Scalar>, shards: Int, in buffers: NormalizationBuffers<Scalar>
) {
  let channels = mean.count
  for shard in 0..<shards {
    for c in 0..<channels {
      let difference = buffers.mean.base[shard &* channels &+ c] - mean.base[c]
      buffers.variance.base[shard &* channels &+ c] += difference * difference
      buffers.mean.base[shard &* channels &+ c] = mean.base[c]
    }
  }
}

/// Writes 1 / √(variance + ε) of each variance.
///
/// - Parameters:
///   - variances: Biased variances.
///   - epsilon: ε.
///   - result: As many numbers, overwritten.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func inverseDeviations<Scalar: KernelScalar>(
  of variances: Tensor<Scalar>, epsilon: Scalar, into result: Tensor<Scalar>
) {
  precondition(result.count == variances.count, "deviations of \(variances.shape) into \(result.shape)")
  for i in 0..<variances.count { result.base[i] = inverseDeviation(of: variances.base[i], epsilon) }
}

/// Moves running statistics towards the mean over shards of a batch's: running ← running + momentum · (sum / shards − running).
///
/// - Parameters:
///   - running: The running statistics.
///   - sums: The batch's statistics, summed over shards.
///   - shards: How many shards were summed.
///   - momentum: The batch's share.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func moveRunningStatistics<Scalar: KernelScalar>(
  _ running: UnsafeMutableBufferPointer<Scalar>, towards sums: UnsafeMutableBufferPointer<Scalar>, shards: Int,
  momentum: Scalar
) {
  precondition(running.count == sums.count, "\(running.count) running statistics, \(sums.count) of a batch")
  for i in 0..<running.count { running[i] += momentum * (sums[i] / Scalar(shards) - running[i]) }
}

/// 1 / √(variance + ε).
@inline(__always)
private func inverseDeviation<Scalar: KernelScalar>(of variance: Scalar, _ epsilon: Scalar) -> Scalar {
  1 / (variance + epsilon).squareRoot()
}

/// The mean of a run of rows, and the sum of squares around it; `ahead` rows behind the run are fetched meanwhile.
@inline(__always)
private func momentsOfRun<Scalar: KernelScalar>(
  _ x: UnsafePointer<Scalar>, rows: Int, ahead: Int, channels: Int, mean: UnsafeMutablePointer<Scalar>,
  squares: UnsafeMutablePointer<Scalar>
) {
  if Scalar.self == Float.self && channels % VectorLanes.count == 0 {
    let run = RowRun(x: x.singlePrecision, rows: rows, ahead: ahead, stride: channels)
    let (mean, squares) = (mean.singlePrecision, squares.singlePrecision)
    let together = 4 &* VectorLanes.count
    for channel in stride(from: 0, to: channels / together &* together, by: together) {
      run.moments(InlineArray<4, Vector>(repeating: .zero), channel, mean: mean, squares: squares)
    }
    for channel in stride(from: channels / together &* together, to: channels, by: VectorLanes.count) {
      run.moments(InlineArray<1, Vector>(repeating: .zero), channel, mean: mean, squares: squares)
    }
    return
  }
  for c in 0..<channels {
    mean[c] = 0
    squares[c] = 0
  }
  for row in 0..<rows {
    let from = x + row &* channels
    for c in 0..<channels { mean[c] += from[c] }
  }
  let share = 1 / Scalar(rows)
  for c in 0..<channels { mean[c] *= share }
  for row in 0..<rows {
    let from = x + row &* channels
    // The second reading leaves the memory idle.
    if row < ahead { prefetch(from + rows &* channels, channels) }
    for c in 0..<channels {
      let difference = from[c] - mean[c]
      squares[c] += difference * difference
    }
  }
}

/// Puts the moments of further rows together with those of the rows so far.
@inline(__always)
private func merge<Scalar: KernelScalar>(
  _ sums: (mean: UnsafeMutablePointer<Double>, squares: UnsafeMutablePointer<Double>, count: Int),
  with other: (mean: UnsafeMutablePointer<Scalar>, squares: UnsafeMutablePointer<Scalar>, count: Int), channels: Int
) {
  if other.count == 0 { return }
  let share = Double(other.count) / Double(sums.count &+ other.count)
  let weight = Double(sums.count) * share
  for c in 0..<channels {
    let difference = Double(other.mean[c]) - sums.mean[c]
    sums.mean[c] += share * difference
    sums.squares[c] += Double(other.squares[c]) + weight * difference * difference
  }
}

/// A run of rows, of which some vectors of channels are read at a time: their sums then stay in registers, where sums in memory make
/// each row wait for the one before.
private struct RowRun {
  let x: UnsafePointer<Float>
  let rows, ahead, stride: Int

  /// Writes the moments of `count` vectors of channels from `channel` on.
  ///
  /// - Parameters:
  ///   - zeros: As many zeros.
  ///   - channel: The first channel.
  ///   - mean: Receives the means.
  ///   - squares: Receives the sums of squares.
  @inline(__always)
  func moments<let count: Int>(
    _ zeros: InlineArray<count, Vector>, _ channel: Int, mean: UnsafeMutablePointer<Float>,
    squares: UnsafeMutablePointer<Float>
  ) {
    var (means, sums) = (zeros, zeros)
    var from = x + channel
    for _ in 0..<rows {
      for i in 0..<count { means[unchecked: i] += load(from + i &* VectorLanes.count) }
      from += stride
    }
    let share = 1 / Float(rows)
    for i in 0..<count { means[unchecked: i] *= share }
    from = x + channel
    for row in 0..<rows {
      // The second reading leaves the memory idle.
      if row < ahead { prefetch(from + rows &* stride, count &* VectorLanes.count) }
      for i in 0..<count {
        let difference = load(from + i &* VectorLanes.count) - means[unchecked: i]
        sums[unchecked: i] += difference * difference
      }
      from += stride
    }
    for i in 0..<count {
      store(means[unchecked: i], to: mean + (channel &+ i &* VectorLanes.count))
      store(sums[unchecked: i], to: squares + (channel &+ i &* VectorLanes.count))
    }
  }
}
