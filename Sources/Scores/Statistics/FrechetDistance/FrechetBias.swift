internal import BLAS
internal import Tensors

/// How much a finite number of samples adds to a Fréchet distance.
package enum FrechetBias {
  /// The constant C of the bias C/N of each sampled side, for two sides of about the same covariance.
  ///
  ///     C = Tr Σ + ½ Σᵢⱼ λᵢλⱼ (1 + δᵢⱼ) / (λᵢ + λⱼ)
  ///
  /// The first term is that of the means. The second is the expected second-order term of the traces, with the variance
  /// (1 + δᵢⱼ)·λᵢλⱼ/N of the elements of an estimated covariance in its own eigenvectors. For Inception's features of natural
  /// images it is about 30,000: 50,000 samples on either side add 1.2 to FID, 10,000 add 6.
  ///
  /// - Parameter gaussian: The distribution of either side.
  /// - Returns: The constant C.
  package static func constant(of gaussian: Gaussian) -> Double {
    let d = gaussian.dimensions
    let workspace = Workspace()
    let square: Tensor<Double> = workspace.tensor(Shape(d, d))
    _ = square.elements.update(fromContentsOf: gaussian.covariance)
    let values = eigenvalues(of: Matrix(square.base, rows: d, columns: d)).map { max($0, 0) }
    withExtendedLifetime(workspace) {}
    var traces = 0.0
    for (i, a) in values.enumerated() where a > 0 {
      // The term of i = j, λ²·2/(2λ), and twice those of j < i.
      traces += a
      for b in values[..<i] { traces += 2 * a * b / (a + b) }
    }
    return gaussian.trace + traces / 2
  }

  /// The bias to expect: C/N for each sampled side.
  ///
  /// - Parameters:
  ///   - constant: C.
  ///   - counts: Samples of each side that is sampled.
  /// - Returns: What is expected to be added to the distance.
  package static func expected(constant: Double, counts: [Int]) -> Double {
    counts.reduce(0) { $0 + constant / Double(max($1, 1)) }
  }
}

/// FID∞ (Chong and Forsyth 2020): distances of growing numbers of generated images lie on a line in 1/N, whose value at 0 is free of
/// their bias.
///
/// The jackknife does the same with less error. This is for comparison with others' figures.
package enum FrechetExtrapolation {
  /// The numbers of leading groups whose distances are fitted: 15 of them, from a tenth of the groups on, or fewer.
  package static func prefixes(of groups: Int) -> [Int] {
    let (first, wanted) = (max(groups / 10, 1), 15)
    if groups <= first { return groups > 0 ? [groups] : [] }
    let steps = min(wanted, groups - first + 1)
    return (0..<steps).map { first + ($0 * (groups - first) + (steps - 1) / 2) / max(steps - 1, 1) }
  }

  /// The distance from `real` of the first so many groups: a job of its own.
  ///
  /// - Parameters:
  ///   - prefix: How many groups.
  ///   - generated: The moments of all groups; at least two samples in those that are taken.
  ///   - divisor: What a sum of squares is divided by.
  ///   - real: The reference.
  /// - Returns: The distance.
  package static func distance(
    ofFirst prefix: Int, of generated: [Moments], divisor: Gaussian.Divisor = .samplesMinusOne, from real: FrechetSide
  ) -> Double {
    guard let moments = generated.prefix(prefix).sumAlongTree(), moments.count >= 2 else {
      preconditionFailure("a distance of \(prefix) of \(generated.count) groups")
    }
    let gaussian = Gaussian(moments, divisor: divisor)
    return FrechetDistance.between(
      real.gaussian, factor: real.factor, gaussian, rank: min(real.rank, moments.count - 1))
  }

  /// The value at 1/N = 0 of the line through (1/N, distance), by least squares; `nil` of fewer than two different N.
  package static func value(counts: [Int], distances: [Double]) -> Double? {
    precondition(counts.count == distances.count, "\(counts.count) counts of \(distances.count) distances")
    let n = Double(counts.count)
    let x = counts.map { 1 / Double($0) }
    let (meanX, meanY) = (x.reduce(0, +) / n, distances.reduce(0, +) / n)
    let spread = x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }
    guard spread > 0 else { return nil }
    let slope = zip(x, distances).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) } / spread
    return meanY - slope * meanX
  }
}
