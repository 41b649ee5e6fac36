extension Setting {
  /// What decides which scores a run takes of itself, in the order of `config.yaml`.
  static let scores: [Setting] = [
    .optional("evaluate-every", \.evaluateEvery, "none", in: 1...largest, decidesResult: false),
    .integer("evaluate-samples", \.evaluateSamples, in: 100...1_000_000, decidesResult: false),
    Setting(
      key: "evaluate-extractor", decidesResult: false, text: { $0.evaluateExtractor?.description ?? "auto" }
    ) { settings, text in
      let choice = ExtractorChoice(parsing: text)
      guard choice != nil || text == "auto" else {
        return "auto, classifier, inception, inception:FILE, lite0 or lite0:FILE"
      }
      settings.evaluateExtractor = choice
      return nil
    },
    Setting(key: "keep-best", decidesResult: false, text: { $0.keepBest?.rawValue ?? "none" }) { settings, text in
      let score = BestScore(parsing: text)
      guard score != nil || text == "none" else { return "none, fd, is or accuracy" }
      settings.keepBest = score
      return nil
    },
  ]
}

extension TrainingSettings {
  /// Whether a run with these settings scores its samples: a run that ends before the first evaluation, a try of a few steps, is not
  /// worth what comes before it.
  package var takesScores: Bool { evaluateEvery.map { $0 <= steps } ?? false }
}
