internal import BLAS
package import Tensors
package import Threads

/// The kernel distance as other programs publish it: the mean over random subsets of either side.
///
/// The deviation of the subsets' distances is published behind ±; it is no error of their mean.
package struct KernelSubsets: Sendable, Equatable {
  /// The mean of the subsets' distances.
  package let value: Double
  /// Their deviation, divided by their number.
  package let deviation: Double
  /// Each subset's distance.
  package let distances: [Double]

  /// Which samples the subsets are.
  package struct Plan: Sendable, Equatable {
    /// For each subset, rows of generated and of real images.
    package let subsets: [(generated: [Int], real: [Int])]

    /// The plan of one subset.
    package init(generated: [Int], real: [Int]) { self.init(subsets: [(generated, real)]) }

    /// The plan of some subsets.
    package init(subsets: [(generated: [Int], real: [Int])]) { self.subsets = subsets }

    /// torch-fidelity's: of each subset generated images are drawn first, with the seed 2020 unless told otherwise.
    ///
    /// - Parameters:
    ///   - generated: Number of generated images.
    ///   - real: Number of real images.
    ///   - subsets: How many subsets there are.
    ///   - size: Images of either side in a subset; there must be as many.
    ///   - seed: The seed.
    /// - Returns: The plan.
    package static func torchFidelity(
      generated: Int, real: Int, subsets: Int = 100, size: Int = 1000, seed: UInt32 = 2020
    ) -> Plan {
      var random = MersenneTwister(seed: seed)
      return Plan(
        subsets: (0..<subsets).map { _ in
          let first = random.choice(generated, size)
          return (first, random.choice(real, size))
        })
    }

    /// clean-fid's: the same, but with as many images of either side as there are of both, and no more than `size`.
    ///
    /// It draws from NumPy's global generator, which it does not seed: to repeat its number, call `numpy.random.seed` before it. Of its
    /// two sets of features the second, here the generated images', is drawn first.
    ///
    /// - Parameters:
    ///   - generated: Number of generated images.
    ///   - real: Number of real images.
    ///   - subsets: How many subsets there are.
    ///   - size: The most images of either side in a subset.
    ///   - seed: The seed.
    /// - Returns: The plan.
    package static func cleanFID(
      generated: Int, real: Int, subsets: Int = 100, size: Int = 1000, seed: UInt32
    ) -> Plan {
      torchFidelity(
        generated: generated, real: real, subsets: subsets, size: min(generated, real, size), seed: seed)
    }

    /// Compares the rows.
    package static func == (a: Plan, b: Plan) -> Bool {
      a.subsets.elementsEqual(b.subsets) { $0.generated == $1.generated && $0.real == $1.real }
    }
  }

  /// The distances of subsets.
  ///
  /// - Parameters:
  ///   - generated: `[m, d]`.
  ///   - real: `[n, d]`.
  ///   - plan: The subsets.
  ///   - pool: Threads, each of which takes a subset.
  package init(generated: Tensor<Float>, real: Tensor<Float>, plan: Plan, pool: WorkerPool) {
    precondition(generated.shape[1] == real.shape[1], "features \(generated.shape) beside \(real.shape)")
    precondition(
      plan.subsets.allSatisfy { $0.generated.count >= 2 && $0.real.count >= 2 }, "a subset of fewer than two images")
    var distances = [Double](repeating: 0, count: plan.subsets.count)
    distances.withUnsafeMutableBufferPointer { distances in
      let distances = Shared(distances)
      pool.run(plan.subsets.count) { subset, _ in
        let (x, y) = plan.subsets[subset]
        distances.pointer[subset] = Self.distance(Rows(generated, x), Rows(real, y))
      }
    }
    self.init(distances: distances)
  }

  /// Mean and deviation of the distances of subsets that were computed apart.
  package init(distances: [Double]) {
    let count = Double(max(distances.count, 1))
    let mean = distances.reduce(0, +) / count
    value = mean
    deviation = (distances.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
    self.distances = distances
  }

  /// The unbiased distance of two subsets.
  private static func distance(_ x: Rows, _ y: Rows) -> Double {
    let (m, n) = (Double(x.count), Double(y.count))
    return x.sum(with: x, skipsDiagonal: true) / (m * (m - 1)) + y.sum(with: y, skipsDiagonal: true) / (n * (n - 1))
      - 2 * x.sum(with: y, skipsDiagonal: false) / (m * n)
  }

  /// Some rows in double precision.
  private struct Rows {
    let count: Int
    private let dimensions: Int
    private var numbers: [Double] = []

    init(_ features: Tensor<Float>, _ rows: [Int]) {
      (count, dimensions) = (rows.count, features.shape[1])
      numbers.reserveCapacity(count * dimensions)
      for row in rows {
        precondition(row >= 0 && row < features.shape[0], "row \(row) of features \(features.shape)")
        for i in 0..<dimensions { numbers.append(Double(features.base[row * dimensions + i])) }
      }
    }

    /// The sum of the kernel over all pairs, in stripes of rows.
    func sum(with other: Rows, skipsDiagonal: Bool) -> Double {
      let stripe = 128
      let workspace = Workspace()
      let products: Tensor<Double> = workspace.tensor(Shape(stripe, other.count))
      var (total, a, b) = (0.0, numbers, other.numbers)
      a.withUnsafeMutableBufferPointer { a in
        b.withUnsafeMutableBufferPointer { b in
          guard let a = a.baseAddress, let b = b.baseAddress else { return }
          for first in stride(from: 0, to: count, by: stripe) {
            let height = min(stripe, count - first)
            multiply(
              Matrix(a + first * dimensions, rows: height, columns: dimensions),
              Matrix(b, rows: other.count, columns: dimensions).transposed,
              into: Matrix(products.base, rows: height, columns: other.count))
            for i in 0..<height {
              var row = 0.0
              for j in 0..<other.count where !(skipsDiagonal && first + i == j) {
                row += KernelDistance.kernel(dot: products.base[i * other.count + j], dimensions: Double(dimensions))
              }
              total += row
            }
          }
        }
      }
      withExtendedLifetime(workspace) {}
      return total
    }
  }
}
