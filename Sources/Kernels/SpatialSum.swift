public import Tensors

/// ReLU and sum over height and width: the discriminator's pooled feature.
///
/// - Parameters:
///   - x: `[N, H, W, C]`.
///   - y: `[N, C]`, overwritten.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func rectifiedSpatialSum<Scalar: KernelScalar>(_ x: Tensor<Scalar>, into y: Tensor<Scalar>) {
  let channels = x.shape[3]
  let pixels = x.shape[1] * x.shape[2]
  precondition(y.count == x.shape[0] * channels, "spatial sum of \(x.shape) into \(y.shape)")
  for n in 0..<x.shape[0] {
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
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func rectifiedSpatialSumBackward<Scalar: KernelScalar>(
  _ x: Tensor<Scalar>, dy: Tensor<Scalar>, into dx: Tensor<Scalar>
) {
  let channels = x.shape[3]
  let pixels = x.shape[1] * x.shape[2]
  for row in 0..<x.shape[0] * pixels {
    let from = dy.base + row / pixels * channels
    let start = row * channels
    for c in 0..<channels { dx.base[start &+ c] = passes(x.base[start &+ c]) ? from[c] : 0 }
  }
}
