import Kernels
import Tensors
import TestSupport
import Testing

/// Attention against a softmax written out, and its backward against central differences.
@Suite struct AttentionTests {
  private let pool = WorkerPool(threads: 1)

  /// Queries and keys of a map; the kernel takes 256 queries at a time.
  static let extents = [
    (queries: 4, keys: 1), (queries: 16, keys: 4), (queries: 256, keys: 9), (queries: 600, keys: 7),
  ]

  /// Random operands: 2 images, depth 3, width 5.
  private struct Operands<Scalar: KernelScalar> {
    let query, key, value, dOutput: Tensor<Scalar>
    let scratch: AttentionScratch<Scalar>
    let output: Tensor<Scalar>

    init(_ queries: Int, _ keys: Int, _ source: TensorSource, deviation: Double = 1, workers: Int = 1) {
      query = source.normal(Shape(2, queries, 3), deviation: deviation)
      key = source.normal(Shape(2, keys, 3), deviation: deviation)
      value = source.normal(Shape(2, keys, 5))
      dOutput = source.normal(Shape(2, queries, 5))
      output = source.poisoned(Shape(2, queries, 5))
      scratch = AttentionScratch(keys: keys, workers: workers, in: source.workspace)
      for part in [scratch.weights, scratch.gradients] { part.fill(.nan) }
    }

    func forward(_ pool: WorkerPool) {
      attend(query: query, key: key, value: value, into: output, scratch: scratch, pool: pool)
    }

    func backward(_ source: TensorSource, _ pool: WorkerPool) -> (
      query: Tensor<Scalar>, key: Tensor<Scalar>, value: Tensor<Scalar>
    ) {
      let result: (query: Tensor<Scalar>, key: Tensor<Scalar>, value: Tensor<Scalar>) = (
        source.poisoned(query.shape), source.poisoned(key.shape), source.poisoned(value.shape)
      )
      attendBackward(
        query: query, key: key, value: value, dOutput: dOutput, dQuery: result.query, dKey: result.key,
        dValue: result.value, scratch: scratch, pool: pool)
      return result
    }
  }

  @Test("attend is a softmax over keys, applied to values", arguments: extents)
  func forward(queries: Int, keys: Int) {
    withTensors { source in
      let operands = Operands<Double>(queries, keys, source)
      operands.forward(pool)
      let (query, key, value) = (operands.query.numbers, operands.key.numbers, operands.value.numbers)
      var expected: [Double] = []
      for n in 0..<2 {
        for q in 0..<queries {
          let scores = (0..<keys).map { k in
            (0..<3).reduce(0) { $0 + query[(n * queries + q) * 3 + $1] * key[(n * keys + k) * 3 + $1] }
          }
          let exponentials = scores.map { Double.exponential($0) }
          let total = exponentials.reduce(0, +)
          for e in 0..<5 {
            expected.append((0..<keys).reduce(0) { $0 + exponentials[$1] / total * value[(n * keys + $1) * 5 + e] })
          }
        }
      }
      #expect(relativeError(operands.output.numbers, expected) < 1e-13)
    }
  }

  @Test("attendBackward agrees with central differences", arguments: extents)
  func backward(queries: Int, keys: Int) {
    withTensors { source in
      let operands = Operands<Double>(queries, keys, source)
      let gradients = operands.backward(source, pool)
      var check = GradientCheck()
      check.directions = 10
      // With a single key the weights are 1, whatever query and key are.
      let scale = keys == 1 ? 1.0 : nil
      for (name, values, gradient) in [
        ("query", operands.query, gradients.query), ("key", operands.key, gradients.key),
        ("value", operands.value, gradients.value),
      ] {
        let error = check.error(
          of: values.elements, gradient: gradient.numbers, scale: name == "value" ? nil : scale
        ) {
          operands.forward(pool)
          return Evaluation(loss: innerProduct(of: operands.output.numbers, operands.dOutput.numbers))
        }
        #expect(error < 1e-7, "attendBackward: \(name)")
      }
    }
  }

  @Test("attend survives scores whose exponentials overflow")
  func largeScores() {
    withTensors { source in
      let operands = Operands<Float>(16, 9, source, deviation: 30)
      operands.forward(pool)
      let largest = operands.value.numbers.map(abs).max() ?? 0
      #expect(operands.output.numbers.allSatisfy { $0.isFinite && abs($0) <= largest * 1.0001 })
    }
  }

  @Test("attend in single precision is the one in double precision", arguments: [16, 30, 256], [1.0, 8])
  func singlePrecision(keys: Int, deviation: Double) {
    withTensors { source in
      let operands = Operands<Float>(20, keys, source, deviation: deviation)
      func doubled(_ tensor: Tensor<Float>) -> Tensor<Double> {
        let result: Tensor<Double> = source.zeros(tensor.shape)
        for i in 0..<tensor.count { result.base[i] = Double(tensor.base[i]) }
        return result
      }
      let expected: Tensor<Double> = source.poisoned(operands.output.shape)
      attend(
        query: doubled(operands.query), key: doubled(operands.key), value: doubled(operands.value), into: expected,
        scratch: AttentionScratch(keys: keys, workers: 1, in: source.workspace), pool: pool)
      operands.forward(pool)
      #expect(relativeError(operands.output.numbers, expected.numbers) < 1e-6 * max(1, deviation * deviation))
    }
  }

  @Test("attend lets not-a-number through", arguments: [9, 32])
  func notANumber(keys: Int) {
    withTensors { source in
      let operands = Operands<Float>(16, keys, source)
      operands.query.base[4] = .nan
      operands.forward(pool)
      #expect(operands.output.numbers[5..<10].allSatisfy { $0.isNaN })
      #expect(operands.output.numbers[10...].allSatisfy { $0.isFinite })
    }
  }

  @Test("attention: threads change no bit")
  func threads() {
    withTensors { source in
      let operands = Operands<Float>(600, 30, source, workers: 3)
      operands.forward(pool)
      let (output, gradients) = (source.copy(operands.output), operands.backward(source, pool))
      let three = WorkerPool(threads: 3)
      operands.forward(three)
      let others = operands.backward(source, three)
      #expect(areIdentical(output, operands.output))
      #expect(areIdentical(gradients.query, others.query))
      #expect(areIdentical(gradients.key, others.key))
      #expect(areIdentical(gradients.value, others.value))
    }
  }
}
