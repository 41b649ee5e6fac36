/// Kinds of scores that are asked for together, since they are computed together.
package enum ScoreFamily: String, CaseIterable, Sendable {
  /// The Inception Score of the extractor's logits.
  case inceptionScore = "is"
  /// The Fréchet distance.
  case frechet = "fd"
  /// The Fréchet distance of endlessly many generated images, by a line through those of fewer.
  case frechetInfinity = "fd-infinity"
  /// The kernel distance.
  case kernel = "kd"
  /// Precision and recall.
  case precisionRecall = "pr"
  /// Density and coverage.
  case densityCoverage = "dc"
  /// The mean Fréchet distance of the classes.
  case intraFrechet = "intra-fd"
  /// Whether training images are copied.
  case memorization
  /// The share of generated images that are taken for the class that was asked for.
  case accuracy

  /// Names that other tools use.
  private static let synonyms: [String: ScoreFamily] = [
    "fid": .frechet, "fid-infinity": .frechetInfinity, "kid": .kernel, "intra-fid": .intraFrechet,
    "prdc": .precisionRecall,
  ]

  /// What can be written, for messages and help.
  package static let list = allCases.map(\.rawValue).joined(separator: ", ")

  /// Reads families with commas between, such as `is,fd,pr`; `nil` where one is unknown or there are none.
  ///
  /// - Parameter text: The families, in any order; `all` for all.
  /// - Returns: The families.
  package static func reading(_ text: String) -> Set<ScoreFamily>? {
    if text == "all" { return Set(allCases) }
    var result: Set<ScoreFamily> = []
    for word in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
      guard let family = ScoreFamily(rawValue: word) ?? synonyms[word] else { return nil }
      result.insert(family)
      if word == "prdc" { result.insert(.densityCoverage) }
    }
    return result
  }
}
