package import Statistics

/// Which scores are asked for, and by which of the definitions in use.
package struct ScoreRequest: Sendable {
  /// The scores.
  package var families: Set<ScoreFamily>
  /// How the Inception Score cuts images into splits.
  package var splits = Self.usualSplits
  /// How many the papers take.
  static let usualSplits = 10
  /// Which neighbour the radii of precision's and recall's balls lead to.
  package var neighbours = 3
  /// Whether a ball holds its boundary.
  package var boundary = BallBoundary.included
  /// What covariances divide by.
  package var divisor = Gaussian.Divisor.samplesMinusOne
  /// The program whose definitions are taken; this one's where `nil`.
  package let tool: ScoringTool?
  /// How many subsets a tool's kernel distance is the mean of.
  package var kernelSubsets = 100
  /// Images of either side in a subset.
  package var kernelSubsetSize = 1000

  /// The usual definitions of some scores, or another program's.
  ///
  /// - Parameters:
  ///   - families: The scores.
  ///   - tool: The program.
  package init(_ families: Set<ScoreFamily>, like tool: ScoringTool? = nil) {
    (self.families, self.tool) = (families, tool)
    if let tool { divisor = tool.divisor }
  }

  /// Adds the fields of definitions to a protocol.
  func describe(in line: inout EvaluationProtocol) {
    if let tool { line.add("like", tool.rawValue) }
    line.add("metrics", ScoreFamily.allCases.filter(families.contains).map(\.rawValue).joined(separator: ","))
    if families.contains(.inceptionScore) { line.add("splits", tool == .adm ? "of 5000" : "\(splits)") }
    if tool != nil, families.contains(.kernel) {
      line.add("kernel-subsets", "\(kernelSubsets)x\(kernelSubsetSize)")
      line.add("kernel-seed", ScoringTool.subsetSeed)
    }
    if !families.isDisjoint(with: [.precisionRecall, .densityCoverage]) {
      line.add("neighbours", neighbours)
      line.add("boundary", boundary == .included ? "included" : "excluded")
    }
    if !families.isDisjoint(with: [.frechet, .frechetInfinity, .intraFrechet]) {
      line.add("covariance", divisor == .samplesMinusOne ? "n-1" : "n")
    }
  }
}
