import Kernels
import Tensors
import TestSupport
import Testing
import Threads

/// Moments, the activation that applies a normalization, and its backward.
@Suite struct BatchNormalizationTests {
  private let pool = WorkerPool(threads: 1)

  /// Mean and biased variance of each shard and channel, and 1 / √(variance + ε).
  private func moments(_ x: [Double], shards: Int, channels: Int) -> (mean: [Double], variance: [Double]) {
    let rows = x.count / channels / shards
    var (means, variances) = ([Double](), [Double]())
    for shard in 0..<shards {
      for c in 0..<channels {
        let column = (0..<rows).map { x[(shard * rows + $0) * channels + c] }
        let mean = column.reduce(0, +) / Double(rows)
        means.append(mean)
        variances.append(column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rows))
      }
    }
    return (means, variances)
  }

  @Test(
    "moments are those of each shard and channel",
    arguments: [Shape(2, 1, 1, 1), Shape(6, 3, 5, 3), Shape(4, 2, 2, 70), Shape(6, 20, 20, 5)])
  func momentsOfShards(shape: Shape) {
    let channels = shape[3]
    withTensors { source in
      for (mean, tolerance) in [(0.0, 1e-13), (100, 1e-11)] {
        let x: Tensor<Double> = source.normal(shape, mean: mean)
        for shards in [1, 2] {
          let buffers = NormalizationBuffers<Double>(
            samples: shape[0], shards: shards, channels: channels, in: source.workspace)
          Kernels.moments(x, shards: shards, epsilon: 1e-5, into: buffers, pool: pool)
          let expected = moments(x.numbers, shards: shards, channels: channels)
          #expect(relativeError(buffers.mean.numbers, expected.mean) < tolerance)
          #expect(relativeError(buffers.variance.numbers, expected.variance) < tolerance)
          let inverse = expected.variance.map { 1 / ($0 + 1e-5).squareRoot() }
          #expect(relativeError(buffers.inverseDeviation.numbers, inverse) < tolerance)
        }
      }
    }
  }

  @Test("moments in single precision survive a mean that is large against the deviation", arguments: [3, 16, 80, 128])
  func momentsInSinglePrecision(channels: Int) {
    withTensors { source in
      let x: Tensor<Float> = source.normal(Shape(8, 32, 32, channels), mean: 300)
      let buffers = NormalizationBuffers<Float>(samples: 8, shards: 2, channels: channels, in: source.workspace)
      Kernels.moments(x, shards: 2, epsilon: 1e-5, into: buffers, pool: pool)
      let expected = moments(x.numbers, shards: 2, channels: channels)
      #expect(relativeError(buffers.mean.numbers, expected.mean) < 1e-6)
      #expect(relativeError(buffers.variance.numbers, expected.variance) < 1e-4)
    }
  }

  /// A batch of 6 samples in 2 shards, conditional on 3 classes or not.
  private struct Batch {
    let shape = Shape(6, 3, 4, 5)
    let shards = 2
    let x, gains, biases: Tensor<Double>
    let labels: Labels?
    let offset: Double
    let buffers: NormalizationBuffers<Double>
    let pool: WorkerPool

    init(conditional: Bool, _ source: TensorSource, _ pool: WorkerPool) {
      x = source.normal(shape, mean: 0.5, deviation: 2)
      gains = source.normal(Shape(conditional ? 3 : 1, 5))
      biases = source.normal(Shape(conditional ? 3 : 1, 5))
      labels = conditional ? source.labels(6, below: 3) : nil
      offset = conditional ? 1 : 0
      buffers = NormalizationBuffers(samples: 6, shards: 2, channels: 5, in: source.workspace)
      self.pool = pool
    }

    /// Moments, scales and shifts, and the activation that applies them.
    func forward() -> InputActivation<Double> {
      Kernels.moments(x, shards: shards, epsilon: 1e-5, into: buffers, pool: pool)
      scalesAndShifts(
        gains: gains, biases: biases, offset: offset, labels: labels, samples: 6, shards: shards, into: buffers,
        pool: pool)
      return .scaleShiftReLU(scale: buffers.scale, shift: buffers.shift)
    }

    /// ⟨dy, relu(norm(x))⟩ and which ReLUs passed.
    func evaluate(_ dy: Tensor<Double>) -> ProbedLoss {
      let activation = forward()
      let decisions = [UInt8](unsafeUninitializedCapacity: x.count) { bytes, count in
        if let base = bytes.baseAddress { recordMask(x, activation, into: base) }
        count = x.count
      }
      return ProbedLoss(
        loss: innerProduct(of: dy.numbers, Images(x).activated(activation).numbers), decisions: decisions)
    }
  }

  @Test("scalesAndShifts apply gain and bias to the normalized input", arguments: [false, true])
  func activation(conditional: Bool) {
    withTensors { source in
      let batch = Batch(conditional: conditional, source, pool)
      let found = Images(batch.x).activated(batch.forward())
      let (mean, variance) = moments(batch.x.numbers, shards: 2, channels: 5)
      let images = Images(batch.x)
      let expected = images.map { n, y, x, c in
        let row = batch.labels.map { Int($0[n]) } ?? 0
        let i = n / 3 * 5 + c
        let normalized = (images[n, y, x, c] - mean[i]) / (variance[i] + 1e-5).squareRoot()
        return max(0, (batch.gains.base[row * 5 + c] + batch.offset) * normalized + batch.biases.base[row * 5 + c])
      }
      #expect(relativeError(found.numbers, expected.numbers) < 1e-13)
    }
  }

  @Test("the backward pass agrees with central differences", arguments: [false, true])
  func backward(conditional: Bool) {
    withTensors { source in
      let batch = Batch(conditional: conditional, source, pool)
      let dy: Tensor<Double> = source.normal(batch.shape)
      _ = batch.forward()
      let dx = source.copy(dy)
      normalizeBackward(batch.x, dx, shards: 2, buffers: batch.buffers, pool: pool)
      let dGains: Tensor<Double> = source.poisoned(batch.gains.shape)
      let dBiases: Tensor<Double> = source.poisoned(batch.gains.shape)
      scatterRows(batch.buffers.gainGradient, labels: batch.labels, into: dGains, pool: pool)
      scatterRows(batch.buffers.biasGradient, labels: batch.labels, into: dBiases, pool: pool)
      var check = GradientCheck()
      check.directions = 10
      func error(_ values: Tensor<Double>, _ gradient: Tensor<Double>) -> Double {
        check.error(of: values.elements, gradient: gradient.numbers) { batch.evaluate(dy) }
      }
      #expect(error(batch.x, dx) < 1e-7, "backward: input")
      #expect(error(batch.gains, dGains) < 1e-7, "backward: gains")
      #expect(error(batch.biases, dBiases) < 1e-7, "backward: biases")
    }
  }

  @Test("scatterRows adds samples into the rows of their classes")
  func scatter() {
    withTensors { source in
      let gradients: Tensor<Double> = source.normal(Shape(7, 4))
      let labels = source.labels(7, below: 3)
      let table: Tensor<Double> = source.poisoned(Shape(5, 4))
      scatterRows(gradients, labels: labels, into: table, pool: pool)
      var expected = [Double](repeating: 0, count: 20)
      for n in 0..<7 {
        for c in 0..<4 { expected[Int(labels[n]) * 4 + c] += gradients.base[n * 4 + c] }
      }
      #expect(relativeError(table.numbers, expected) < 1e-14)
    }
  }

  @Test("normalization: shards and threads change no bit")
  func bits() {
    withTensors { source in
      let (one, three) = (WorkerPool(threads: 1), WorkerPool(threads: 3))
      let shape = Shape(6, 12, 12, 70)
      let x: Tensor<Float> = source.normal(shape)
      let dy: Tensor<Float> = source.normal(shape)
      let gains: Tensor<Float> = source.normal(Shape(1, 70))
      func gradient(_ samples: Range<Int>, shards: Int, _ pool: WorkerPool) -> Tensor<Float> {
        let buffers = NormalizationBuffers<Float>(
          samples: samples.count, shards: shards, channels: 70, in: source.workspace)
        let dx = source.copy(dy[rows: samples])
        Kernels.moments(x[rows: samples], shards: shards, epsilon: 1e-5, into: buffers, pool: pool)
        scalesAndShifts(
          gains: gains, biases: gains, offset: 0, labels: nil, samples: samples.count, shards: shards, into: buffers,
          pool: pool)
        normalizeBackward(x[rows: samples], dx, shards: shards, buffers: buffers, pool: pool)
        return dx
      }
      let whole = gradient(0..<6, shards: 3, one)
      #expect(areIdentical(whole, gradient(0..<6, shards: 3, three)), "threads")
      for shard in 0..<3 {
        let samples = 2 * shard..<2 * shard + 2
        #expect(areIdentical(whole[rows: samples], gradient(samples, shards: 1, one)), "shard \(shard)")
      }
    }
  }
}
