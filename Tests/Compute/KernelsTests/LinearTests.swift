import Kernels
import Tensors
import TestSupport
import Testing
import Threads

/// Linear layers against their definition and its adjoints.
@Suite struct LinearTests {
  private let pool = WorkerPool(threads: 1)

  static let extents = [(samples: 1, inputs: 1, outputs: 1), (4, 3, 5), (6, 16, 1), (6, 5, 33)]

  @Test("linear is a matrix product, its gradients are the adjoints", arguments: extents)
  func linearAndGradients(samples: Int, inputs: Int, outputs: Int) {
    withTensors { source in
      let x: Tensor<Double> = source.normal(Shape(samples, inputs))
      let weight: Tensor<Double> = source.normal(Shape(inputs, outputs))
      let bias: Tensor<Double> = source.normal(Shape(outputs))
      let y: Tensor<Double> = source.poisoned(Shape(samples, outputs))
      linear(x, weight: weight, weightScale: 0.75, bias: bias, into: y, shards: 1, pool: pool)
      var expected: [Double] = []
      for n in 0..<samples {
        for o in 0..<outputs {
          let product = (0..<inputs).reduce(0) { $0 + x.base[n * inputs + $1] * weight.base[$1 * outputs + o] }
          expected.append(0.75 * product + bias.base[o])
        }
      }
      #expect(relativeError(y.numbers, expected) < 1e-14)

      linear(x, weight: weight, weightScale: 0.75, bias: nil, into: y, shards: 1, pool: pool)
      let dy: Tensor<Double> = source.normal(y.shape)
      let dx: Tensor<Double> = source.poisoned(x.shape)
      linearInputGradient(dy: dy, weight: weight, weightScale: 0.75, into: dx, adding: 0, shards: 1, pool: pool)
      #expect(adjointError(dy, y, dx, x) < 1e-12, "linearInputGradient")
      let sum = source.copy(dx)
      linearInputGradient(dy: dy, weight: weight, weightScale: 0.75, into: sum, adding: 1, shards: 1, pool: pool)
      #expect(relativeError(sum.numbers, dx.numbers.map { 2 * $0 }) < 1e-14, "linearInputGradient, adding")
      let dWeight: Tensor<Double> = source.poisoned(weight.shape)
      linearWeightGradient(x, dy: dy, into: dWeight, pool: pool)
      linear(x, weight: weight, weightScale: 1, bias: nil, into: y, shards: 1, pool: pool)
      #expect(adjointError(dy, y, dWeight, weight) < 1e-12, "linearWeightGradient")
    }
  }

  @Test(
    "linear: a batch in shards has the bits of each shard alone",
    arguments: [(samples: 1, inputs: 37, outputs: 29), (3, 37, 29), (5, 700, 9), (32, 256, 256)])
  func shards(samples: Int, inputs: Int, outputs: Int) {
    withTensors { source in
      let x: Tensor<Float> = source.normal(Shape(4 * samples, inputs))
      let weight: Tensor<Float> = source.normal(Shape(inputs, outputs))
      let dy: Tensor<Float> = source.normal(Shape(4 * samples, outputs))
      func apply(_ rows: Range<Int>, shards: Int) -> (y: Tensor<Float>, dx: Tensor<Float>) {
        let y: Tensor<Float> = source.poisoned(Shape(rows.count, outputs))
        let dx: Tensor<Float> = source.poisoned(Shape(rows.count, inputs))
        linear(x[rows: rows], weight: weight, weightScale: 0.3, bias: nil, into: y, shards: shards, pool: pool)
        linearInputGradient(
          dy: dy[rows: rows], weight: weight, weightScale: 0.3, into: dx, adding: 0, shards: shards, pool: pool)
        return (y, dx)
      }
      let whole = apply(0..<4 * samples, shards: 4)
      for shard in 0..<4 {
        let rows = shard * samples..<(shard + 1) * samples
        let alone = apply(rows, shards: 1)
        #expect(areIdentical(alone.y, whole.y[rows: rows]), "linear")
        #expect(areIdentical(alone.dx, whole.dx[rows: rows]), "linearInputGradient")
      }
    }
  }

  @Test("sumOverRows sums each channel", arguments: [(1, 1), (5, 3), (300, 70), (1000, 64)])
  func sums(rows: Int, channels: Int) {
    withTensors { source in
      let dy: Tensor<Double> = source.normal(Shape(rows, channels))
      let result: Tensor<Double> = source.poisoned(Shape(channels))
      sumOverRows(dy, channels: channels, into: result.base, pool: pool)
      let expected = (0..<channels).map { c in (0..<rows).reduce(0) { $0 + dy.base[$1 * channels + c] } }
      #expect(relativeError(result.numbers, expected) < 1e-13)
    }
  }

  @Test("rectifiedSpatialSum sums what the ReLU passes, and its backward is the adjoint", arguments: [(1, 1), (3, 5)])
  func spatialSum(side: Int, channels: Int) {
    withTensors { source in
      let x: Tensor<Double> = source.normal(Shape(3, side, side + 1, channels))
      let y: Tensor<Double> = source.poisoned(Shape(3, channels))
      rectifiedSpatialSum(x, into: y, pool: pool)
      let images = Images(x)
      var expected: [Double] = []
      for n in 0..<3 {
        for c in 0..<channels {
          expected.append(
            (0..<side * (side + 1)).reduce(0) { $0 + max(0, images[n, $1 / (side + 1), $1 % (side + 1), c]) })
        }
      }
      #expect(relativeError(y.numbers, expected) < 1e-14)
      // Where the ReLU passes, the sum is linear in x.
      let dy: Tensor<Double> = source.normal(y.shape)
      let dx: Tensor<Double> = source.poisoned(x.shape)
      rectifiedSpatialSumBackward(x, dy: dy, into: dx, pool: pool)
      #expect(adjointError(dy, y, dx, x) < 1e-12, "rectifiedSpatialSumBackward")
      #expect(zip(x.numbers, dx.numbers).allSatisfy { $0 > 0 || $1 == 0 }, "rectifiedSpatialSumBackward")
    }
  }
}
