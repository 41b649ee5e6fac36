/// A score with what is known of its error.
package struct Estimate: Sendable, Equatable {
  /// The score of all samples, as other programs compute it.
  package let value: Double
  /// The score without the bias that comes from a finite number of samples, where it can be removed.
  package let corrected: Double?
  /// The standard error, where there are enough samples to know it.
  package let standardError: Double?

  /// A score with what is known of its error.
  package init(_ value: Double, corrected: Double? = nil, standardError: Double? = nil) {
    (self.value, self.corrected, self.standardError) = (value, corrected, standardError)
  }

  /// The best single figure: without bias where it can be removed.
  package var best: Double { corrected ?? value }

  /// Whether two independent scores differ by more than chance explains, at the level of 5 %.
  ///
  /// The difference of two scores with the errors s and t has the error √(s² + t²), and stays within 1.96 of it in 95 of 100
  /// cases where both measure the same. For scores that share their samples or their reference use
  /// `LeaveOneOut.difference`, whose error does not count what cancels.
  ///
  /// - Parameter other: The other score.
  /// - Returns: `nil` where an error is not known.
  package func differs(from other: Estimate) -> Bool? {
    guard let s = standardError, let t = other.standardError else { return nil }
    return abs(best - other.best) > Self.deviations * (s * s + t * t).squareRoot()
  }

  /// Standard errors within which 95 of 100 scores lie.
  package static let deviations = 1.96
}

extension Estimate {
  /// The mean of scores of independent samples, for instance of one score for each class.
  ///
  /// - Parameter parts: The scores; at least one.
  /// - Returns: The mean, corrected where all are, with the error √(Σ s²) / K where all are known.
  package static func mean(of parts: [Estimate]) -> Estimate {
    precondition(!parts.isEmpty, "the mean of no scores")
    let count = Double(parts.count)
    let corrected = parts.compactMap(\.corrected)
    let errors = parts.compactMap(\.standardError)
    return Estimate(
      parts.reduce(0) { $0 + $1.value } / count,
      corrected: corrected.count == parts.count ? corrected.reduce(0, +) / count : nil,
      standardError: errors.count == parts.count ? errors.reduce(0) { $0 + $1 * $1 }.squareRoot() / count : nil)
  }
}
