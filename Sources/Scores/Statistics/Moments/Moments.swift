/// How many samples there are, the sum of their feature vectors x, and the sum of x·xᵀ: all that the Fréchet distance needs of them.
///
/// Sums of raw features, in double precision. Features are non-negative and of the order of 1, so that nothing is lost by not
/// subtracting a mean first: with 50,000 samples of 2,048 features the distance has a relative error of 5·10⁻¹³ from it.
package struct Moments: Sendable, Equatable, TreeAddable {
  /// Number of features.
  package let dimensions: Int
  /// Number of samples.
  package internal(set) var count: Int
  /// Σ x, `dimensions` numbers.
  package internal(set) var sums: [Double]
  /// Σ x·xᵀ, the upper triangle row by row: `dimensions · (dimensions + 1) / 2` numbers.
  package internal(set) var products: [Double]

  /// The moments of no samples.
  package init(dimensions: Int) {
    precondition(dimensions >= 1, "moments of \(dimensions) features")
    self.dimensions = dimensions
    count = 0
    sums = [Double](repeating: 0, count: dimensions)
    products = [Double](repeating: 0, count: Self.triangle(dimensions))
  }

  init(dimensions: Int, count: Int, sums: [Double], products: [Double]) {
    (self.dimensions, self.count, self.sums, self.products) = (dimensions, count, sums, products)
  }

  /// Numbers of the triangle of a square of `side`.
  static func triangle(_ side: Int) -> Int { side * (side + 1) / 2 }

  /// Where row `i` of the triangle would have column 0: element (i, j), j ≥ i, lies j behind it.
  static func rowStart(_ i: Int, _ dimensions: Int) -> Int { i * dimensions - i * (i + 1) / 2 }

  /// Adds the moments of samples that come later.
  package mutating func add(_ later: Moments) { combine(later, sign: 1) }

  /// The moments of the samples without some of them, for instance without a group.
  package func without(_ part: Moments) -> Moments {
    precondition(part.count <= count, "\(part.count) samples left out of \(count)")
    var rest = self
    rest.combine(part, sign: -1)
    return rest
  }

  private mutating func combine(_ other: Moments, sign: Double) {
    precondition(other.dimensions == dimensions, "moments of \(dimensions) and of \(other.dimensions) features")
    count += Int(sign) * other.count
    Self.combine(&sums, other.sums, sign)
    Self.combine(&products, other.products, sign)
  }

  private static func combine(_ a: inout [Double], _ b: [Double], _ sign: Double) {
    a.withUnsafeMutableBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        for i in a.indices { a[i] += sign * b[i] }
      }
    }
  }

  /// Whether all features were finite: otherwise a sum of squares is not.
  package var isFinite: Bool {
    sums.allSatisfy(\.isFinite)
      && (0..<dimensions).allSatisfy { products[Self.rowStart($0, dimensions) + $0].isFinite }
  }
}
