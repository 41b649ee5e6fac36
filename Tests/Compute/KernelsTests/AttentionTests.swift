import Kernels
import Tensors
import TestSupport
import Testing
import Threads

/// Attention against a softmax written out, and its backward against central differences.
@Suite struct AttentionTests {
  private let pool = WorkerPool(threads: 1)

  /// Queries and keys of a map; the kernel takes 256 queries at a time.
  static let extents = [
    (queries: 4, keys: 1), (queries: 16, keys: 4), (queries: 256, keys: 9), (queries: 600, keys: 7),
  ]

  /// Random operands of 2 images: depth 3 and width 5 unless given.
  private struct Operands<Scalar: KernelScalar> {
    let query, key, value, dOutput: Tensor<Scalar>
    let scratch: AttentionScratch<Scalar>
    let output: Tensor<Scalar>

    init(
      _ queries: Int, _ keys: Int, depth: Int = 3, width: Int = 5, _ source: TensorSource, deviation: Double = 1,
      workers: Int = 1
    ) {
      query = source.normal(Shape(2, queries, depth), deviation: deviation)
      key = source.normal(Shape(2, keys, depth), deviation: deviation)
      value = source.normal(Shape(2, keys, width))
      dOutput = source.normal(Shape(2, queries, width))
      output = source.poisoned(Shape(2, queries, width))
      scratch = AttentionScratch(keys: keys, depth: depth, width: width, workers: workers, in: source.workspace)
      for part in [scratch.weights, scratch.gradients] { part.fill(.nan) }
      scratch.packed.fill(.nan)
    }

    /// The same numbers in double precision, for which there is one form of attention alone.
    init(_ other: Operands<Float>, _ source: TensorSource) where Scalar == Double {
      func doubled(_ tensor: Tensor<Float>) -> Tensor<Double> { source.tensor(tensor.shape, tensor.numbers) }
      (query, key, value) = (doubled(other.query), doubled(other.key), doubled(other.value))
      dOutput = doubled(other.dOutput)
      output = source.poisoned(dOutput.shape)
      scratch = AttentionScratch(
        keys: key.shape[1], depth: key.shape[2], width: value.shape[2], workers: 1, in: source.workspace)
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
          return ProbedLoss(loss: innerProduct(of: operands.output.numbers, operands.dOutput.numbers))
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
      let expected = Operands<Double>(operands, source)
      expected.forward(pool)
      operands.forward(pool)
      #expect(relativeError(operands.output.numbers, expected.output.numbers) < 1e-6 * max(1, deviation * deviation))
    }
  }

  /// Extents that panels cover: whole tiles and panels, or not; depths of half a panel and of one.
  static let covered = [
    (queries: 16, keys: 32, depth: 16, width: 32), (queries: 5, keys: 32, depth: 16, width: 64),
    (queries: 64, keys: 64, depth: 32, width: 32), (queries: 301, keys: 96, depth: 48, width: 96),
    (queries: 256, keys: 160, depth: 16, width: 64),
  ]

  @Test("attention by packed products is the one in double precision", arguments: covered)
  func packed(queries: Int, keys: Int, depth: Int, width: Int) {
    withTensors { source in
      // Scores of about 1 in size: weights are then far from 0 and from 1.
      let deviation = 1 / Double(depth).squareRoot().squareRoot()
      let operands = Operands<Float>(
        queries, keys, depth: depth, width: width, source, deviation: deviation, workers: 3)
      let exact = Operands<Double>(operands, source)
      operands.forward(pool)
      exact.forward(pool)
      #expect(relativeError(operands.output.numbers, exact.output.numbers) < 2e-6)
      let (found, expected) = (operands.backward(source, pool), exact.backward(source, pool))
      #expect(relativeError(found.query.numbers, expected.query.numbers) < 2e-6, "query")
      #expect(relativeError(found.key.numbers, expected.key.numbers) < 2e-6, "key")
      #expect(relativeError(found.value.numbers, expected.value.numbers) < 2e-6, "value")
      let output = source.copy(operands.output)
      let three = WorkerPool(threads: 3)
      operands.forward(three)
      let others = operands.backward(source, three)
      #expect(areIdentical(output, operands.output) && areIdentical(found.query, others.query), "threads")
      #expect(areIdentical(found.key, others.key) && areIdentical(found.value, others.value), "threads")
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
