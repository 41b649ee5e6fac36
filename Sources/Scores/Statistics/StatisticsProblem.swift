/// What is wrong with numbers that came from outside: the words after "the statistics in FILE …".
package enum StatisticsProblem: Error, Equatable, CustomStringConvertible {
  /// Another number of numbers than the shape wants.
  case size(found: Int, expected: Int)
  /// Not-a-number, infinity, or beyond what single precision holds.
  case notFinite(place: String)
  /// A variance below zero.
  case negativeVariance(index: Int, value: Double)
  /// A covariance whose two halves differ.
  case notSymmetric(row: Int, column: Int, above: Double, below: Double)
  /// A covariance of no distribution: some combination of the features has a variance below zero.
  case indefinite
  /// A number of samples that is none.
  case count(Double)
  /// Sums that no samples have.
  case impossibleSums(index: Int)

  /// What is wrong, as the end of a sentence.
  package var description: String {
    switch self {
    case .size(let found, let expected): "have \(found) numbers where \(expected) are expected"
    case .notFinite(let place): "have a number that is infinite, not a number or above 1e38 in \(place)"
    case .negativeVariance(let index, let value):
      "have the negative variance \(value) of feature \(index): expected zero or more"
    case .notSymmetric(let row, let column, let above, let below):
      "have a covariance that is not symmetric: [\(row), \(column)] is \(above) and [\(column), \(row)] is \(below)"
    case .indefinite:
      "have a covariance that is not positive semidefinite, so that no images can have it"
    case .count(let count): "claim \(count) samples: expected a whole number"
    case .impossibleSums(let index): "have sums of feature \(index) that no samples have"
    }
  }
}
