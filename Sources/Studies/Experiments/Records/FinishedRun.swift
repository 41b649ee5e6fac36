internal import Files

/// What a finished run leaves for reports: all of it but weights, grids along the way and lines that no curve needs.
package struct FinishedRun: Codable, Sendable {
  /// A score of an evaluation.
  package struct Score: Codable, Hashable, Sendable {
    /// What it is called, with the extractor's name.
    package let name: String
    /// Its value as all tools compute it.
    package let value: Double
    /// Its standard error; `nil` where it is unknown.
    package let error: Double?
  }

  /// Scores of the generator after a step.
  package struct Evaluation: Codable, Hashable, Sendable {
    /// The step.
    package let step: Int
    /// Seconds of training up to it, evaluations left out; `nil` where the metrics do not tell.
    package let seconds: Double?
    /// The scores.
    package let scores: [Score]

    /// A score by the beginning of its name, whatever the extractor.
    package subscript(kind: ScoreKind) -> Double? { scores.first { kind.isName($0.name) }?.value }
  }

  /// Something that training warned of.
  package struct Warning: Codable, Hashable, Sendable {
    /// The step of the line of metrics.
    package let step: Int
    /// What it is.
    package let sentence: String
  }

  /// Numbers over steps.
  package struct Curve: Codable, Hashable, Sendable {
    /// The number's name in the metrics.
    package let name: String
    /// Its steps.
    package let steps: [Int]
    /// Its values.
    package let values: [Double]
  }

  /// Where the run took place.
  package struct Place: Codable, Hashable, Sendable {
    /// The program's version, and the instructions that it was built for.
    package let program, instructionSet: String
    /// The commit that was checked out there.
    package let sourceCommit: String?
    /// The processor's name, where the system tells.
    package let processor: String?
    /// The hosts.
    package let hosts: [String]
    /// Ranks, and threads of each.
    package let ranks, threads: Int
  }

  /// Changes whenever the format does.
  static let format = "sagan experiment record 1"

  /// `format`.
  package let format: String
  /// What tells the run from others, but for its seed.
  package let key: String
  /// Its seed.
  package let seed: Int
  /// Every setting.
  package let settings: [NamedText]
  /// What `sagan train` got.
  package let arguments: [String]
  /// Where it took place.
  package let place: Place
  /// A checksum of its images.
  package let dataFingerprint: String
  /// The number of their classes.
  package let classes: Int
  /// Steps, and real images that the discriminator saw in each.
  package let steps, imagesPerStep: Int
  /// Parameters of the generator and of the discriminator.
  package let generatorParameters, discriminatorParameters: Int
  /// Seconds of training, evaluations left out, and of all that the processes took.
  package let seconds, allSeconds: Double
  /// Evaluations along the way, the last one after the last step.
  package let evaluations: [Evaluation]
  /// What all of them depend on, but for the weights: the protocol's fields.
  package let protocolLine: [NamedText]
  /// The step of the checkpoint that was kept for its score; `nil` where none was.
  package let bestStep: Int?
  /// More scores, taken after the last step, of the best and of the last checkpoint: against images that training never saw, where
  /// the data have some.
  package let closingBest, closingLast: Evaluation?
  /// What training warned of.
  package let warnings: [Warning]
  /// Numbers that reports draw.
  package let curves: [Curve]

  /// The name of its folder.
  package var name: String { "\(key)-s\(seed)" }

  /// The last value of a curve.
  package func last(_ name: String) -> Double? { curves.first { $0.name == name }?.values.last }

  /// A setting's value.
  package func setting(_ name: String) -> String? { settings.first { $0.name == name }?.value }
}

/// Scores of runs, whatever the extractor.
package enum ScoreKind: String, CaseIterable, Sendable {
  /// The Fréchet distance.
  case frechet = "FD"
  /// The Inception Score.
  case inceptionScore = "IS"
  /// The share of generated images that are taken for the class that was asked for.
  case accuracy
  /// The mean over classes of the Fréchet distance within each.
  case intraFrechet = "intra FD"
  /// The shares of generated images that are like real ones, and of real ones that are like generated ones.
  case precision, recall

  /// Whether more is better.
  package var isBetterHigh: Bool { self != .frechet && self != .intraFrechet }

  /// Whether a score of an evaluation is of this kind.
  func isName(_ name: String) -> Bool {
    switch self {
    case .frechet: name == "fid" || name.hasPrefix("fd_")
    case .inceptionScore: name == "is" || name.hasPrefix("is_") && !name.hasSuffix("_deviation")
    case .accuracy: name == "accuracy"
    case .intraFrechet: name == "intra_fid" || name.hasPrefix("intra_fd_")
    case .precision, .recall: name.hasPrefix(rawValue + "_")
    }
  }
}
