internal import CVectors
public import Tensors
public import Threads

// Backward of normalization, scale, shift and ReLU, in two parts that read both maps: sums, then the result.
//
// With g the gradient behind the ReLU (0 where it did not pass), M the number of a shard's rows and γ the gain:
//
//     dbias = Σ g                     dgain = Σ g · x̂                  (per sample)
//     dx = (γ g − Σ γ dbias / M − x̂ · Σ γ dgain / M) / √(variance + ε)   (sums over the shard's samples)
//
// g is made again in the second part. Where shards share their moments, their sums are averaged between the two.

/// The first part of the backward pass: the gradients of gains and biases, and the sums over each shard.
///
/// - Parameters:
///   - x: The normalization's stored input, `[N, H, W, C]`.
///   - dy: The gradient of the ReLU's output.
///   - shards: Number of shards.
///   - buffers: Of the forward pass; receives the gradients of gains and biases per sample, and the shards' sums.
///   - pool: Shares out samples.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func sumNormalizedGradients<Scalar: KernelScalar>(
  _ x: Tensor<Scalar>, _ dy: Tensor<Scalar>, shards: Int, buffers: NormalizationBuffers<Scalar>, pool: WorkerPool
) {
  precondition(x.count == dy.count, "normalization of \(x.shape) with a gradient \(dy.shape)")
  let samples = x.shape[0]
  let channels = x.shape[3]
  let pixels = x.shape[1] * x.shape[2]
  let shardSamples = samples / shards
  pool.run(samples) { n, _ in
    NormalizedSample(x, dy, n, shard: n / shardSamples, buffers).sumGradients(
      bias: buffers.biasGradient.base + n * channels, gain: buffers.gainGradient.base + n * channels,
      totals: buffers.totals.base + n * 2 * channels)
  }
  let rows = Scalar(shardSamples * pixels)
  for shard in 0..<shards {
    let meanGradient = buffers.meanGradient.base + shard * channels
    let meanProduct = buffers.meanProduct.base + shard * channels
    for c in 0..<channels {
      meanGradient[c] = 0
      meanProduct[c] = 0
    }
    for n in shard * shardSamples..<(shard + 1) * shardSamples {
      for c in 0..<channels {
        let i = n &* channels &+ c
        meanGradient[c] += buffers.gain.base[i] * buffers.biasGradient.base[i] / rows
        meanProduct[c] += buffers.gain.base[i] * buffers.gainGradient.base[i] / rows
      }
    }
  }
}

/// The second part of the backward pass: the gradient of `x`.
///
/// - Parameters:
///   - x: As in the first part.
///   - dy: The gradient of the ReLU's output on entry, of `x` on return.
///   - shards: Number of shards.
///   - buffers: With the sums of the first part.
///   - sums: Receives the sums of `dx` over each sample's pixels, if wanted.
///   - pool: Shares out samples.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func writeNormalizedGradient<Scalar: KernelScalar>(
  _ x: Tensor<Scalar>, _ dy: Tensor<Scalar>, shards: Int, buffers: NormalizationBuffers<Scalar>,
  sums: ChannelSums<Scalar>? = nil, pool: WorkerPool
) {
  let samples = x.shape[0]
  let channels = x.shape[3]
  let pixels = x.shape[1] * x.shape[2]
  let shardSamples = samples / shards
  pool.run(samples) { n, _ in
    let shard = n / shardSamples
    let sample = NormalizedSample(x, dy, n, shard: shard, buffers)
    let (gain, meanGradient) = (buffers.gain.base + n * channels, buffers.meanGradient.base + shard * channels)
    let meanProduct = buffers.meanProduct.base + shard * channels
    guard let sums else {
      return sample.writeGradient(
        0..<pixels, gain: gain, meanGradient: meanGradient, meanProduct: meanProduct, sums: nil)
    }
    sums.forEachRun(sample: n, pixels: pixels, channels: channels) { run, sums in
      sample.writeGradient(run, gain: gain, meanGradient: meanGradient, meanProduct: meanProduct, sums: sums)
    }
  }
}

/// How far ahead pixels are asked for: memory then works at full rate, which the processor's own prefetching does not reach.
private let elementsAhead = 2048

/// One sample of a normalized map with its gradient.
private struct NormalizedSample<Scalar: KernelScalar> {
  typealias Row = UnsafeMutablePointer<Scalar>
  let x, dy, scale, shift, mean, inverse: Row
  let pixels, channels: Int
  /// Channels that are taken vector by vector: all but the last few, in single precision.
  let vectorChannels: Int

