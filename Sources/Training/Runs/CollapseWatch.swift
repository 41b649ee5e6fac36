package import Trainer

/// Finds in the lines of metrics that the generator has collapsed or the discriminator has won, before samples show it.
package struct CollapseWatch {
  /// Below this difference, samples of a class are one image.
  private static let leastDiversity = 0.01
  /// With this difference a class has many images.
  private static let enoughDiversity = 0.1
  /// Below this share of the largest diversity so far, most of a class's samples have gone.
  private static let leastShare = 0.1
  /// A discriminator with a smaller loss tells all images apart, for which the hinge needs a gap of 2.
  private static let leastLoss = 0.02
  private static let linesOfVictory = 5

  private var largestDiversity = 0.0
  private var isCollapsed = false
  private var linesWon = 0

  /// What a line of metrics says of it.
  struct Line {
    /// The step of the line.
    let step: Int
    /// The discriminator's loss.
    let loss: Double
    /// How much larger logits of real images are than those of samples.
    let gap: Double
    /// The difference of two samples of a class, if it was measured.
    let diversity: Double?
  }

  /// A watch that has seen nothing.
  package init() {}

  /// The step of the last line in which nothing was wrong.
  package private(set) var healthyStep = 0
  /// What `healthyStep` was at each warning.
  private(set) var healthyStepsOfWarnings: [Int] = []

  /// Takes down a line of metrics.
  ///
  /// - Parameters:
  ///   - report: What the step of the line reports.
  ///   - step: The step.
  /// - Returns: What to tell the user, when something begins: sentences that advice completes.
  package mutating func warning(_ report: StepReport, step: Int) -> String? {
    warning(
      Line(
        step: step, loss: report.discriminatorLoss, gap: report.logitReal - report.logitFake,
        diversity: report.diversity))
  }

  /// The same for a line that was read.
  mutating func warning(_ line: Line) -> String? {
    let warnings = [line.diversity.flatMap { judge(diversity: $0) }, judge(line)].compactMap { $0 }
    if !isCollapsed, linesWon == 0 { healthyStep = line.step }
    guard !warnings.isEmpty else { return nil }
    healthyStepsOfWarnings.append(healthyStep)
    return warnings.joined(separator: " and ")
  }

  private mutating func judge(diversity: Double) -> String? {
    defer { largestDiversity = max(largestDiversity, diversity) }
    let threshold = max(Self.leastDiversity, Self.leastShare * largestDiversity)
    // A collapse ends well above the threshold at which it begins, so that a value near it gives one warning.
    if diversity >= Self.enoughDiversity { isCollapsed = false }
    guard diversity < threshold, !isCollapsed else { return nil }
    isCollapsed = true
    let past = largestDiversity > diversity ? " after up to \(short(largestDiversity))" : ""
    return
      "the generator collapses: two samples of one class differ by \(short(diversity))\(past) (root mean square over "
      + "pixels, which go from −1 to 1); if samples look bad, too,"
  }

  private mutating func judge(_ line: Line) -> String? {
    let hasWon = line.loss < Self.leastLoss && line.gap >= 2
    linesWon = hasWon ? linesWon + 1 : 0
    guard linesWon == Self.linesOfVictory else { return nil }
    return "the discriminator has won: it tells real from generated images with a loss of "
      + "\(short(line.loss)) and learns nothing any more; where the data set is not too small for the network,"
  }

  /// A number with three decimals.
  private func short(_ number: Double) -> String { "\((number * 1000).rounded() / 1000)" }
}
