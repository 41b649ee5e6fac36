import Kernels
import Tensors
import TestSupport
import Testing

private let pool = WorkerPool(threads: 1)

/// Spectral normalization: the power iteration and the gradient through W / σ.
@Suite struct SpectralNormalizationTests {
  /// A matrix `[outputs, inputs]` as kernels store it, with random u and v of length 1.
  private func matrix(_ numbers: [[Double]], rowsAreOutputs: Bool, _ source: TensorSource) -> SpectralMatrix<Double> {
    let (outputs, inputs) = (numbers.count, numbers[0].count)
    let stored =
      rowsAreOutputs ? numbers.flatMap { $0 } : (0..<inputs).flatMap { i in numbers.map { $0[i] } }
    func vector(_ count: Int) -> Tensor<Double> {
      let numbers = source.normal(Shape(count), of: Double.self).numbers
      return source.tensor(Shape(count), numbers.map { $0 / length(of: numbers) })
    }
    return SpectralMatrix(
      weight: source.tensor(Shape(stored.count), stored), rowsAreOutputs: rowsAreOutputs, u: vector(outputs),
      v: vector(inputs))
  }

  private func random(_ outputs: Int, _ inputs: Int, _ source: TensorSource) -> [[Double]] {
    (0..<outputs).map { _ in source.normal(Shape(inputs), of: Double.self).numbers }
  }

  private func product(_ w: [[Double]], _ v: [Double]) -> [Double] { w.map { innerProduct(of: $0, v) } }

  private func transpose(_ w: [[Double]]) -> [[Double]] { w[0].indices.map { i in w.map { $0[i] } } }

  @Test("powerIteration is one step of its formula", arguments: [false, true])
  func oneStep(rowsAreOutputs: Bool) {
    withTensors { source in
      let numbers = random(5, 3, source)
      let w = matrix(numbers, rowsAreOutputs: rowsAreOutputs, source)
      let u = w.u.numbers
      let sigma = powerIteration(w, epsilon: 1e-8, scratch: source.poisoned(Shape(9)), pool: pool)
      let back = product(transpose(numbers), u)
      let v = back.map { $0 / length(of: back) }
      let forth = product(numbers, v)
      #expect(relativeError(w.v.numbers, v) < 1e-14)
      #expect(relativeError(w.u.numbers, forth.map { $0 / length(of: forth) }) < 1e-14)
      #expect(abs(sigma - innerProduct(of: w.u.numbers, product(numbers, w.v.numbers))) < 1e-14)
    }
  }

  @Test("powerIteration converges to the largest singular value", arguments: [false, true])
  func convergence(rowsAreOutputs: Bool) {
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
      let w = matrix(numbers, rowsAreOutputs: rowsAreOutputs, source)
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
      let w = matrix([[0, 0], [0, 0], [0, 0]], rowsAreOutputs: false, source)
      let sigma = powerIteration(w, epsilon: 1e-8, scratch: source.zeros(Shape(3)), pool: pool)
      #expect(sigma == 0 && (w.u.numbers + w.v.numbers).allSatisfy { $0.isFinite })
    }
  }

  @Test("spectralGradient agrees with central differences of f(W / σ), u and v held", arguments: [false, true])
  func gradient(rowsAreOutputs: Bool) {
    withTensors { source in
      let w = matrix(random(7, 4, source), rowsAreOutputs: rowsAreOutputs, source)
      let scratch: Tensor<Double> = source.zeros(Shape(7))
      for _ in 0..<3 { _ = powerIteration(w, epsilon: 1e-8, scratch: scratch, pool: pool) }
      let (u, v) = (w.u.numbers, w.v.numbers)
      // f(Ŵ) = Σ cᵢ Ŵᵢ² / 2, whose gradient is cᵢ Ŵᵢ.
      let c = source.normal(w.weight.shape, mean: 0.3, of: Double.self).numbers
      func sigma() -> Double {
        let stored = w.weight.numbers
        var sum = 0.0
        for o in 0..<7 {
          for i in 0..<4 { sum += u[o] * v[i] * stored[rowsAreOutputs ? o * 4 + i : i * 7 + o] }
        }
        return sum
      }
      let now = sigma()
      let gradient: Tensor<Double> = source.tensor(w.weight.shape, zip(c, w.weight.numbers).map { $0 * $1 / now })
      spectralGradient(w, sigma: now, gradient, pool: pool)
      var check = GradientCheck()
      check.directions = 10
      let error = check.error(of: w.weight.elements, gradient: gradient.numbers) {
        let normalized = w.weight.numbers.map { $0 / sigma() }
        return Evaluation(loss: zip(c, normalized).reduce(0) { $0 + $1.0 * $1.1 * $1.1 / 2 })
      }
      #expect(error < 1e-7)
    }
  }
}
