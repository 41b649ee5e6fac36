import Kernels
import Tensors
import TestSupport
import Testing
import Threads

/// Spectral normalization: the power iteration and the gradient through W / σ.
@Suite struct SpectralNormalizationTests {
  private let pool = WorkerPool(threads: 1)

  typealias Order = SpectralMatrix<Double>.Order

  /// Every order in which weights are stored, with extents that it allows.
  static let orders: [(order: Order, outputs: Int, inputs: Int)] = [
    (.outputsByInputs, 5, 3), (.inputsByOutputs, 5, 3), (.panels(rows: 4), 64, 12),
  ]

  /// Where an order stores the weight of one output and one input.
  private func place(_ order: Order, _ output: Int, _ input: Int, outputs: Int, inputs: Int) -> Int {
    switch order {
    case .outputsByInputs: output * inputs + input
    case .inputsByOutputs: input * outputs + output
    case .panels(let rows): ((input / rows * outputs / 32 + output / 32) * rows + input % rows) * 32 + output % 32
    }
  }

  /// A matrix `[outputs, inputs]` as kernels store it, with random u and v of length 1.
  private func matrix(_ numbers: [[Double]], _ order: Order, _ source: TensorSource) -> SpectralMatrix<Double> {
    let (outputs, inputs) = (numbers.count, numbers[0].count)
    var stored = [Double](repeating: 0, count: outputs * inputs)
    for o in 0..<outputs {
      for i in 0..<inputs { stored[place(order, o, i, outputs: outputs, inputs: inputs)] = numbers[o][i] }
    }
    func vector(_ count: Int) -> Tensor<Double> {
      let numbers = source.normal(Shape(count), of: Double.self).numbers
      return source.tensor(Shape(count), numbers.map { $0 / length(of: numbers) })
    }
    return SpectralMatrix(
      weight: source.tensor(Shape(stored.count), stored), order: order, u: vector(outputs),
      v: vector(inputs))
  }

  private func random(_ outputs: Int, _ inputs: Int, _ source: TensorSource) -> [[Double]] {
    (0..<outputs).map { _ in source.normal(Shape(inputs), of: Double.self).numbers }
  }

  private func product(_ w: [[Double]], _ v: [Double]) -> [Double] { w.map { innerProduct(of: $0, v) } }

  private func transpose(_ w: [[Double]]) -> [[Double]] { w[0].indices.map { i in w.map { $0[i] } } }

  @Test("powerIteration is one step of its formula", arguments: orders)
  func oneStep(order: Order, outputs: Int, inputs: Int) {
    withTensors { source in
      let numbers = random(outputs, inputs, source)
      let w = matrix(numbers, order, source)
      let u = w.u.numbers
      let sigma = powerIteration(w, epsilon: 1e-8, scratch: source.poisoned(Shape(outputs + 4)), pool: pool)
      let back = product(transpose(numbers), u)
      let v = back.map { $0 / length(of: back) }
      let forth = product(numbers, v)
      #expect(relativeError(w.v.numbers, v) < 1e-14)
      #expect(relativeError(w.u.numbers, forth.map { $0 / length(of: forth) }) < 1e-14)
      #expect(abs(sigma - innerProduct(of: w.u.numbers, product(numbers, w.v.numbers))) < 1e-13)
    }
  }

  @Test("powerIteration converges to the largest singular value", arguments: [Order.outputsByInputs, .inputsByOutputs])
  func convergence(order: Order) {
    withTensors { source in
      // Reflections H = I − 2 n nᵀ make a matrix of known singular values: H₁ · diag(3, 1.5, 0.2) · H₂.
      func reflection(_ size: Int) -> [[Double]] {
        let normal = source.normal(Shape(size), of: Double.self).numbers
        let factor = 2 / innerProduct(of: normal, normal)
        return (0..<size).map { i in (0..<size).map { ($0 == i ? 1 : 0) - factor * normal[i] * normal[$0] } }
      }
      let (left, right) = (reflection(5), reflection(3))
      let numbers = left.map { row in
        (0..<3).map { i in row[0] * 3 * right[0][i] + row[1] * 1.5 * right[1][i] + row[2] * 0.2 * right[2][i] }
      }
      let w = matrix(numbers, order, source)
      let scratch: Tensor<Double> = source.zeros(Shape(5))
      var sigma = 0.0
      for _ in 0..<60 { sigma = powerIteration(w, epsilon: 1e-8, scratch: scratch, pool: pool) }
      #expect(abs(sigma - 3) < 1e-12)
      #expect(abs(abs(innerProduct(of: w.u.numbers, left.map { $0[0] })) - 1) < 1e-12)
      #expect(abs(abs(innerProduct(of: w.v.numbers, right[0])) - 1) < 1e-12)
    }
  }

  @Test("powerIteration of a matrix of zeros stays finite")
  func zeros() {
    withTensors { source in
      let w = matrix([[0, 0], [0, 0], [0, 0]], .inputsByOutputs, source)
      let sigma = powerIteration(w, epsilon: 1e-8, scratch: source.zeros(Shape(3)), pool: pool)
      #expect(sigma == 0 && (w.u.numbers + w.v.numbers).allSatisfy { $0.isFinite })
    }
  }

  @Test("SpectralNormGradient agrees with central differences of f(W / σ), u and v held", arguments: orders)
  func gradient(order: Order, outputs: Int, inputs: Int) {
    withTensors { source in
      let w = matrix(random(outputs, inputs, source), order, source)
      let scratch: Tensor<Double> = source.zeros(Shape(outputs))
      for _ in 0..<3 { _ = powerIteration(w, epsilon: 1e-8, scratch: scratch, pool: pool) }
      let (u, v) = (w.u.numbers, w.v.numbers)
      // f(Ŵ) = Σ cᵢ Ŵᵢ² / 2, whose gradient is cᵢ Ŵᵢ.
      let c = source.normal(w.weight.shape, mean: 0.3, of: Double.self).numbers
      func sigma() -> Double {
        let stored = w.weight.numbers
        var sum = 0.0
        for o in 0..<outputs {
          for i in 0..<inputs {
            sum += u[o] * v[i] * stored[place(order, o, i, outputs: outputs, inputs: inputs)]
          }
        }
        return sum
      }
      let now = sigma()
      let gradient: Tensor<Double> = source.tensor(w.weight.shape, zip(c, w.weight.numbers).map { $0 * $1 / now })
      let correction = SpectralNormGradient(
        w, sigma: now, gradient, at: 0..<gradient.count, scratch: source.zeros(Shape(8)), pool: pool)
      // In parts that end inside of lines.
      for first in stride(from: 0, to: gradient.count, by: 37) {
        let part = first..<min(first + 37, gradient.count)
        correct(correction, part, of: gradient.base, into: gradient.base + first)
      }
      var check = GradientCheck()
      check.directions = 10
      let error = check.error(of: w.weight.elements, gradient: gradient.numbers) {
        let normalized = w.weight.numbers.map { $0 / sigma() }
        return ProbedLoss(loss: zip(c, normalized).reduce(0) { $0 + $1.0 * $1.1 * $1.1 / 2 })
      }
      #expect(error < 1e-7)
    }
  }
}
