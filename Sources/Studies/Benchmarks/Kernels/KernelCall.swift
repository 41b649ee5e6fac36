internal import Kernels
internal import Layers
internal import Networks
internal import Tensors
internal import Threads

/// A kernel with operands of its own, to be called again and again.
struct KernelCall {
  private let key: KernelCase.Key
  private let shards: Int
  private let pool: WorkerPool
  private let workspace = Workspace()

  /// A call for images in so many equal shards.
  init(_ key: KernelCase.Key, shards: Int, pool: WorkerPool) {
    self.key = key
    self.shards = shards
    self.pool = pool
  }

  /// The least seconds of a call.
  ///
  /// - Parameters:
  ///   - wanted: How convolutions are computed where that covers them.
  ///   - budget: Seconds to spend.
  /// - Returns: Seconds.
  func leastSeconds(_ wanted: ConvolutionAlgorithm, budget: Double) -> Double {
    switch key.kind {
    case .convolution(let convolution, let side):
      time(budget, convolve(convolution.adopting(wanted, height: side, width: side, of: Float.self), side))
    case .linear(let inputs, let outputs): time(budget, multiply(inputs, outputs))
    case .attention(let queries, let keys, let depth, let width): time(budget, attend(queries, keys, depth, width))
    case .normalization(let side, let channels): time(budget, normalize(side, channels))
    case .rectification(let side, let channels): time(budget, rectify(side, channels))
    case .projection: 0
    }
  }

  /// The first call, which meets memory for the first time, does not count.
  private func time(_ budget: Double, _ body: () -> Void) -> Double {
    body()
    let seconds = Benchmarks.leastSeconds(budget: budget, body)
    withExtendedLifetime(workspace) {}
    return seconds
  }

  private func uniform(_ extents: Int...) -> Tensor<Float> {
    let result: Tensor<Float> =
      switch extents.count {
      case 2: workspace.tensor(Shape(extents[0], extents[1]))
      case 3: workspace.tensor(Shape(extents[0], extents[1], extents[2]))
      default: workspace.tensor(Shape(extents[0], extents[1], extents[2], extents[3]))
      }
    fillUniform(result, seed: UInt64(result.count))
    return result
  }

  private func convolve(_ convolution: Convolution, _ side: Int) -> () -> Void {
    let (images, outside) = (key.images, convolution.outputSide(side))
    let channels = convolution.inputChannels
    let x = uniform(images, side, side, channels)
    let y = uniform(images, outside, outside, convolution.outputChannels)
    let weight = uniform(convolution.kernelSize * convolution.kernelSize * channels, convolution.outputChannels)
    let activation: InputActivation<Float> =
      switch key.activation {
      case .none: .identity
      case .relu: .relu
      case .normalization: .scaleShiftReLU(scale: uniform(images, channels), shift: uniform(images, channels))
      }
    let scratch = ConvolutionScratch<Float>(
      for: [(convolution, Shape(images / shards, side, side, channels))], shards: shards, workers: pool.threads,
      in: workspace)
    let (shards, pool) = (shards, pool)
    switch key.pass {
    case .forward:
      return {
        Kernels.convolve(
          convolution, x, activation: activation, weight: weight, weightScale: 0.5, epilogue: Epilogue(), into: y,
          shards: shards, scratch: scratch, pool: pool)
      }
    case .inputGradient:
      return {
        convolveInputGradient(
          convolution, dy: y, weight: weight, weightScale: 0.5, into: x, shards: shards, scratch: scratch, pool: pool)
      }
    case .weightGradient:
      return {
        for shard in 0..<shards {
          let rows = shard * images / shards..<(shard + 1) * images / shards
          convolveWeightGradient(
            convolution, x[rows: rows], activation: activation.rows(rows), dy: y[rows: rows], into: weight,
            scratch: scratch, pool: pool)
        }
      }
    }
  }

  private func multiply(_ inputs: Int, _ outputs: Int) -> () -> Void {
    let (x, y, weight) = (uniform(key.images, inputs), uniform(key.images, outputs), uniform(inputs, outputs))
    let (images, shards, pool) = (key.images, shards, pool)
    switch key.pass {
    case .forward:
      return { linear(x, weight: weight, weightScale: 0.5, bias: nil, into: y, shards: shards, pool: pool) }
    case .inputGradient:
      return {
        linearInputGradient(
          dy: y, weight: weight, weightScale: 0.5, into: x, adding: 0, shards: shards, pool: pool)
      }
    case .weightGradient:
      return {
        for shard in 0..<shards {
          let rows = shard * images / shards..<(shard + 1) * images / shards
          linearWeightGradient(x[rows: rows], dy: y[rows: rows], into: weight, pool: pool)
        }
      }
    }
  }

  private func attend(_ queries: Int, _ keys: Int, _ depth: Int, _ width: Int) -> () -> Void {
    let (query, key, value) = (
      uniform(key.images, queries, depth), uniform(key.images, keys, depth), uniform(key.images, keys, width)
    )
    let output = uniform(self.key.images, queries, width)
    let scratch = AttentionScratch<Float>(
      keys: keys, depth: depth, width: width, workers: pool.threads, in: workspace)
    let pool = pool
    if self.key.pass == .forward {
      return { Kernels.attend(query: query, key: key, value: value, into: output, scratch: scratch, pool: pool) }
    }
    let (dQuery, dKey, dValue) = (
      uniform(self.key.images, queries, depth), uniform(self.key.images, keys, depth),
      uniform(self.key.images, keys, width)
    )
    return {
      attendBackward(
        query: query, key: key, value: value, dOutput: output, dQuery: dQuery, dKey: dKey, dValue: dValue,
        scratch: scratch, pool: pool)
    }
  }

  private func normalize(_ side: Int, _ channels: Int) -> () -> Void {
    let (images, shards, pool) = (key.images, shards, pool)
    let (x, dy) = (uniform(images, side, side, channels), uniform(images, side, side, channels))
    let buffers = NormalizationBuffers<Float>(samples: images, shards: shards, channels: channels, in: workspace)
    let (gains, biases) = (uniform(1, channels), uniform(1, channels))
    // The deviation of the numbers: gradients that go back again and again then neither grow nor vanish.
    gains.fill(0.577)
    let forward = {
      moments(x, shards: shards, epsilon: 1e-5, into: buffers, pool: pool)
      scalesAndShifts(
        gains: gains, biases: biases, offset: 0, labels: nil, samples: images, shards: shards, into: buffers, pool: pool
      )
    }
    guard key.pass == .inputGradient else { return forward }
    forward()
    let sums = ChannelSums<Float>(samples: images, channels: channels, in: workspace)
    return {
      sumNormalizedGradients(x, dy, shards: shards, buffers: buffers, pool: pool)
      writeNormalizedGradient(x, dy, shards: shards, buffers: buffers, sums: sums, pool: pool)
    }
  }

  private func rectify(_ side: Int, _ channels: Int) -> () -> Void {
    let (x, dy) = (uniform(key.images, side, side, channels), uniform(key.images, side, side, channels))
    let pool = pool
    let sums = ChannelSums<Float>(samples: key.images, channels: channels, in: workspace)
    return { reluBackward(x, dy, sums: sums, pool: pool) }
  }
}
