public import Tensors
public import Threads

/// Ranges of a shard's pixels whose sums are taken apart and then added in order.
let biasParts = 8

/// Up to so many channels, those of images, are summed one by one: sums in memory would make each pixel wait for the one before.
private let fewChannels = 4

/// The gradient of a convolution's bias over one shard: the sum of `dy` over all pixels.
///
/// - Parameters:
///   - dy: The shard's gradient of the output, `[N, H, W, O]`.
///   - result: `O` elements, overwritten.
///   - scratch: Planned for the convolution.
///   - pool: Shares out ranges of pixels.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func convolveBiasGradient<Scalar: KernelScalar>(
  dy: Tensor<Scalar>, into result: UnsafeMutablePointer<Scalar>, scratch: ConvolutionScratch<Scalar>, pool: WorkerPool
) {
  let channels = dy.shape[3]
  let pixels = dy.count / max(channels, 1)
  precondition(channels <= scratch.biasSums.shape[1], "scratch planned for \(scratch.biasSums.shape[1]) channels")
  pool.run(biasParts) { part, _ in
    let run = scratch.biasRuns[rows: part..<part + 1].base
    let sums = scratch.biasSums[rows: part..<part + 1].base
    sums.update(repeating: 0, count: channels)
    let last = (part + 1) * pixels / biasParts
    for first in stride(from: part * pixels / biasParts, to: last, by: rowsPerSum) {
      run.update(repeating: 0, count: channels)
      if channels <= fewChannels {
        let from = dy.base + first &* channels
        for c in 0..<channels {
          var sum: Scalar = 0
          for pixel in 0..<min(rowsPerSum, last &- first) { sum += from[pixel &* channels &+ c] }
          sums[c] += Double(sum)
        }
        continue
      }
      for pixel in first..<min(first &+ rowsPerSum, last) {
        let from = dy.base + pixel &* channels
        // The processor's own fetching stops at the end of each page.
        prefetch(from + 4096, channels)
        for c in 0..<channels { run[c] += from[c] }
      }
      for c in 0..<channels { sums[c] += Double(run[c]) }
    }
  }
  for c in 0..<channels {
    var total = 0.0
    for part in 0..<biasParts { total += scratch.biasSums.base[part &* scratch.biasSums.shape[1] &+ c] }
    result[c] = Scalar(total)
  }
}
