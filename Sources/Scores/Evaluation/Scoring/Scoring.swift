package import DataParallel
internal import Files
internal import Statistics
internal import Tensors
package import Threads

/// Computes scores from the features of generated images and of a reference; all ranks work on them and know the outcome.
package struct Scoring {
  /// What is asked for.
  let request: ScoreRequest
  /// What names end with: nothing for Inception, whose scores are the published ones.
  let extractor: String
  let replicas: ReplicaGroup
  let pool: WorkerPool
  /// Told what is being computed.
  let report: (String) -> Void

  /// Scores of features by some ranks.
  ///
  /// - Parameters:
  ///   - request: What is asked for.
  ///   - extractor: What made the features: `inception`, whose scores have the published names, or another.
  ///   - replicas: The ranks, which share the work.
  ///   - pool: The threads of this rank.
  ///   - report: Told what is being computed.
  package init(
    request: ScoreRequest, extractor: String, replicas: ReplicaGroup, pool: WorkerPool,
    report: @escaping (String) -> Void
  ) {
    (self.request, self.extractor, self.replicas, self.pool) = (request, extractor, replicas, pool)
    self.report = report
  }

  /// Generated images, what they are compared with, and images of the same kind that were not trained on.
  package struct Sides {
    let generated: FeatureTable
    let reference: FeatureTable
    let heldOut: FeatureTable?
    /// The classes' names, where both sides have the same classes.
    let classNames: [String]
    /// Rows of the generated images in the order in which other programs see them; as they are where `nil`.
    package var generatedOrder: [Int]?
    /// Rows of the reference in that order.
    package var referenceOrder: [Int]?
    /// Moments that take the place of those of the generated images' rows.
    var generatedMoments: FrechetSide?
    /// Moments that take the place of those of the reference's rows.
    var referenceMoments: FrechetSide?

    /// The features of both sides, and of images that were not trained on, where scores need them.
    package init(
      generated: FeatureTable, reference: FeatureTable, heldOut: FeatureTable? = nil, classNames: [String] = []
    ) {
      (self.generated, self.reference, self.heldOut) = (generated, reference, heldOut)
      self.classNames = classNames
    }
  }

  /// The outcome.
  package struct Outcome {
    /// The scores.
    package var scores: [Score] = []
    /// What is known of each class.
    package var classes: [ClassScores] = []
    /// What people should know before they quote a score.
    package var warnings: [String] = []
  }

  /// Computes all that was asked for.
  package func outcome(_ sides: Sides) -> Outcome {
    var result = Outcome()
    var found = ClassFindings(count: sides.classNames.count)
    if request.families.contains(.inceptionScore) {
      addInceptionScore(sides.generated, order: sides.generatedOrder, &result)
    }
    if !request.families.isDisjoint(with: [.frechet, .frechetInfinity, .memorization]) {
      report("moments")
      addFrechet(
        sides.generatedMoments ?? side(sides.generated), sides.referenceMoments ?? side(sides.reference),
        heldOut: sides.heldOut, &result)
    }
    let pairs: Set<ScoreFamily> = [.kernel, .precisionRecall, .densityCoverage, .memorization]
    if !request.families.isDisjoint(with: pairs) { addPairs(sides, &result, &found) }
    if request.families.contains(.accuracy) { addAccuracy(sides.generated, &result, &found) }
    if request.families.contains(.intraFrechet) { addIntraFrechet(sides, &result, &found) }
    result.classes = found.scores(
      sides.classNames, generated: sides.generated.labels, reference: sides.reference.labels)
    return result
  }

  /// Computes of the scores that were asked for those that need no images of the reference, but its moments.
  ///
  /// - Parameters:
  ///   - generated: The features of generated images.
  ///   - reference: What they are compared with.
  ///   - classNames: The classes of the generated images.
  ///   - referenceLabels: The class of each image of the reference.
  ///   - order: Rows of the generated images in the order in which other programs see them.
  /// - Returns: The outcome.
  func outcome(
    _ generated: FeatureTable, _ reference: FrechetSide, classNames: [String], referenceLabels: [Int32] = [],
    order: [Int]? = nil
  ) -> Outcome {
    var result = Outcome()
    var found = ClassFindings(count: classNames.count)
    if request.families.contains(.inceptionScore) { addInceptionScore(generated, order: order, &result) }
    if !request.families.isDisjoint(with: [.frechet, .frechetInfinity]) {
      addFrechet(side(generated), reference, heldOut: nil, &result)
    }
    if request.families.contains(.accuracy) { addAccuracy(generated, &result, &found) }
    result.classes = found.scores(classNames, generated: generated.labels, reference: referenceLabels)
    return result
  }

  /// Computes the Fréchet distance of sides of which nothing but moments is known.
  ///
  /// - Parameters:
  ///   - generated: The moments of the generated images.
  ///   - reference: What they are compared with.
  /// - Returns: The outcome.
  func outcome(moments generated: FrechetSide, _ reference: FrechetSide) -> Outcome {
    var result = Outcome()
    if request.families.contains(.frechet) { addFrechet(generated, reference, heldOut: nil, &result) }
    return result
  }

  /// A score's name: the published one with Inception, else one that nobody takes for it.
  func name(_ inception: String, _ other: String) -> String {
    extractor == "inception" ? inception : other + "_" + extractor
  }

  // MARK: Scores of the logits

  private func addInceptionScore(_ table: FeatureTable, order: [Int]?, _ result: inout Outcome) {
    report("Inception Score")
    let tool = request.tool
    // Other programs score images in an order of their own, which moves the third digit.
    let positions = tool.map { tool in
      tool.order(count: table.plan.count).map { order?[$0] ?? $0 }
    }
    let score = InceptionPass(table: table, replicas: replicas).score(
      tool?.cut(splits: request.splits) ?? .splits(request.splits), order: positions)
    let estimate = score.leaveOneOut.estimate
    let name = name("is", "is")
    result.scores.append(
      Score(
        name, score.value, corrected: estimate.corrected, standardError: estimate.standardError, isBetterHigh: true))
    if tool?.hasSplitDeviation ?? true {
      result.scores.append(Score(name + "_deviation", score.deviation, isBetterHigh: nil))
    }
  }

  private func addAccuracy(_ table: FeatureTable, _ result: inout Outcome, _ found: inout ClassFindings) {
    report("accuracy")
    let own = table.withOwnPart { part in
      guard let logits = part.logits else { return [Int32]() }
      return (0..<part.images.count).map { row in
        let numbers = logits[rows: row..<row + 1].elements
        return Int32(numbers.indices.max { numbers[$0] < numbers[$1] } ?? 0)
      }
    }
    let accuracy = ClassAccuracy(
      found: replicas.joined(own).map(Int.init), asked: table.labels.map(Int.init),
      classes: found.count)
    result.scores.append(
      Score("accuracy", accuracy.share.value, standardError: accuracy.share.standardError, isBetterHigh: true))
    found.accuracy = accuracy.perClass.map { $0?.value }
  }
}
