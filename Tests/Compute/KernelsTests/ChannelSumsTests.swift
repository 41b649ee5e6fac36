import Kernels
import TestSupport
import Tensors
import Testing
import Threads

/// Bias gradients that passes take along.
@Suite struct ChannelSumsTests {
  // More pixels than a run has, and channels that fill no whole vectors.
  private let shape = Shape(6, 12, 13, 70)
  private let pool = WorkerPool(threads: 3)

  /// Compares sums over the samples 2 and 3 with those of the gradient itself, and the gradient with one written alone.
  private func compare(_ sums: ChannelSums<Float>, _ dx: Tensor<Float>, alone: Tensor<Float>) {
    #expect(areIdentical(dx, alone))
    var expected = [Double](repeating: 0, count: 70)
    var largest = 0.0
    for (i, number) in dx[rows: 2..<4].numbers.enumerated() {
      expected[i % 70] += number
      largest = max(largest, abs(number))
    }
    var found = [Float](repeating: .nan, count: 70)
    found.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      addSamples(sums, 2..<4, channels: 70, into: base)
    }
    #expect(zip(found, expected).allSatisfy { abs(Double($0) - $1) < 1e-4 * largest })
  }

  @Test("reluBackward sums the gradient that it writes")
  func rectifier() {
    withTensors { source in
      let x: Tensor<Float> = source.normal(shape)
      let dy: Tensor<Float> = source.normal(shape)
      let (dx, alone) = (source.copy(dy), source.copy(dy))
      let sums = ChannelSums<Float>(samples: 6, channels: 70, in: source.workspace)
      reluBackward(x, dx, sums: sums, pool: pool)
      reluBackward(x, alone, pool: pool)
      compare(sums, dx, alone: alone)
    }
  }

  @Test("the backward pass sums the gradient that it writes")
  func normalization() {
    withTensors { source in
      let x: Tensor<Float> = source.normal(shape)
      let dy: Tensor<Float> = source.normal(shape)
      let gains: Tensor<Float> = source.normal(Shape(1, 70))
      // One shard of six samples: the sums of two of them are not 0.
      let buffers = NormalizationBuffers<Float>(samples: 6, shards: 1, channels: 70, in: source.workspace)
      moments(x, shards: 1, epsilon: 1e-5, into: buffers, pool: pool)
      scalesAndShifts(
        gains: gains, biases: gains, offset: 0, labels: nil, samples: 6, shards: 1, into: buffers, pool: pool)
      let (dx, alone) = (source.copy(dy), source.copy(dy))
      let sums = ChannelSums<Float>(samples: 6, channels: 70, in: source.workspace)
      normalizeBackward(x, dx, shards: 1, buffers: buffers, sums: sums, pool: pool)
      normalizeBackward(x, alone, shards: 1, buffers: buffers, pool: pool)
      compare(sums, dx, alone: alone)
    }
  }
}
