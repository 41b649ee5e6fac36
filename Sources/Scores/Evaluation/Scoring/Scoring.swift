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
  func outcome(moments generated: FrechetSide, _ reference: FrechetSide) -> Outcome {
    var result = Outcome()
    if request.families.contains(.frechet) { addFrechet(generated, reference, heldOut: nil, &result) }
    return result
  }

  /// A score's name: the published one with Inception, else one that nobody takes for it.
  private func name(_ inception: String, _ other: String) -> String {
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

  // MARK: The Fréchet distance

  /// The moments of a side, known to all ranks.
  func side(_ table: FeatureTable) -> FrechetSide {
    FrechetSide(
      groups: GroupMoments(table: table, replicas: replicas, pool: pool).ofGroups(Groups(of: table.plan.count)),
      divisor: request.divisor)
  }

  /// The distance with its values without each group; ranks take the jobs in turn.
  private func distance(_ generated: FrechetSide, _ real: FrechetSide) -> LeaveOneOut {
    let comparison = FrechetComparison(generated: generated, real: real)
    let jobs = comparison.jobs
    let values = replicas.values(ofJobs: jobs.count) { own in
      var values = [Double](repeating: 0, count: own.count)
      values.withUnsafeMutableBufferPointer { values in
        let values = Shared(values)
        pool.run(own.count) { job, _ in values.pointer[job] = comparison.value(of: jobs[own[job]]) }
      }
      return values
    }
    return comparison.result(of: values)
  }

  private func addFrechet(
    _ generated: FrechetSide, _ reference: FrechetSide, heldOut: FeatureTable?, _ result: inout Outcome
  ) {
    report("Fréchet distance")
    let distance = distance(generated, reference)
    let name = name("fid", "fd")
    if request.families.contains(.frechet) {
      let estimate = distance.estimate
      result.scores.append(
        Score(name, estimate.value, corrected: estimate.corrected, standardError: estimate.standardError))
      let constant = FrechetBias.constant(of: reference.gaussian)
      let counts = [generated.gaussian.count, reference.gaussian.count].compactMap { $0 }
      warn(name, generated, constant: constant, counts, &result)
    }
    if request.families.contains(.frechetInfinity) { addFrechetInfinity(generated, reference, &result) }
    if request.families.contains(.memorization), let heldOut {
      report("Fréchet distance from held-out images")
      let other = self.distance(generated, side(heldOut))
      let heldOutEstimate = other.estimate
      result.scores.append(
        Score(
          name + "_held_out", heldOutEstimate.value, corrected: heldOutEstimate.corrected,
          standardError: heldOutEstimate.standardError))
      let gap = LeaveOneOut.difference(other, distance).estimate
      result.scores.append(
        Score(name + "_gap", gap.value, corrected: gap.corrected, standardError: gap.standardError))
    }
  }

  /// Tells what limited numbers of images add to a distance.
  private func warn(
    _ name: String, _ generated: FrechetSide, constant: Double, _ counts: [Int], _ result: inout Outcome
  ) {
    guard let least = counts.min() else { return }
    let bias = FrechetBias.expected(constant: constant, counts: counts)
    if least < 10_000 {
      let offer = generated.groups.isEmpty ? "" : ", ask for --metrics fd-infinity"
      result.warnings.append(
        "\(name) of \(grouped(counts[0])) images\(counts.count > 1 ? " against \(grouped(counts[1]))" : "") is about "
          + "\(Self.text(bias)) too high, as numbers of images are limited (C/N with C = \(Self.text(constant))); quote the corrected "
          + "value\(offer), or compare equal numbers of images only")
    }
    if least <= generated.gaussian.dimensions {
      result.warnings.append(
        "\(grouped(least)) images are no more than the \(grouped(generated.gaussian.dimensions)) features: their covariance leaves out "
          + "directions, and the kernel distance (--metrics kd) is to be preferred")
    }
  }

  /// The value of the line through distances of growing numbers of images where there are endlessly many (FID∞).
  private func addFrechetInfinity(
    _ generated: FrechetSide, _ reference: FrechetSide, _ result: inout Outcome
  ) {
    let groups = generated.groups.compactMap { $0 }
    let prefixes = FrechetExtrapolation.prefixes(of: groups.count).filter { prefix in
      groups.prefix(prefix).reduce(0) { $0 + $1.count } >= 2
    }
    report("Fréchet distance of growing numbers of images")
    let distances = replicas.values(ofJobs: prefixes.count) { own in
      var values = [Double](repeating: 0, count: own.count)
      values.withUnsafeMutableBufferPointer { values in
        let (values, divisor) = (Shared(values), request.divisor)
        pool.run(own.count) { job, _ in
          values.pointer[job] = FrechetExtrapolation.distance(
            ofFirst: prefixes[own[job]], of: groups, divisor: divisor, from: reference)
        }
      }
      return values
    }
    let counts = prefixes.map { prefix in groups.prefix(prefix).reduce(0) { $0 + $1.count } }
    guard let value = FrechetExtrapolation.value(counts: counts, distances: distances) else {
      result.warnings.append("\(name("fid", "fd"))_infinity needs more images than there are")
      return
    }
    result.scores.append(Score(name("fid", "fd") + "_infinity", value))
  }

  static func text(_ number: Double) -> String {
    let scaled = (number * 1000).rounded() / 1000
    return abs(number) >= 100 ? grouped(Int(min(number, 1e15).rounded())) : "\(scaled)"
  }

  private func addIntraFrechet(_ sides: Sides, _ result: inout Outcome, _ found: inout ClassFindings) {
    report("Fréchet distance of each class")
    let distances = ClassDistances(
      generated: sides.generated, reference: sides.reference, classes: sides.classNames.count, divisor: request.divisor,
      replicas: replicas, pool: pool
    ).estimates()
    found.frechet = distances.map { $0?.value }
    let known = distances.compactMap { $0 }
    let missing = distances.count - known.count
    if missing > 0 {
      result.warnings.append(
        "\(grouped(missing)) of \(grouped(distances.count)) classes have fewer than 2 images on one side and are not part of "
          + "\(name("intra_fid", "intra_fd"))")
    }
    guard !known.isEmpty else { return }
    let mean = Estimate.mean(of: known)
    result.scores.append(
      Score(
        name("intra_fid", "intra_fd"), mean.value, corrected: mean.corrected, standardError: mean.standardError))
  }

  // MARK: Pairs

  /// The kernel distance of another program's subsets.
  private func addSubsets(_ sides: Sides, like tool: ScoringTool, _ result: inout Outcome) {
    report("kernel distance of subsets")
    let plan = tool.subsets(
      generated: sides.generated.plan.count, real: sides.reference.plan.count, count: request.kernelSubsets,
      size: request.kernelSubsetSize)
    let rows = plan.subsets.map { subset in
      (
        generated: subset.generated.map { sides.generatedOrder?[$0] ?? $0 },
        real: subset.real.map { sides.referenceOrder?[$0] ?? $0 }
      )
    }
    let distance = SubsetPass(
      generated: sides.generated, reference: sides.reference, replicas: replicas, pool: pool
    ).distance(KernelSubsets.Plan(subsets: rows))
    let name = name("kid", "kd")
    result.scores.append(Score(name, distance.value))
    if tool.hasSubsetDeviation { result.scores.append(Score(name + "_deviation", distance.deviation)) }
  }

  private func addPairs(_ sides: Sides, _ result: inout Outcome, _ found: inout ClassFindings) {
    if let tool = request.tool, request.families.contains(.kernel) {
      addSubsets(sides, like: tool, &result)
      guard request.families.contains(.precisionRecall) else { return }
    }
    report("pairs of reference images")
    let moments = GroupMoments(table: sides.reference, replicas: replicas, pool: pool).of(
      counts: [sides.reference.plan.count]) { _ in 0 }
    let passes = PairPasses(
      replicas: replicas, pool: pool,
      center: moments[0].sums.map { $0 / Double(moments[0].count) }, neighbours: request.neighbours,
      boundary: request.boundary)
    let reference = passes.own(sides.reference)
    report("pairs of generated images")
    let generated = passes.own(sides.generated)
    report("pairs of both")
    let (rows, columns) = passes.crossed(sides.generated, generated, sides.reference, reference)
    if request.families.contains(.kernel), request.tool == nil {
      let estimate = passes.kernelDistance(generated, reference, rows).estimate
      result.scores.append(Score(name("kid", "kd"), estimate.value, standardError: estimate.standardError))
    }
    let scores = NeighbourScores(
      rows: rows, columns: columns, realRadii: reference.radii, realNearest: reference.nearest, k: request.neighbours,
      boundary: request.boundary)
    func add(_ word: String, _ score: LeaveOneOut) {
      let estimate = score.estimate
      result.scores.append(
        Score(name(word, word), estimate.value, standardError: estimate.standardError, isBetterHigh: true))
    }
    if request.families.contains(.precisionRecall) {
      add("precision", scores.precision)
      add("recall", scores.recall)
      found.recall = found.shares(of: columns.isHeld, sides.reference.labels)
    }
    if request.families.contains(.densityCoverage) {
      add("density", scores.density)
      add("coverage", scores.coverage)
    }
    if request.families.contains(.memorization) { add("authenticity", scores.authenticity) }
  }
}

