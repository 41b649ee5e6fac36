package import Statistics

/// Which scores are asked for, and by which of the definitions in use.
package struct ScoreRequest: Sendable {
  /// The scores.
  package var families: Set<ScoreFamily>
  /// How the Inception Score cuts images into splits.
  package var splits = 10
  /// Which neighbour the radii of precision's and recall's balls lead to.
  package var neighbours = 3
  /// Whether a ball holds its boundary.
  package var boundary = BallBoundary.included
  /// What covariances divide by.
  package var divisor = Gaussian.Divisor.samplesMinusOne

  /// The usual definitions of some scores.
  package init(_ families: Set<ScoreFamily>) { self.families = families }

  /// Adds the fields of definitions to a protocol.
  func describe(in line: inout EvaluationProtocol) {
    line.add("metrics", ScoreFamily.allCases.filter(families.contains).map(\.rawValue).joined(separator: ","))
    if families.contains(.inceptionScore) { line.add("splits", splits) }
    if !families.isDisjoint(with: [.precisionRecall, .densityCoverage]) {
      line.add("neighbours", neighbours)
      line.add("boundary", boundary == .included ? "included" : "excluded")
    }
    if !families.isDisjoint(with: [.frechet, .intraFrechet]) {
      line.add("covariance", divisor == .samplesMinusOne ? "n-1" : "n")
    }
  }
}
