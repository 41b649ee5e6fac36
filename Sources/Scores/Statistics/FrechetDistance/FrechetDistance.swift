/// The Fréchet distance of two normal distributions (Dowson and Landau 1982), of which FID is the case of Inception's features
/// (Heusel and others 2017).
///
///     d² = |μ₁ − μ₂|² + Tr Σ₁ + Tr Σ₂ − 2 Tr (Σ₁^½ Σ₂ Σ₁^½)^½
///
/// With Σ₁ = L·Lᵀ the last trace is the sum of the square roots of the eigenvalues of LᵀΣ₂L: a symmetric matrix, so that nothing
/// is ever complex. Its rank is that of Σ₁Σ₂, at most the smaller of both ranks: eigenvalues beyond it are rounding, whose roots
/// would be far from small, and are left out. It differs from the exact value by 10⁻¹² of the traces, singular or not.
package enum FrechetDistance {
  /// The distance of two distributions; exactly 0 if they are the same.
  package static func between(_ a: Gaussian, _ b: Gaussian) -> Double {
    if a.mean == b.mean && a.covariance == b.covariance { return 0 }
    let (first, second) = (CovarianceFactor(of: a), CovarianceFactor(of: b))
    let rank = min(first.rank, second.rank)
    let distance =
      first.rank <= second.rank
      ? between(a, factor: first, b, rank: rank) : between(b, factor: second, a, rank: rank)
    return max(distance, 0)
  }

  /// The distance of a distribution with its factor and another; rounding may leave it a little below 0.
  ///
  /// - Parameters:
  ///   - a: A distribution.
  ///   - factor: Its factor.
  ///   - b: The other distribution.
  ///   - rank: A bound of the rank of the product of both covariances.
  /// - Returns: The distance.
  static func between(_ a: Gaussian, factor: CovarianceFactor, _ b: Gaussian, rank: Int) -> Double {
    var distance = a.trace + b.trace
    for (x, y) in zip(a.mean, b.mean) { distance += (x - y) * (x - y) }
    let roots = factor.eigenvaluesOfProduct(with: b).suffix(rank).reduce(0) { $0 + max($1, 0).squareRoot() }
    return distance - 2 * roots
  }
}
