internal import Files

/// The outcome of an evaluation: scores with the protocol that they were taken by.
///
/// It holds no time, rank or host: the same evaluation gives the same bytes.
package struct Evaluation: Hashable, Sendable {
  /// What the scores depend on.
  package let protocolLine: EvaluationProtocol
  /// The scores.
  package let scores: [Score]
  /// The classes, by label; empty where images have none.
  package let classes: [ClassScores]
  /// What people should know before they quote a score.
  package let warnings: [String]

  /// An outcome.
  package init(
    _ protocolLine: EvaluationProtocol, _ scores: [Score], classes: [ClassScores] = [], warnings: [String] = []
  ) {
    (self.protocolLine, self.scores, self.classes, self.warnings) = (protocolLine, scores, classes, warnings)
  }

  /// A score by its name.
  package subscript(name: String) -> Score? { scores.first { $0.name == name } }

  /// The classes, collapsed ones first: those with the greatest Fréchet distance or, where there is none, the least accuracy.
  package var classesByTrouble: [ClassScores] {
    classes.enumerated().sorted { first, second in
      let (a, b) = (first.element, second.element)
      if let x = a.frechet, let y = b.frechet, x != y { return x > y }
      if let x = a.accuracy, let y = b.accuracy, x != y { return x < y }
      return first.offset < second.offset
    }.map(\.element)
  }
}

extension Evaluation: Codable {
  private enum CodingKeys: String, CodingKey {
    case format, scores, classes, warnings
    case protocolLine = "protocol"
  }

  /// Changes whenever the format does.
  private static let format = "sagan evaluation 1"

  /// Writes the outcome.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(Self.format, forKey: .format)
    try container.encode(protocolLine.fields, forKey: .protocolLine)
    try container.encode(scores, forKey: .scores)
    try container.encode(classes, forKey: .classes)
    try container.encode(warnings, forKey: .warnings)
  }

  /// Reads an outcome.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    guard try container.decode(String.self, forKey: .format) == Self.format else {
      throw DecodingError.dataCorruptedError(
        forKey: .format, in: container, debugDescription: "expected the format '\(Self.format)'")
    }
    self.init(
      EvaluationProtocol(try container.decode([EvaluationProtocol.Field].self, forKey: .protocolLine)),
      try container.decode([Score].self, forKey: .scores),
      classes: try container.decode([ClassScores].self, forKey: .classes),
      warnings: try container.decode([String].self, forKey: .warnings))
    guard scores.allSatisfy({ $0.value.isFinite }) else {
      throw DecodingError.dataCorruptedError(
        forKey: .scores, in: container, debugDescription: "a score that is no number")
    }
  }
}
