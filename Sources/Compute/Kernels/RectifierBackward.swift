public import Tensors
public import Threads

/// Backward of a ReLU without normalization: `dx = dy` where the ReLU passed `x`, else 0; `dy` becomes `dx`.
///
/// - Parameters:
///   - x: The ReLU's stored input, `[N, H, W, C]`.
///   - dy: The gradient of its output on entry, of its input on return.
///   - sums: Receives the sums of `dx` over each sample's pixels.
///   - pool: Shares out samples.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func reluBackward<Scalar: KernelScalar>(
  _ x: Tensor<Scalar>, _ dy: Tensor<Scalar>, sums: ChannelSums<Scalar>, pool: WorkerPool
) {
  precondition(x.count == dy.count, "ReLU of \(x.shape) with a gradient \(dy.shape)")
  let (pixels, channels) = (x.shape[1] * x.shape[2], x.shape[3])
  pool.run(x.shape[0]) { n, _ in
    let sample = n &* pixels &* channels
    sums.forEachRun(sample: n, pixels: pixels, channels: channels) { run, sums in
      for pixel in run {
        let (from, to) = (x.base + (sample &+ pixel &* channels), dy.base + (sample &+ pixel &* channels))
        for c in 0..<channels {
          let gradient = passes(from[c]) ? to[c] : 0
          to[c] = gradient
          sums[c] += gradient
        }
      }
    }
  }
}

/// The same without sums, in blocks of 16,384 elements; `x` may have any shape.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func reluBackward<Scalar: KernelScalar>(
  _ x: Tensor<Scalar>, _ dy: Tensor<Scalar>, pool: WorkerPool
) {
  precondition(x.count == dy.count, "ReLU of \(x.shape) with a gradient \(dy.shape)")
  forEachBlock(of: x.count, size: 16384, pool: pool) { range in
    for i in range { dy.base[i] = passes(x.base[i]) ? dy.base[i] : 0 }
  }
}
