import Kernels
import Tensors
import TestSupport
import Testing
import Threads

/// What is shown of attention's weights while it runs, and what is measured of them.
@Suite struct AttentionWeightsTests {
  /// Extents of maps with keys pooled 2 × 2: panels cover the second and third, the last has two tiles of queries.
  static let extents = [
    (side: 4, depth: 3, width: 5), (side: 16, depth: 16, width: 32), (side: 16, depth: 32, width: 64),
    (side: 20, depth: 3, width: 5),
  ]

  /// The weights of 2 images `[2, Q, K]`, as `attend` shows them to several threads.
  private func shown<Scalar: KernelScalar>(
    _ query: Tensor<Scalar>, _ key: Tensor<Scalar>, _ value: Tensor<Scalar>, threads: Int, _ source: TensorSource
  ) -> (weights: Tensor<Scalar>, output: Tensor<Scalar>, unseen: Tensor<Scalar>) {
    let (queries, keys, width) = (query.shape[1], key.shape[1], value.shape[2])
    let scratch = AttentionScratch<Scalar>(
      keys: keys, depth: key.shape[2], width: width, workers: threads, in: source.workspace)
    let weights: Tensor<Scalar> = source.poisoned(Shape(2, queries, keys))
    let output: Tensor<Scalar> = source.poisoned(Shape(2, queries, width))
    let unseen: Tensor<Scalar> = source.poisoned(output.shape)
    let pool = WorkerPool(threads: threads)
    var watch = AttentionWatch<Scalar>()
    watch.weights = weights
    attend(query: query, key: key, value: value, into: output, scratch: scratch, pool: pool, watch: watch)
    attend(query: query, key: key, value: value, into: unseen, scratch: scratch, pool: pool)
    return (weights, output, unseen)
  }

  @Test(arguments: extents)
  func areThoseThatTheOutputIsMadeOf(side: Int, depth: Int, width: Int) {
    withTensors { source in
      let (queries, keys) = (side * side, side * side / 4)
      let deviation = 1 / Double(depth).squareRoot().squareRoot()
      let query: Tensor<Float> = source.normal(Shape(2, queries, depth), deviation: deviation)
      let key: Tensor<Float> = source.normal(Shape(2, keys, depth), deviation: deviation)
      let value: Tensor<Float> = source.normal(Shape(2, keys, width))
      let found = shown(query, key, value, threads: 1, source)
      let again = shown(query, key, value, threads: 2, source)
      #expect(areIdentical(found.weights, again.weights), "threads")
      #expect(areIdentical(found.output, found.unseen), "whether somebody looks changes bits")
      let (q, k, v) = (query.numbers, key.numbers, value.numbers)
      let (weights, output) = (found.weights.numbers, found.output.numbers)
      var (farthest, farthestSum, farthestOutput) = (0.0, 0.0, 0.0)
      for row in 0..<2 * queries {
        let n = row / queries
        let scores = (0..<keys).map { j in
          (0..<depth).reduce(0.0) { $0 + q[row * depth + $1] * k[(n * keys + j) * depth + $1] }
        }
        let top = scores.max() ?? 0
        let exponentials = scores.map { Double.exponential($0 - top) }
        let total = exponentials.reduce(0, +)
        let mine = Array(weights[row * keys..<(row + 1) * keys])
        for j in 0..<keys { farthest = max(farthest, abs(mine[j] - exponentials[j] / total)) }
        farthestSum = max(farthestSum, abs(mine.reduce(0, +) - 1))
        for e in 0..<width {
          let sum = (0..<keys).reduce(0.0) { $0 + mine[$1] * v[(n * keys + $1) * width + e] }
          farthestOutput = max(farthestOutput, abs(sum - output[row * width + e]))
        }
      }
      #expect(farthest < 1e-6 && farthestSum < 1e-6 && farthestOutput < 4e-6)
    }
  }

  @Test func equalWeightsSpreadWidely() {
    let side = 8
    let weights = [Double](repeating: 1 / 16.0, count: 64 * 16)
    let measures = AttentionSpread(side: side).part(of: weights, 0..<64)
    #expect(abs(measures.entropy - Double.logarithm(16)) < 1e-12)
    var sum = 0.0
    for q in 0..<64 {
      for k in 0..<16 { sum += weights[k] * Self.distance(q, k, side: side) / 64 }
    }
    #expect(abs(measures.distance - sum) < 1e-6)
  }

  @Test func oneKeyHasNoEntropyAndItsOwnDistance() {
    let side = 6
    for (query, key) in [(0, 0), (35, 0), (7, 4), (12, 8)] {
      var weights = [Float](repeating: 0, count: 9)
      weights[key] = 1
      let measures = AttentionSpread(side: side).part(of: weights, query..<query + 1)
      #expect(measures.entropy == 0)
      #expect(abs(measures.distance * 36 - Self.distance(query, key, side: side)) < 1e-6, "\(query), \(key)")
    }
  }

  @Test func partsOfTilesAddUpToTheMean() {
    withTensors { source in
      let (side, keys) = (8, 16)
      let weights: Tensor<Float> = source.normal(Shape(64, keys))
      for row in 0..<64 {
        let exponentials = (0..<keys).map { Float.exponential(weights.base[row * keys + $0]) }
        for j in 0..<keys { weights.base[row * keys + j] = exponentials[j] / exponentials.reduce(0, +) }
      }
      let spread = AttentionSpread(side: side)
      let whole = spread.part(of: UnsafePointer(weights.base), 0..<64)
      var sum = AttentionSpread.Measures()
      for start in [0, 24] {
        sum += spread.part(of: UnsafePointer(weights.base) + start * keys, start..<(start == 0 ? 24 : 64))
      }
      #expect(abs(whole.entropy - sum.entropy) < 1e-12 && abs(whole.distance - sum.distance) < 1e-12)
      #expect(whole.entropy > 1 && whole.entropy < Double.logarithm(16))
    }
  }

  /// How far a key lies from a query, in sides of the map, by the places of their middles.
  private static func distance(_ query: Int, _ key: Int, side: Int) -> Double {
    let pooled = side / 2
    let down = Double(query / side) + 0.5 - 2 * (Double(key / pooled) + 0.5)
    let across = Double(query % side) + 0.5 - 2 * (Double(key % pooled) + 0.5)
    return (down * down + across * across).squareRoot() / Double(side)
  }
}
