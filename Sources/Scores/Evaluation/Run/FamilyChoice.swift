internal import Datasets

/// Which scores can be had of two sides with an extractor.
struct FamilyChoice {
  let extractor: String
  let hasLogits: Bool
  let isLabelled: Bool
  let hasHeldOut: Bool
  /// Images of the smaller side; `nil` where one is known by its moments alone.
  let samples: Int?
  /// Whether generated images are there, and not only their moments.
  var hasImages = true
  /// The program whose scores are repeated.
  var tool: ScoringTool?

  /// The scores to compute.
  ///
  /// - Parameter wanted: What the user named; nothing for all that can be had.
  /// - Returns: At least one.
  /// - Throws: `DatasetError` if one was named that cannot be had.
  func families(_ wanted: Set<ScoreFamily>) throws(DatasetError) -> Set<ScoreFamily> {
    let possible = Set(ScoreFamily.allCases.filter { obstacle($0) == nil })
    // The line through distances is for comparison with others' figures: the jackknife has less error.
    if wanted.isEmpty { return possible.subtracting([.frechetInfinity]) }
    for family in ScoreFamily.allCases where wanted.contains(family) {
      guard let obstacle = obstacle(family) else { continue }
      throw DatasetError(.configuration, "the score '\(family.rawValue)' \(obstacle)")
    }
    return wanted
  }

  /// Why a score cannot be had; the end of a sentence.
  private func obstacle(_ family: ScoreFamily) -> String? {
    if let obstacle = tool?.obstacle(family) { return obstacle }
    guard hasImages || family == .frechet else {
      return "needs images, and of the generated ones only statistics are there; ask for fd, or name the images"
    }
    guard samples != nil || [.frechet, .frechetInfinity, .inceptionScore, .accuracy].contains(family) else {
      return
        "needs the images of the reference, of which only statistics are there; ask for fd, or name images with --data or --reference"
    }
    switch family {
    case .inceptionScore:
      return hasLogits
        ? nil : "needs logits, which this file of \(extractor) has no weights for; leave it out, or choose another file"
    case .accuracy:
      return extractor == "classifier" && isLabelled
        ? nil
        : "needs the data set's own classifier and images of its classes; choose --extractor classifier, or leave it out"
    case .intraFrechet:
      return isLabelled
        ? nil : "needs images of the same classes on both sides; put those of each class into a folder of its own"
    case .memorization:
      return hasHeldOut
        ? nil
        : "needs images that were not trained on: test images of the data set, or a run with --held-out 10%; leave it out otherwise"
    case .precisionRecall, .densityCoverage:
      return samples ?? 0 > 20 ? nil : "needs more than 20 images; draw more with --samples"
    case .frechet, .frechetInfinity, .kernel: return nil
    }
  }
}
