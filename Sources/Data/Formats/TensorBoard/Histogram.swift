/// How finite numbers are distributed over equally wide bins.
public struct Histogram: Sendable, Equatable {
  /// The least number.
  public let minimum: Double
  /// The greatest number.
  public let maximum: Double
  /// How many numbers there are.
  public let count: Double
  /// Their sum.
  public let sum: Double
  /// The sum of their squares.
  public let sumOfSquares: Double
  /// The upper limits of the bins, the last of them being the maximum.
  public let limits: [Double]
  /// How many numbers lie in each bin.
  public let counts: [Double]

  /// Counts numbers.
  ///
  /// - Parameters:
  ///   - numbers: At least one, all finite.
  ///   - bins: How many bins there are, unless all numbers are the same.
  public init(_ numbers: [Double], bins: Int = 30) {
    guard let least = numbers.min(), let greatest = numbers.max() else {
      preconditionFailure("a histogram of no numbers")
    }
    let bins = least < greatest ? bins : 1
    let width = (greatest - least) / Double(bins)
    var counts = [Double](repeating: 0, count: bins)
    for number in numbers {
      let bin = width > 0 ? Int((number - least) / width) : 0
      counts[min(bin, bins - 1)] += 1
    }
    minimum = least
    maximum = greatest
    count = Double(numbers.count)
    sum = numbers.reduce(0, +)
    sumOfSquares = numbers.reduce(0) { $0 + $1 * $1 }
    limits = (1..<bins).map { least + Double($0) * width } + [greatest]
    self.counts = counts
  }
}
