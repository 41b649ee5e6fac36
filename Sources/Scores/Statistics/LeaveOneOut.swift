/// A score, and what becomes of it when each group of samples is left out: the material of the jackknife.
///
/// With G groups, f the score of all samples and f₍₋b₎ that without group b, the jackknife (Quenouille 1956, Tukey 1958) has
///
///     corrected       f + Σ_sides (G − 1) · (f − mean f₍₋b₎)
///     standard error  √( Σ_sides (G − 1)/G · Σ_b (f₍₋b₎ − mean f₍₋b₎)² )
///
/// The first removes the part of the bias that falls as 1/N. A side is a set of samples drawn on its own: generated images are one,
/// real images another, and so is each split of a score that is a mean over splits. Bias and variance of the sides add up.
package struct LeaveOneOut: Sendable, Equatable {
  /// The score of all samples.
  package let value: Double
  /// For each side, the score without each of its groups; none for a side that is not sampled, or has fewer than two groups.
  package let sides: [[Double]]

  /// Whether the score has a bias that falls as 1/N, for the jackknife to remove.
  package let isBiased: Bool

  /// A score with what it is without each group of each side.
  ///
  /// - Parameters:
  ///   - value: The score of all samples.
  ///   - sides: For each side, the score without each of its groups.
  ///   - isBiased: Whether the score has a bias that falls as 1/N; means and unbiased estimates have none.
  package init(_ value: Double, sides: [[Double]], isBiased: Bool = true) {
    (self.value, self.sides, self.isBiased) = (value, sides, isBiased)
  }

  /// The score with its error, corrected where it is biased and where groups could be left out.
  package var estimate: Estimate {
    let sampled = sides.filter { $0.count > 1 }
    if sampled.isEmpty { return Estimate(value) }
    var (corrected, variance) = (value, 0.0)
    for scores in sampled {
      let count = Double(scores.count)
      let mean = scores.reduce(0, +) / count
      corrected += (count - 1) * (value - mean)
      variance += (count - 1) / count * scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
    return Estimate(value, corrected: isBiased ? corrected : nil, standardError: variance.squareRoot())
  }

  /// The difference of two scores that have a side in common, such as those of the same generated images against images that
  /// were trained on and against others.
  ///
  /// What the common side adds to both cancels group by group; the other sides are independent.
  ///
  /// - Parameters:
  ///   - first: A score.
  ///   - second: The score to subtract.
  ///   - common: Which side of both is the same samples in the same groups.
  /// - Returns: The difference, with `common` as the first side.
  package static func difference(_ first: LeaveOneOut, _ second: LeaveOneOut, common: Int = 0) -> LeaveOneOut {
    precondition(
      first.sides[common].count == second.sides[common].count,
      "\(first.sides[common].count) and \(second.sides[common].count) groups of the same samples")
    func others(_ sides: [[Double]]) -> [[Double]] { sides.indices.filter { $0 != common }.map { sides[$0] } }
    return LeaveOneOut(
      first.value - second.value,
      sides: [zip(first.sides[common], second.sides[common]).map { $0 - $1 }]
        + others(first.sides).map { $0.map { $0 - second.value } }
        + others(second.sides).map { $0.map { first.value - $0 } },
      isBiased: first.isBiased || second.isBiased)
  }
}
