public import Tensors
public import Threads

/// ReLU and sum over height and width: the discriminator's pooled feature.
///
/// - Parameters:
///   - x: `[N, H, W, C]`.
///   - y: `[N, C]`, overwritten.
///   - pool: Shares out images.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func rectifiedSpatialSum<Scalar: KernelScalar>(
  _ x: Tensor<Scalar>, into y: Tensor<Scalar>, pool: WorkerPool
) {
  let channels = x.shape[3]
  let pixels = x.shape[1] * x.shape[2]
  precondition(y.count == x.shape[0] * channels, "spatial sum of \(x.shape) into \(y.shape)")
  pool.run(x.shape[0]) { n, _ in
    let start = x.base + n * pixels * channels
    sumRows(rows: pixels, channels: channels, into: y.base + n * channels) { row, c in
      rectified(start[row &* channels &+ c])
    }
  }
}

/// Backward of `rectifiedSpatialSum`: the feature's gradient wherever the ReLU passed.
///
/// - Parameters:
///   - x: The stored input, `[N, H, W, C]`.
///   - dy: `[N, C]`.
///   - dx: `[N, H, W, C]`, overwritten.
///   - pool: Shares out images.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func rectifiedSpatialSumBackward<Scalar: KernelScalar>(
  _ x: Tensor<Scalar>, dy: Tensor<Scalar>, into dx: Tensor<Scalar>, pool: WorkerPool
) {
  let channels = x.shape[3]
  let pixels = x.shape[1] * x.shape[2]
  pool.run(x.shape[0]) { n, _ in
    let from = dy.base + n * channels
    for pixel in 0..<pixels {
      let start = (n &* pixels &+ pixel) &* channels
      for c in 0..<channels { dx.base[start &+ c] = passes(x.base[start &+ c]) ? from[c] : 0 }
    }
  }
}