  init(_ x: Tensor<Scalar>, _ dy: Tensor<Scalar>, _ n: Int, shard: Int, _ buffers: NormalizationBuffers<Scalar>) {
    channels = x.shape[3]
    pixels = x.shape[1] * x.shape[2]
    vectorChannels = Scalar.self == Float.self ? channels / VectorLanes.count * VectorLanes.count : 0
    self.x = x.base + n * pixels * channels
    self.dy = dy.base + n * pixels * channels
    scale = buffers.scale.base + n * channels
    shift = buffers.shift.base + n * channels
    mean = buffers.mean.base + shard * channels
    inverse = buffers.inverseDeviation.base + shard * channels
  }

  /// Writes Σ g and Σ g · x̂ of the sample's pixels.
  @inline(__always)
  func sumGradients(bias: Row, gain: Row, totals: UnsafeMutablePointer<Double>) {
    totals.update(repeating: 0, count: 2 * channels)
    for first in stride(from: 0, to: pixels, by: rowsPerSum) {
      let last = min(first + rowsPerSum, pixels)
      for c in 0..<channels {
        bias[c] = 0
        gain[c] = 0
      }
      // Several pixels at a time: one by one, each would wait until the sums of the one before are in memory.
      let inFours = first + (last - first) / 4 * 4
      for pixel in stride(from: first, to: inFours, by: 4) { addGradients(pixel, count: 4, bias: bias, gain: gain) }
      for pixel in inFours..<last { addGradients(pixel, count: 1, bias: bias, gain: gain) }
      for c in 0..<channels {
        totals[c] += Double(bias[c])
        totals[channels &+ c] += Double(gain[c])
      }
    }
    for c in 0..<channels {
      bias[c] = Scalar(totals[c])
      gain[c] = Scalar(totals[channels &+ c]) * inverse[c]
    }
  }

  /// Adds g and g · (x − mean) of some pixels, one after the other.
  @inline(__always)
  private func addGradients(_ pixel: Int, count: Int, bias: Row, gain: Row) {
    let (from, gradient) = (x + pixel &* channels, dy + pixel &* channels)
    prefetch(from + elementsAhead, count &* channels)
    prefetch(gradient + elementsAhead, count &* channels)
    for c in stride(from: 0, to: vectorChannels, by: VectorLanes.count) {
      let (scale, shift) = (load(scale.singlePrecision + c), load(shift.singlePrecision + c))
      let mean = load(mean.singlePrecision + c)
      var (sum, product) = (load(bias.singlePrecision + c), load(gain.singlePrecision + c))
      for i in 0..<count {
        let value = load(from.singlePrecision + (i &* channels &+ c))
        let y = preactivation(value, scale: scale, shift: shift)
        let g = passed_by(y, load(gradient.singlePrecision + (i &* channels &+ c)))
        sum += g
        product.accumulate(g, value - mean)
      }
      store(sum, to: bias.singlePrecision + c)
      store(product, to: gain.singlePrecision + c)
    }
    for c in vectorChannels..<channels {
      for i in 0..<count {
        let value = from[i &* channels &+ c]
        let g = passes(preactivation(value, scale: scale[c], shift: shift[c])) ? gradient[i &* channels &+ c] : 0
        bias[c] += g
        gain[c] += g * (value - mean[c])
      }
    }
  }

  /// Replaces the gradient of the ReLU's output by that of the normalization's input, and adds it to `sums`.
  @inline(__always)
  func writeGradient(_ pixels: Range<Int>, gain: Row, meanGradient: Row, meanProduct: Row, sums: Row?) {
    for pixel in pixels {
      let (from, to) = (x + pixel &* channels, dy + pixel &* channels)
      prefetch(from + elementsAhead, channels)
      prefetch(to + elementsAhead, channels)
      for c in stride(from: 0, to: vectorChannels, by: VectorLanes.count) {
        let value = load(from.singlePrecision + c)
        let y = preactivation(value, scale: load(scale.singlePrecision + c), shift: load(shift.singlePrecision + c))
        let g = passed_by(y, load(to.singlePrecision + c))
        let factor = load(inverse.singlePrecision + c)
        let normalized = (value - load(mean.singlePrecision + c)) * factor
        let rest = load(meanGradient.singlePrecision + c) + normalized * load(meanProduct.singlePrecision + c)
        let dx = factor * (load(gain.singlePrecision + c) * g - rest)
        store(dx, to: to.singlePrecision + c)
        if let sums { store(load(sums.singlePrecision + c) + dx, to: sums.singlePrecision + c) }
      }
      for c in vectorChannels..<channels {
        let y = preactivation(from[c], scale: scale[c], shift: shift[c])
        let g = passes(y) ? to[c] : 0
        let normalized = (from[c] - mean[c]) * inverse[c]
        to[c] = inverse[c] * (gain[c] * g - (meanGradient[c] + normalized * meanProduct[c]))
        if let sums { sums[c] += to[c] }
      }
    }
  }
}
