internal import Checkpoints
internal import Configuration
internal import DataParallel
internal import Datasets
internal import Files
internal import Logging
package import Runs
package import Sampling
internal import Statistics
internal import Threads

/// Scores a run's samples while it trains: those scores that need of the reference its moments alone.
///
/// They are, to the last bit, those of `sagan evaluate` for a checkpoint of the same step with the same numbers of images.
package final class TrainingEvaluator: RunEvaluator {
  /// Images of the reference at most: beyond them its moments hardly change, and computing their features takes long.
  private static let referenceLimit = 100_000
  /// Images of a pass; decides no bit.
  private static let batch = 64

  private let context: RunContext
  private let settings: TrainingSettings
  private let extractor: any RowExtractor
  private let reference: FrechetSide
  private let referenceFingerprint: String
  private let referenceLabels: [Int32]
  private let classNames: [String]
  private let request: ScoreRequest
  private let scoring: Scoring

  /// What scores a run's samples, where its data allow for the network that its settings name.
  ///
  /// - Parameter context: The run.
  /// - Returns: `nil`, of which people are warned, where images of one class have no classifier.
  /// - Throws: A `ReportedError` on one rank, `RemoteFailureError` on the others.
  package static func make(_ context: RunContext) throws -> (any RunEvaluator)? {
    let isClassifier = (context.configuration.settings.evaluateExtractor ?? .classifier) == .classifier
    guard isClassifier, context.source.summary.histogram.count(where: { $0 > 0 }) < 2 else {
      return try TrainingEvaluator(context)
    }
    context.logger.warning(
      """
      the run takes no scores: all images are of one class, and a classifier needs two; --evaluate-extractor inception or lite0 \
      takes any
      """)
    return nil
  }

  /// Trains or reads the extractor, and computes the moments of the images that are trained on, or of those in the cache.
  ///
  /// - Parameter context: The run.
  /// - Throws: A `ReportedError` on one rank, `RemoteFailureError` on the others.
  private init(_ context: RunContext) throws {
    (self.context, settings) = (context, context.configuration.settings)
    let teller = ProgressTeller { [logger = context.logger] in logger.info("\($0)") }
    let (replicas, pool) = (context.replicas, context.pool)
    extractor = try Self.extractor(context, teller)
    let side = DatasetSide(context.source, count: Self.referenceLimit)
    (referenceFingerprint, classNames) = (side.fingerprint, side.classNames)
    referenceLabels = (0..<side.count).map { Int32(side.label($0)) }
    let wanted: [BestScore: ScoreFamily] = [
      .frechet: .frechet, .inceptionScore: .inceptionScore, .accuracy: .accuracy,
    ]
    request = try replicas.agree { [settings, extractor] in
      let choice = FamilyChoice(
        extractor: extractor.name, hasLogits: extractor.logitCount > 0, isLabelled: true, hasHeldOut: false,
        samples: settings.evaluateSamples)
      var request = ScoreRequest(try choice.families([]).intersection(wanted.values))
      if let best = settings.keepBest, let family = wanted[best], !request.families.contains(family) {
        throw ConfigurationError(
          "keep-best is \(best.rawValue), a score that \(extractor.name) does not give here; choose --keep-best fd or none, or "
            + "--evaluate-extractor classifier for accuracy")
      }
      request.splits = min(request.splits, settings.evaluateSamples / 2)
      return request
    }
    scoring = Scoring(request: request, extractor: extractor.name, replicas: replicas, pool: pool) { _ in }
    let moments = try FeatureCache.moments(of: side, extractor, in: context.cache, replicas: replicas) {
      [extractor] in
      let table = try Extraction(
        extractor, batch: Self.batch, cache: context.cache, replicas: replicas, report: teller.report
      ).table(of: side, "reference images")
      return GroupMoments(table: table, replicas: replicas, pool: pool).ofGroups(Groups(of: side.count))
    }
    reference = FrechetSide(groups: moments, divisor: request.divisor)
  }

  private static func extractor(_ context: RunContext, _ teller: ProgressTeller) throws -> any RowExtractor {
    let settings = context.configuration.settings
    let choice = settings.evaluateExtractor ?? .classifier
    guard choice == .classifier else {
      return try context.replicas.agree {
        try NetworkChoice(choice, threads: context.pool.threads).extractor(pool: context.pool)
      }
    }
    let data = try EvaluationData(
      settings, cache: context.cache, threads: context.pool.threads, replicas: context.replicas, logger: context.logger,
      source: context.source)
    return try ClassifierTraining(
      replicas: context.replicas, pool: context.pool, logger: context.logger, progress: teller.report
    ).extractor(training: data.training, heldOut: data.classifierTest, cache: context.cache, batch: batch)
  }

  package func scores(of sampler: Sampler, generator: String, step: Int) throws -> RunScores {
    let count = settings.evaluateSamples
    let side = GeneratedSide(
      sampler, count: count, classNames: classNames, description: "samples of step \(step)", fingerprint: generator)
    let table = try Extraction(extractor, batch: Self.batch, cache: nil, replicas: context.replicas) { _ in }
      .table(of: side, "generated images")
    let outcome = scoring.outcome(table, reference, classNames: classNames, referenceLabels: referenceLabels)
    let evaluation = Evaluation(
      protocolLine(side, generator: generator, step: step), outcome.scores, classes: outcome.classes,
      warnings: outcome.warnings)
    return RunScores(
      metrics: outcome.scores.flatMap(\.metrics), ranking: ranking(evaluation),
      summary: evaluation.scores.filter { !$0.name.hasSuffix("_deviation") }.map(\.summary).joined(separator: ", ")
        + " of \(grouped(count)) samples", record: JSONText.encode(evaluation))
  }

  private func protocolLine(_ side: GeneratedSide, generator: String, step: Int) -> EvaluationProtocol {
    var line = EvaluationProtocol(
      generator: generator, step: step, weights: CheckpointSampler.Version.average.rawValue, seed: settings.seed,
      samples: side.count)
    line.add(pixelsOf: side)
    line.add("reference", referenceFingerprint)
    line.add("reference-samples", referenceLabels.count)
    line.add(extractor, request)
    return line
  }

  /// The score that tells the best checkpoint.
  private func ranking(_ evaluation: Evaluation) -> RunScores.Ranking? {
    guard let best = settings.keepBest else { return nil }
    let name =
      switch best {
      case .frechet: scoring.name("fid", "fd")
      case .inceptionScore: scoring.name("is", "is")
      case .accuracy: "accuracy"
      }
    guard let score = evaluation[name] else { return nil }
    let hash = Fingerprint()
    for field in evaluation.protocolLine.fields where !["generated", "step"].contains(field.name) {
      hash.update(field.name)
      hash.update(field.value)
    }
    // Values as they are, since the number of samples is the same for all steps: the correction adds noise alone.
    return RunScores.Ranking(
      name, score.value, isBetterHigh: score.isBetterHigh == true, conditions: hash.hexadecimal)
  }
}

extension Score {
  /// The numbers of a score, for `metrics.jsonl` and TensorBoard.
  package var metrics: [(name: String, value: Double)] {
    [(name, value)] + (corrected.map { [(name + "_corrected", $0)] } ?? [])
      + (standardError.map { [(name + "_error", $0)] } ?? [])
  }

  /// The score in a few words.
  fileprivate var summary: String {
    let error = standardError.map { " ± " + Scoring.text($0) } ?? ""
    return "\(name) \(Scoring.text(value))"
      + (corrected.map { " (corrected \(Scoring.text($0))\(error))" } ?? error)
  }
}
