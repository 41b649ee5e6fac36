/// Mean and covariance of features: the normal distribution that the Fréchet distance compares.
package struct Gaussian: Sendable, Equatable {
  /// What a sum of squares is divided by.
  package enum Divisor: Sendable, Equatable {
    /// N − 1, as NumPy's `cov` and nearly every program do.
    case samplesMinusOne
    /// N, as StyleGAN's programs do.
    case samples
  }

  /// Samples that it was estimated from, where that is known.
  package let count: Int?
  /// The mean of each feature.
  package let mean: [Double]
  /// The covariance, a symmetric square row by row.
  package let covariance: [Double]

  /// Number of features.
  package var dimensions: Int { mean.count }
  /// The sum of the variances.
  package var trace: Double { mean.indices.reduce(0) { $0 + covariance[$1 * dimensions + $1] } }

  /// The distribution of samples with these moments; finite, and at least two of them.
  ///
  /// - Parameters:
  ///   - moments: Their moments.
  ///   - divisor: What a sum of squares is divided by.
  package init(_ moments: Moments, divisor: Divisor = .samplesMinusOne) {
    precondition(moments.count >= 2, "a covariance of \(moments.count) samples")
    let (d, n) = (moments.dimensions, Double(moments.count))
    let scale = 1 / (divisor == .samples ? n : n - 1)
    let mean = moments.sums.map { $0 / n }
    // Where Σ x² − N·mean² is rounding alone, the feature is constant and varies with no other. Chains of at most 512 additions, whose
    // order is BLAS's own, err by up to 512·2⁻⁵³ of their sum in Σ x² and twice that in N·mean².
    let varies = (0..<d).map { i in
      let square = moments.products[Moments.rowStart(i, d) + i]
      return square - n * mean[i] * mean[i] > 0x1p-42 * square
    }
    covariance = [Double](unsafeUninitializedCapacity: d * d) { square, count in
      for i in 0..<d {
        let start = Moments.rowStart(i, d)
        for j in i..<d {
          let value =
            varies[i] && varies[j] ? (moments.products[start + j] - n * mean[i] * mean[j]) * scale : 0
          square[i * d + j] = value
          square[j * d + i] = value
        }
      }
      count = d * d
    }
    self.mean = mean
    count = moments.count
  }

  /// The distribution that a file of another program names.
  ///
  /// - Parameters:
  ///   - mean: Its mean, `mu`.
  ///   - covariance: Its covariance, `sigma`, row by row. Halves that differ by rounding are averaged.
  ///   - count: Samples behind it, where the file tells.
  /// - Throws: What is wrong with the numbers.
  package init(mean: [Double], covariance: [Double], count: Int? = nil) throws(StatisticsProblem) {
    let d = mean.count
    guard covariance.count == d * d, d > 0 else { throw .size(found: covariance.count, expected: d * d) }
    guard mean.allSatisfy({ abs($0) <= 1e38 }) else { throw .notFinite(place: "the mean") }
    guard covariance.allSatisfy({ abs($0) <= 1e76 }) else { throw .notFinite(place: "the covariance") }
    let variances = (0..<d).map { covariance[$0 * d + $0] }
    let largest = variances.max() ?? 0
    // Programs that compute in single precision leave errors of 1e-7 of the largest variance.
    let tolerance = 1e-5 * max(largest, 0)
    var symmetric = covariance
    for i in 0..<d {
      guard variances[i] >= -tolerance, largest >= 0 else {
        throw .negativeVariance(index: i, value: variances[i])
      }
      for j in i..<d {
        let (above, below) = (covariance[i * d + j], covariance[j * d + i])
        guard abs(above - below) <= tolerance else {
          throw .notSymmetric(row: i, column: j, above: above, below: below)
        }
        symmetric[i * d + j] = above == below ? above : (above + below) / 2
        symmetric[j * d + i] = symmetric[i * d + j]
      }
    }
    (self.mean, self.covariance, self.count) = (mean, symmetric, count)
    // What a factor leaves of a covariance is rounding; of another matrix, more.
    guard CovarianceFactor(of: self).largestRest(of: self) <= tolerance else { throw .indefinite }
  }
}
