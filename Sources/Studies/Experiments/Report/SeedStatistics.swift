internal import Files
internal import Foundation

/// Numbers of several seeds: their mean and standard deviation.
package struct SeedStatistics: Equatable, Sendable {
  /// How many there are.
  package let count: Int
  /// Their mean.
  package let mean: Double
  /// Their standard deviation, by the divisor n − 1; `nil` for one number.
  package let deviation: Double?

  /// Of numbers; `nil` where there are none.
  package init?(_ values: [Double]) {
    guard !values.isEmpty else { return nil }
    let mean = values.reduce(0, +) / Double(values.count)
    (count, self.mean) = (values.count, mean)
    deviation =
      values.count > 1
      ? (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot() : nil
  }

  /// The error of the mean; `nil` for one number.
  package var error: Double? { deviation.map { $0 / Double(count).squareRoot() } }

  /// Whether the difference from another mean is more than two of its standard errors; `nil` where these are unknown.
  package func differs(from other: SeedStatistics) -> Bool? {
    guard let error, let otherError = other.error else { return nil }
    return abs(mean - other.mean) > 2 * (error * error + otherError * otherError).squareRoot()
  }

  /// The mean, and the deviation where there is one, with so many digits behind the point.
  package func words(_ digits: Int) -> String {
    fixed(mean, digits).replacing("-", with: "−") + (deviation.map { " ± " + fixed($0, digits) } ?? "")
  }
}
