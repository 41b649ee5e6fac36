import Foundation
import Kernels
import Tensors
import TestSupport
import Testing
import Threads

/// Sweeps over tensors: sums, the hyperbolic tangent, ReLUs; sizes around the 16,384 elements of a task.
@Suite struct ElementwiseTests {
  static let counts = [1, 63, 16384, 40001]

  @Test("add and scale", arguments: counts)
  func sums(count: Int) {
    withTensors { source in
      let pool = WorkerPool(threads: 3)
      let x: Tensor<Double> = source.normal(Shape(count))
      let y: Tensor<Double> = source.normal(Shape(count))
      let (added, scaled) = (source.copy(y), source.copy(x))
      add(x, scale: 0.5, to: added, pool: pool)
      scale(scaled, by: 3, pool: pool)
      #expect(relativeError(added.numbers, zip(x.numbers, y.numbers).map { $1 + 0.5 * $0 }) < 1e-15)
      #expect(relativeError(scaled.numbers, x.numbers.map { 3 * $0 }) < 1e-15)
    }
  }

  @Test("innerProduct sums all products", arguments: counts)
  func products(count: Int) {
    withTensors { source in
      let x: Tensor<Double> = source.normal(Shape(count), mean: 1)
      let y: Tensor<Double> = source.normal(Shape(count), mean: 1)
      let expected = innerProduct(of: x.numbers, y.numbers)
      #expect(abs(innerProduct(x, y) - expected) < 1e-13 * Double(count))
      let single = innerProduct(source.tensor(x.shape, x.numbers, of: Float.self), source.tensor(y.shape, y.numbers))
      #expect(abs(single - expected) < 1e-6 * Double(count), "runs of 4,096 are added in double precision")
    }
  }

  @Test("hyperbolicTangentBackward agrees with central differences")
  func hyperbolicTangents() {
    withTensors { source in
      let pool = WorkerPool(threads: 1)
      let x: Tensor<Double> = source.normal(Shape(500), deviation: 2)
      let y = source.copy(x)
      hyperbolicTangent(y, pool: pool)
      let exponentials = x.numbers.map { Double.exponential(2 * $0) }
      #expect(relativeError(y.numbers, exponentials.map { ($0 - 1) / ($0 + 1) }) < 1e-14)
      let weights: Tensor<Double> = source.normal(x.shape)
      let dx = source.copy(weights)
      hyperbolicTangentBackward(y, dx, pool: pool)
      var check = GradientCheck()
      let error = check.error(of: x.elements, gradient: dx.numbers) {
        let moved = source.copy(x)
        hyperbolicTangent(moved, pool: pool)
        return ProbedLoss(loss: innerProduct(moved, weights))
      }
      #expect(error < 1e-7)
    }
  }

  @Test("in single precision tanh is within three units of the last place, wherever a number stands")
  func hyperbolicTangentsInSinglePrecision() {
    withTensors { source in
      let pool = WorkerPool(threads: 1)
      var numbers = [0, -0.0, .infinity, -.infinity, 1e-45, -1e-38, 0.625, 88, -1e30]
      for i in 0..<20_000 { numbers += [Double(i) / 2_000, -Double(i) / 2_000, exp2(-Double(i) / 160)] }
      let x: Tensor<Float> = source.tensor(Shape(numbers.count), numbers)
      let before = x.numbers
      hyperbolicTangent(x, pool: pool)
      for (number, y) in zip(before, x.numbers) {
        let exact = Double.hyperbolicTangent(number)
        let unit = Double(Float(exact).ulp)
        #expect(abs(y - exact) <= 3 * unit && y.sign == number.sign, "tanh \(number) = \(y), not \(exact)")
      }
      let unknown: Tensor<Float> = source.tensor(Shape(3), [.nan, 1, .nan])
      hyperbolicTangent(unknown, pool: pool)
      #expect(unknown.numbers[0].isNaN && unknown.numbers[2].isNaN && !unknown.numbers[1].isNaN)
    }
  }

  @Test("forward, mask and backward of a ReLU take the same decision")
  func rectification() {
    withTensors { source in
      let pool = WorkerPool(threads: 1)
      let numbers = [-1, -0.0, 0, 1e-300, 2, -1e-300]
      let x: Tensor<Double> = source.tensor(Shape(1, 1, 6, 1), numbers)
      let mask = source.buffer(6, of: UInt8.self)
      recordMask(x, .relu, into: mask)
      let expected: [UInt8] = [0, 0, 0, 1, 1, 0]
      #expect(Array(UnsafeBufferPointer(start: mask, count: 6)) == expected)
      let dx: Tensor<Double> = source.tensor(x.shape, [1, 2, 3, 4, 5, 6])
      reluBackward(x, dx, pool: pool)
      #expect(dx.numbers == [0, 0, 0, 4, 5, 0])
      recordMask(x, .identity, into: mask)
      #expect((0..<6).allSatisfy { mask[$0] == 1 })
    }
  }

  @Test("masks of a normalization are those of its samples")
  func masks() {
    withTensors { source in
      let x: Tensor<Double> = source.normal(Shape(3, 2, 2, 5))
      let activation =
        ActivationKind.scaleShiftReLU.activation(samples: 3, channels: 5, source) as InputActivation<Double>
      let mask = source.buffer(x.count, of: UInt8.self)
      recordMask(x, activation, into: mask)
      let activated = Images(x).activated(activation).numbers
      #expect(activated.indices.allSatisfy { (mask[$0] == 1) == (activated[$0] > 0) })
    }
  }

  @Test("a ReLU does not hide what is not a number")
  func notANumber() {
    withTensors { source in
      let operands = ConvolutionOperands<Double>(.init(1, .none, channels: (1, 1), images: 1, 1, 2), .relu, source)
      operands.x.base[1] = .nan
      let y = operands.output(WorkerPool(threads: 1))
      #expect(y.base[0].isFinite && y.base[1].isNaN)
    }
  }
}
