import ArgumentParser
import Configuration

/// What `sagan train` takes about scores of the generator's samples while it trains.
struct ScoreOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Steps between two evaluations of samples, or none (default: from the preset).", valueName: "N"))
  var evaluateEvery: String?

  @Option(
    help: ArgumentHelp("Samples of an evaluation (default: from the preset).", valueName: "N"), transform: Int.reading)
  var evaluateSamples: Int?

  // Messages of the extractors' own name the shorter option, as that of sagan evaluate.
  @Option(
    name: [.long, .customLong("extractor")],
    help: ArgumentHelp(
      "Network of the scores' features: \(ExtractorChoice.list.joined(separator: ", ")), or auto for Inception if its file is "
        + "there, else the classifier (default: from the preset).", valueName: "NAME"))
  var evaluateExtractor: String?

  @Option(
    help: ArgumentHelp(
      "Keep the checkpoint with the best of these scores for good: fd, is, accuracy, or none (default: fd).",
      valueName: "SCORE"))
  var keepBest: String?

  /// The settings among them.
  var assignments: [SettingAssignment] {
    [
      assignment("evaluate-every", evaluateEvery), assignment("evaluate-samples", evaluateSamples),
      assignment("evaluate-extractor", evaluateExtractor), assignment("keep-best", keepBest),
    ].compactMap { $0 }
  }
}
