public import Tensors
public import Threads

/// For each sample of a pass a second class, and how much of its rows of tables is taken.
///
/// A view: its owner keeps the memory.
public struct RowMixture<Scalar: KernelScalar> {
  /// The second class of each sample.
  let second: Labels
  /// Its share, 0…1, `[N]`; the rest is that of the sample's own class.
  let shares: Tensor<Scalar>

  /// A mixture of N samples.
  ///
  /// - Parameters:
  ///   - second: The second class of each sample.
  ///   - shares: Its share, 0…1, `[N]`.
  public init(second: Labels, shares: Tensor<Scalar>) {
    precondition(shares.count == second.count, "\(shares.count) shares of \(second.count) samples")
    (self.second, self.shares) = (second, shares)
  }
}

/// Scale and shift of each sample from a gain and a bias between those of two classes.
///
///     gain = (1 − share) · gains[label] + share · gains[second] + offset,   and so is bias
///
/// This is Dumoulin, Shlens and Kudlur's (2017) blending of two styles. A share of 0 or 1 gives the bits of the class alone.
///
/// - Parameters:
///   - gains: Rows of gains, `[rows, C]`.
///   - biases: Rows of biases, `[rows, C]`.
///   - offset: Added to each gain.
///   - labels: The row of each sample.
///   - mixture: The other row of each sample, and its share.
///   - samples: N.
///   - shards: Number of shards.
///   - buffers: Holds the moments; receives gain, scale and shift.
///   - pool: Shares out samples.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func scalesAndShifts<Scalar: KernelScalar>(
  gains: Tensor<Scalar>, biases: Tensor<Scalar>, offset: Scalar, labels: Labels, mixture: RowMixture<Scalar>,
  samples: Int, shards: Int, into buffers: NormalizationBuffers<Scalar>, pool: WorkerPool
) {
  let (rows, channels) = (gains.shape[0], gains.shape[1])
  labels.checkCount(samples)
  mixture.second.checkCount(samples)
  let (second, shares) = (mixture.second, mixture.shares)
  pool.run(samples) { n, _ in
    let (own, other, share) = (Int(labels[n]), Int(second[n]), shares.base[n])
    precondition((0..<rows).contains(own) && (0..<rows).contains(other), "classes \(own) and \(other) of \(rows)")
    let moments = n / (samples / shards) * channels
    for c in 0..<channels {
      func mixed(_ table: Tensor<Scalar>) -> Scalar {
        (1 - share) * table.base[own * channels + c] + share * table.base[other * channels + c]
      }
      let gain = mixed(gains) + offset
      let scale = gain * buffers.inverseDeviation.base[moments + c]
      buffers.gain.base[n * channels + c] = gain
      buffers.scale.base[n * channels + c] = scale
      buffers.shift.base[n * channels + c] = mixed(biases) - scale * buffers.mean.base[moments + c]
    }
  }
}