/// What is found of each class, score by score.
struct ClassFindings {
  let count: Int
  var frechet: [Double?]
  var accuracy: [Double?]
  var recall: [Double?]

  /// Nothing is known of `count` classes.
  init(count: Int) {
    self.count = count
    frechet = [Double?](repeating: nil, count: count)
    (accuracy, recall) = (frechet, frechet)
  }

  /// The share of each class's images of which something is true.
  func shares(of truths: [Bool], _ labels: [Int32]) -> [Double?] {
    guard labels.count == truths.count, count > 0 else { return recall }
    var (hits, all) = ([Int](repeating: 0, count: count), [Int](repeating: 0, count: count))
    for (isTrue, label) in zip(truths, labels) where Int(label) < count {
      all[Int(label)] += 1
      if isTrue { hits[Int(label)] += 1 }
    }
    return zip(hits, all).map { $1 == 0 ? nil : Double($0) / Double($1) }
  }

  /// The classes.
  func scores(_ names: [String], generated: [Int32], reference: [Int32]) -> [ClassScores] {
    // Sides without classes in common may have labels, and they mean nothing here.
    if names.isEmpty { return [] }
    func counts(_ labels: [Int32]) -> [Int] {
      labels.reduce(into: [Int](repeating: 0, count: count)) { $0[Int($1)] += 1 }
    }
    let (fakes, reals) = (counts(generated), counts(reference))
    return names.indices.map {
      ClassScores(
        names[$0], generated: fakes[$0], reference: reals[$0], frechet: frechet[$0], accuracy: accuracy[$0],
        recall: recall[$0])
    }
  }
}
