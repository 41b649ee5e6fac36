public import Tensors
public import Threads

/// 2 × 2 average pooling with stride 2 of `images` · `rows` · `width` pixels that lie one after the other.
@inline(__always)
func averagePool<Scalar: KernelScalar>(
  _ x: UnsafePointer<Scalar>, images: Int, rows: Int, width: Int, channels: Int,
  into y: UnsafeMutablePointer<Scalar>
) {
  // Images need no loop of their own: every image has an even number of rows.
  for row in 0..<images &* rows / 2 {
    let above = x + 2 &* row &* width &* channels
    let below = above + width &* channels
    for pixel in 0..<width / 2 {
      let to = y + (row &* (width / 2) &+ pixel) &* channels
      let a = above + 2 &* pixel &* channels
      let b = below + 2 &* pixel &* channels
      for c in 0..<channels {
        to[c] = ((a[c] + a[c &+ channels]) + (b[c] + b[c &+ channels])) * 0.25
      }
    }
  }
}

/// The adjoint of `averagePool`: a quarter of each gradient to each of its four pixels.
@inline(__always)
func averagePoolGradient<Scalar: KernelScalar>(
  _ dy: UnsafePointer<Scalar>, images: Int, rows: Int, width: Int, channels: Int,
  into dx: UnsafeMutablePointer<Scalar>
) {
  for row in 0..<images &* rows {
    for pixel in 0..<width {
      let from = dy + (row / 2 &* (width / 2) &+ pixel / 2) &* channels
      let to = dx + (row &* width &+ pixel) &* channels
      for c in 0..<channels { to[c] = from[c] * 0.25 }
    }
  }
}

/// 2 × 2 average pooling with stride 2: `[N, H, W, C]` to `[N, H/2, W/2, C]`.
///
/// - Parameters:
///   - x: Images of even height and width.
///   - y: The result, overwritten.
///   - pool: Shares out images.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func averagePool<Scalar: KernelScalar>(_ x: Tensor<Scalar>, into y: Tensor<Scalar>, pool: WorkerPool) {
  let image = x.shape[1] * x.shape[2] * x.shape[3]
  precondition(y.count * 4 == x.count && x.shape[1] % 2 == 0, "pooling of \(x.shape) into \(y.shape)")
  pool.run(x.shape[0]) { n, _ in
    averagePool(
      x.base + n * image, images: 1, rows: x.shape[1], width: x.shape[2], channels: x.shape[3],
      into: y.base + n * image / 4)
  }
}

/// The adjoint of average pooling, added: `dx += poolᵀ(dy)`.
///
/// - Parameters:
///   - dy: `[N, H/2, W/2, C]`.
///   - dx: `[N, H, W, C]`, added to.
///   - pool: Shares out images.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func addAveragePoolGradient<Scalar: KernelScalar>(
  _ dy: Tensor<Scalar>, to dx: Tensor<Scalar>, pool: WorkerPool
) {
  precondition(dy.count * 4 == dx.count, "pooling of \(dx.shape) with a gradient \(dy.shape)")
  forEachUpsampledRow(dx.shape, pool) { fine, coarse, width, channels in
    for pixel in 0..<width {
      let to = dx.base + (fine &+ pixel &* channels)
      let from = dy.base + (coarse &+ (pixel >> 1) &* channels)
      for c in 0..<channels { to[c] += from[c] * 0.25 }
    }
  }
}

/// The adjoint of nearest-neighbour × 2 upsampling: each pixel of `dx` is the sum of its four pixels of `dy`.
///
/// - Parameters:
///   - dy: `[N, 2H, 2W, C]`.
///   - dx: `[N, H, W, C]`, overwritten.
///   - pool: Shares out images.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func upsampleGradient<Scalar: KernelScalar>(_ dy: Tensor<Scalar>, into dx: Tensor<Scalar>, pool: WorkerPool) {
  precondition(dx.count * 4 == dy.count, "upsampling of \(dx.shape) with a gradient \(dy.shape)")
  let channels = dx.shape[3]
  let width = dx.shape[2]
  pool.run(dx.shape[0]) { n, _ in
    for y in 0..<dx.shape[1] {
      let to = dx.base + (n &* dx.shape[1] &+ y) &* width &* channels
      let above = dy.base + ((n &* dx.shape[1] &+ y) &* 2) &* (2 &* width) &* channels
      let below = above + 2 &* width &* channels
      for pixel in 0..<width {
        let out = to + pixel &* channels
        let a = above + 2 &* pixel &* channels
        let b = below + 2 &* pixel &* channels
        for c in 0..<channels {
          out[c] = (a[c] + a[c &+ channels]) + (b[c] + b[c &+ channels])
        }
      }
    }
  }
}

/// Calls `body` with the offsets of each row of a fine map and of the coarse row it belongs to.
@inline(__always)
private func forEachUpsampledRow(
  _ fine: Shape, _ pool: WorkerPool,
  _ body: @Sendable (_ fine: Int, _ coarse: Int, _ width: Int, _ channels: Int) -> Void
) {
  let (height, width, channels) = (fine[1], fine[2], fine[3])
  pool.run(fine[0]) { n, _ in
    for y in 0..<height {
      body(
        (n &* height &+ y) &* width &* channels,
        (n &* (height / 2) &+ y / 2) &* (width / 2) &* channels, width, channels)
    }
  }
}
