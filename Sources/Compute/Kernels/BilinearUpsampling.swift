public import Tensors
public import Threads

/// Bilinear × 2 upsampling: `[N, H, W, C]` to `[N, 2H, 2W, C]`.
///
/// Pixels are squares, not corners: along each axis a fine pixel is ¾ of the coarse one that it lies in and ¼ of the neighbour on its
/// side, at the edges all of its own.
///
/// - Parameters:
///   - x: The coarse maps.
///   - y: The fine ones, overwritten.
///   - pool: Shares out images.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func upsampleBilinear<Scalar: KernelScalar>(_ x: Tensor<Scalar>, into y: Tensor<Scalar>, pool: WorkerPool) {
  precondition(x.count * 4 == y.count, "upsampling of \(x.shape) into \(y.shape)")
  let (height, width, channels) = (x.shape[1], x.shape[2], x.shape[3])
  pool.run(x.shape[0]) { n, _ in
    for row in 0..<2 &* height {
      let image = x.base + n &* height &* width &* channels
      let near = image + (row / 2) &* width &* channels
      let far = image + neighbour(of: row, below: height) &* width &* channels
      let out = y.base + (n &* 2 &* height &+ row) &* 2 &* width &* channels
      for column in 0..<2 &* width {
        let (here, there) = ((column / 2) &* channels, neighbour(of: column, below: width) &* channels)
        let to = out + column &* channels
        for c in 0..<channels {
          let inner = near[here &+ c] * 0.75 + near[there &+ c] * 0.25
          let outer = far[here &+ c] * 0.75 + far[there &+ c] * 0.25
          to[c] = inner * 0.75 + outer * 0.25
        }
      }
    }
  }
}

/// The adjoint of bilinear × 2 upsampling.
///
/// - Parameters:
///   - dy: `[N, 2H, 2W, C]`.
///   - dx: `[N, H, W, C]`, overwritten.
///   - pool: Shares out images.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func upsampleBilinearGradient<Scalar: KernelScalar>(
  _ dy: Tensor<Scalar>, into dx: Tensor<Scalar>, pool: WorkerPool
) {
  precondition(dx.count * 4 == dy.count, "upsampling of \(dx.shape) with a gradient \(dy.shape)")
  let (height, width, channels) = (dx.shape[1], dx.shape[2], dx.shape[3])
  dx.fill(0)
  pool.run(dx.shape[0]) { n, _ in
    let image = dx.base + n &* height &* width &* channels
    for row in 0..<2 &* height {
      let near = image + (row / 2) &* width &* channels
      let far = image + neighbour(of: row, below: height) &* width &* channels
      let from = dy.base + (n &* 2 &* height &+ row) &* 2 &* width &* channels
      for column in 0..<2 &* width {
        let (here, there) = ((column / 2) &* channels, neighbour(of: column, below: width) &* channels)
        let gradient = from + column &* channels
        for c in 0..<channels {
          let (inner, outer) = (gradient[c] * 0.75, gradient[c] * 0.25)
          near[here &+ c] += inner * 0.75
          near[there &+ c] += inner * 0.25
          far[here &+ c] += outer * 0.75
          far[there &+ c] += outer * 0.25
        }
      }
    }
  }
}

/// The coarse neighbour on the side of a fine pixel, or its own coarse one at the edges.
@inline(__always)
private func neighbour(of fine: Int, below extent: Int) -> Int {
  fine & 1 == 0 ? max(fine / 2 &- 1, 0) : min(fine / 2 &+ 1, extent &- 1)
}
