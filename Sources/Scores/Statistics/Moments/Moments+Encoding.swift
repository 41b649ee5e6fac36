extension Moments {
  /// How many numbers the encoded moments of so many features are.
  package static func encodedCount(dimensions: Int) -> Int { 1 + dimensions + triangle(dimensions) }

  /// The moments as numbers, for messages and files: the number of samples, Σ x, and the upper triangle of Σ x·xᵀ.
  package var encoded: [Double] { [Double(count)] + sums + products }

  /// Reads moments back.
  ///
  /// - Parameters:
  ///   - numbers: What `encoded` returned.
  ///   - dimensions: Features of a sample.
  /// - Throws: What is wrong with the numbers.
  package init(decoding numbers: some RandomAccessCollection<Double>, dimensions: Int) throws(StatisticsProblem) {
    let expected = Self.encodedCount(dimensions: dimensions)
    guard numbers.count == expected else { throw .size(found: numbers.count, expected: expected) }
    let head = numbers.first ?? 0
    guard head >= 0, head <= 0x1p53, head == head.rounded() else { throw .count(head) }
    self.init(
      dimensions: dimensions, count: Int(head), sums: Array(numbers.dropFirst().prefix(dimensions)),
      products: Array(numbers.dropFirst(1 + dimensions)))
    // A square of a Float, times 2⁵³ samples, stays below.
    guard sums.allSatisfy({ abs($0) <= 1e60 }) else { throw .notFinite(place: "the sums") }
    guard products.allSatisfy({ abs($0) <= 1e100 }) else { throw .notFinite(place: "the sums of products") }
    for i in 0..<dimensions {
      let square = products[Self.rowStart(i, dimensions) + i]
      // (Σ x)² ≤ N · Σ x² (Cauchy and Schwarz), but for rounding.
      guard square >= 0, sums[i] * sums[i] <= Double(count) * square * (1 + 1e-9) else {
        throw .impossibleSums(index: i)
      }
    }
  }
}
