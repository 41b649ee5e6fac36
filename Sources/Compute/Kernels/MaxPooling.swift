internal import CVectors
public import Tensors
public import Threads

/// 2 × 2 max pooling with stride 2; of equal numbers the first in row-major order wins.
///
/// Not-a-number wins over every number, so that it is noticed.
///
/// - Parameters:
///   - x: `[N, H, W, C]`, H and W even.
///   - y: `[N, H/2, W/2, C]`, overwritten.
///   - winners: The winner's place in its window, 0…3, as many as `y` has elements.
///   - pool: Shares out images.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func maxPool<Scalar: KernelScalar>(
  _ x: Tensor<Scalar>, into y: Tensor<Scalar>, winners: UnsafeMutablePointer<UInt8>, pool: WorkerPool
) {
  precondition(y.count * 4 == x.count && x.shape[1] % 2 == 0, "max pooling of \(x.shape) into \(y.shape)")
  let (height, width, channels) = (y.shape[1], y.shape[2], y.shape[3])
  let winners = Shared(winners)
  pool.run(y.shape[0]) { n, _ in
    for row in 0..<height {
      for column in 0..<width {
        let out = ((n &* height &+ row) &* width &+ column) &* channels
        let above = x.base + ((n &* height &+ row) &* 4 &* width &+ 2 &* column) &* channels
        let below = above + 2 &* width &* channels
        let vectors = vectorChannels(of: channels, Scalar.self)
        for c in stride(from: 0, to: vectors, by: VectorLanes.count) {
          let (above, below) = (above.singlePrecision + c, below.singlePrecision + c)
          var best = load(above)
          var winner = Vector.zero
          for place in 1..<4 {
            let value = load((place < 2 ? above : below) + (place & 1) &* channels)
            let isLarger = value .> best
            best.replace(with: value, where: isLarger)
            winner.replace(with: Float(place), where: isLarger)
            let isNumber = value .== value
            best = value.replacing(with: best, where: isNumber)
            winner = Vector(repeating: Float(place)).replacing(with: winner, where: isNumber)
          }
          store(best, to: y.base.singlePrecision + (out &+ c))
          store_bytes(winner, winners.pointer + (out &+ c))
        }
        for c in vectors..<channels {
          var best = above[c]
          var winner: UInt8 = 0
          if beats(above[channels &+ c], best) { (best, winner) = (above[channels &+ c], 1) }
          if beats(below[c], best) { (best, winner) = (below[c], 2) }
          if beats(below[channels &+ c], best) { (best, winner) = (below[channels &+ c], 3) }
          y.base[out &+ c] = best
          winners.pointer[out &+ c] = winner
        }
      }
    }
  }
}

/// Channels that are taken vector by vector: all but the last few, in single precision.
@inline(__always)
private func vectorChannels<Scalar: KernelScalar>(of channels: Int, _ scalar: Scalar.Type) -> Int {
  scalar == Float.self ? channels / VectorLanes.count &* VectorLanes.count : 0
}

/// Whether `x` takes the place of the best so far.
@inline(__always)
private func beats<Scalar: KernelScalar>(_ x: Scalar, _ best: Scalar) -> Bool { x > best || x != x }

/// The adjoint of max pooling with given winners: each gradient goes to its window's winner, 0 to the others.
///
/// - Parameters:
///   - dy: `[N, H/2, W/2, C]`.
///   - winners: Of the forward pass.
///   - dx: `[N, H, W, C]`, overwritten.
///   - pool: Shares out images.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func maxPoolGradient<Scalar: KernelScalar>(
  _ dy: Tensor<Scalar>, winners: UnsafePointer<UInt8>, into dx: Tensor<Scalar>, pool: WorkerPool
) {
  precondition(dy.count * 4 == dx.count, "max pooling of \(dx.shape) with a gradient \(dy.shape)")
  let (height, width, channels) = (dy.shape[1], dy.shape[2], dy.shape[3])
  let winners = Shared(winners)
  pool.run(dy.shape[0]) { n, _ in
    for row in 0..<height {
      for column in 0..<width {
        let from = ((n &* height &+ row) &* width &+ column) &* channels
        let above = dx.base + ((n &* height &+ row) &* 4 &* width &+ 2 &* column) &* channels
        let below = above + 2 &* width &* channels
        let vectors = vectorChannels(of: channels, Scalar.self)
        for c in stride(from: 0, to: vectors, by: VectorLanes.count) {
          let (above, below) = (above.singlePrecision + c, below.singlePrecision + c)
          let gradient = load(dy.base.singlePrecision + (from &+ c))
          let winner = load_bytes(winners.pointer + (from &+ c))
          store(Vector.zero.replacing(with: gradient, where: winner .== 0), to: above)
          store(Vector.zero.replacing(with: gradient, where: winner .== 1), to: above + channels)
          store(Vector.zero.replacing(with: gradient, where: winner .== 2), to: below)
          store(Vector.zero.replacing(with: gradient, where: winner .== 3), to: below + channels)
        }
        for c in vectors..<channels {
          let gradient = dy.base[from &+ c]
          let winner = winners.pointer[from &+ c]
          above[c] = winner == 0 ? gradient : 0
          above[channels &+ c] = winner == 1 ? gradient : 0
          below[c] = winner == 2 ? gradient : 0
          below[channels &+ c] = winner == 3 ? gradient : 0
        }
      }
    }
  }
}
