/// A score with what is known of its error.
package struct Score: Hashable, Sendable, Codable {
  /// What it is called, with the extractor's name behind it unless that is Inception: `fd_classifier`, `fid`.
  package let name: String
  /// The value as all tools compute it.
  package let value: Double
  /// The value without the bias that a limited number of images gives it, as the jackknife estimates it; `nil` where it estimates
  /// none.
  package let corrected: Double?
  /// The standard error of the corrected value, or of the value where there is none; `nil` where it is unknown.
  package let standardError: Double?
  /// Whether more is better; `nil` where neither is, as of the deviation of splits.
  package let isBetterHigh: Bool?

  /// A score; less is better unless it says otherwise.
  package init(
    _ name: String, _ value: Double, corrected: Double? = nil, standardError: Double? = nil, isBetterHigh: Bool? = false
  ) {
    (self.name, self.value, self.isBetterHigh) = (name, value, isBetterHigh)
    (self.corrected, self.standardError) = (corrected, standardError)
  }

  /// What is compared with another evaluation's: the corrected value where there is one.
  package var best: Double { corrected ?? value }

  /// Whether it can be told apart from another one of the same name: by more than 1.96 standard errors of the difference, which
  /// chance exceeds in one of twenty pairs of equal generators.
  ///
  /// - Parameter other: A score whose images are others.
  /// - Returns: `nil` where errors are unknown.
  package func differs(from other: Score) -> Bool? {
    guard let error = standardError, let otherError = other.standardError else { return nil }
    return abs(best - other.best) > 1.96 * (error * error + otherError * otherError).squareRoot()
  }
}

/// What is known of one class.
package struct ClassScores: Hashable, Sendable, Codable {
  /// Its name.
  package let name: String
  /// Generated images of it.
  package let generated: Int
  /// Images of it in the reference.
  package let reference: Int
  /// The Fréchet distance of its images; `nil` where it was not asked for, or there are too few.
  package let frechet: Double?
  /// The share of its generated images that are taken for it.
  package let accuracy: Double?
  /// The share of its reference images that lie near a generated one.
  package let recall: Double?

  /// Scores of a class.
  package init(
    _ name: String, generated: Int, reference: Int, frechet: Double? = nil, accuracy: Double? = nil,
    recall: Double? = nil
  ) {
    (self.name, self.generated, self.reference) = (name, generated, reference)
    (self.frechet, self.accuracy, self.recall) = (frechet, accuracy, recall)
  }
}
