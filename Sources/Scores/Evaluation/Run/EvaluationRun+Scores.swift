internal import Configuration
internal import DataParallel
internal import Datasets
internal import Files
internal import Logging
internal import Runs
internal import Statistics

/// From two sides to scores.
extension EvaluationRun {
  /// Compares two sides of which only moments are known: no network is needed.
  func compare(
    _ generated: GivenSide, _ reference: GivenSide, _ line: inout EvaluationProtocol
  ) throws -> Evaluation {
    let (name, request) = try replicas.agree {
      guard let known = NetworkChoice.known(choice()) else {
        throw DatasetError(
          .configuration,
          "expected --extractor inception or lite0 and found classifier: nobody knows whose features the statistics are of"
        )
      }
      for side in [generated, reference] {
        try side.moments?.check(features: known.features, of: known.name)
      }
      let choice = FamilyChoice(
        extractor: known.name, hasLogits: false, isLabelled: false, hasHeldOut: false, samples: nil, hasImages: false,
        tool: tool)
      var request = options.request
      request.families = try choice.families(request.families)
      return (known.name, request)
    }
    line.add("reference", reference.fingerprint)
    line.add("extractor", name)
    request.describe(in: &line)
    line.add("program", "sagan \(ProgramVersion.number)")
    let outcome = Scoring(request: request, extractor: name, replicas: replicas, pool: pool) { _ in }
      .outcome(moments: generated.frechetSide, reference.frechetSide)
    return Evaluation(line, outcome.scores, warnings: warnings + outcome.warnings)
  }

  /// Computes features and scores.
  func finish(
    _ generated: GivenSide, _ reference: GivenSide, heldOut heldOutImages: (any ImageDataset)?,
    _ extractor: any RowExtractor, _ cache: String, _ line: inout EvaluationProtocol
  ) throws -> Evaluation {
    let heldOut = heldOutImages.map { DatasetSide($0) }
    let names = generated.images?.classNames ?? []
    let labelled = !names.isEmpty && names == reference.images?.classNames
    let request = try replicas.agree {
      try checked(generated, reference, isLabelled: labelled, hasHeldOut: heldOut != nil, extractor)
    }
    let families = request.families
    if let side = generated.images ?? reference.images { line.add(pixelsOf: side) }
    line.add("reference", reference.fingerprint)
    if let count = reference.count { line.add("reference-samples", count) }
    if reference.images != nil, let moments = reference.moments { line.add("reference-moments", moments.fingerprint) }
    if families.contains(.memorization), let heldOut {
      line.add("held-out", heldOut.fingerprint)
      line.add("held-out-samples", heldOut.count)
    }
    line.add(extractor, request)
    warn(of: generated, reference, extractor)
    warn(of: request, generated)
    let extraction = Extraction(
      extractor, batch: options.batch, cache: cache, replicas: replicas, report: progress)
    let needsRows =
      reference.moments == nil || generated.moments != nil
      || !families.isSubset(of: [.frechet, .frechetInfinity, .inceptionScore])
    let reals = try needsRows ? reference.images.map { try extraction.table(of: $0, "reference images") } : nil
    let others =
      try families.contains(.memorization) ? heldOut.map { try extraction.table(of: $0, "held-out images") } : nil
    let fakes = try generated.images.map { try extraction.table(of: $0, "generated images") }
    if let fakes { warnings += RepeatedRows(replicas: replicas).warnings(fakes, reals) }
    let scoring = Scoring(request: request, extractor: extractor.name, replicas: replicas, pool: pool) {
      [logger] what in logger.debug("\(what)")
    }
    let outcome: Scoring.Outcome
    if let fakes, let reals {
      var sides = Scoring.Sides(
        generated: fakes, reference: reals, heldOut: others, classNames: labelled ? names : [])
      (sides.generatedOrder, sides.referenceOrder) = (
        generated.images?.originalOrder, reference.images?.originalOrder
      )
      sides.generatedMoments = generated.moments.map { FrechetSide($0.gaussian) }
      sides.referenceMoments = reference.moments.map { FrechetSide($0.gaussian) }
      if let images = reference.images, reference.moments == nil,
        !families.isDisjoint(with: [.frechet, .frechetInfinity, .memorization])
      {
        let moments = try FeatureCache.moments(of: images, extractor, in: cache, replicas: replicas) {
          GroupMoments(table: reals, replicas: replicas, pool: pool).ofGroups(Groups(of: images.count))
        }
        sides.referenceMoments = FrechetSide(groups: moments, divisor: request.divisor)
      }
      outcome = scoring.outcome(sides)
    } else if let fakes {
      outcome = scoring.outcome(
        fakes, reference.frechetSide, classNames: [], order: generated.images?.originalOrder)
    } else {
      outcome = scoring.outcome(
        moments: generated.frechetSide, reals.map(scoring.side) ?? reference.frechetSide)
    }
    return Evaluation(line, outcome.scores, classes: outcome.classes, warnings: warnings + outcome.warnings)
  }

  /// What is to be computed; the sides have enough images of the right kind for it.
  private func checked(
    _ generated: GivenSide, _ reference: GivenSide, isLabelled: Bool, hasHeldOut: Bool, _ extractor: any RowExtractor
  ) throws -> ScoreRequest {
    for side in [generated, reference] {
      if let images = side.images, images.count < 2 {
        throw DatasetError(
          .malformed,
          "expected at least 2 images and found \(images.count) (\(images.description)); scores compare sets of images: add some"
        )
      }
      try side.moments?.check(features: extractor.featureCount, of: extractor.name)
    }
    var request = options.request
    let counts = [generated.images?.count, reference.images?.count].compactMap { $0 }
    let choice = FamilyChoice(
      extractor: extractor.name, hasLogits: extractor.logitCount > 0, isLabelled: isLabelled, hasHeldOut: hasHeldOut,
      samples: counts.count == 2 ? counts.min() : nil, hasImages: generated.images != nil, tool: tool)
    request.families = try choice.families(request.families)
    let least = counts.min() ?? 0
    guard let tool else {
      request.splits = min(request.splits, max((generated.images?.count ?? 2) / 2, 1))
      return request
    }
    if request.families.contains(.inceptionScore), let count = generated.images?.count, count < request.splits {
      throw DatasetError(
        .configuration,
        "expected at least as many images as the \(request.splits) splits of \(tool.rawValue)'s Inception Score and found \(count); add "
          + "some, or choose fewer --splits")
    }
    if request.families.contains(.kernel), least < request.kernelSubsetSize {
      guard !tool.needsWholeSubsets else {
        throw DatasetError(
          .configuration,
          "expected at least \(grouped(request.kernelSubsetSize)) images on each side, as many as a subset of \(tool.rawValue)'s kernel "
            + "distance has, and found \(grouped(least)); choose a smaller --kid-subset-size, as that program's users have to, or other "
            + "--metrics")
      }
      request.kernelSubsetSize = least
    }
    return request
  }

  /// Warns of an Inception Score whose splits are so small that it tells their size.
  private func warn(of request: ScoreRequest, _ generated: GivenSide) {
    guard request.families.contains(.inceptionScore), request.splits > ScoreRequest.usualSplits,
      let count = generated.images?.count, count / request.splits < 50
    else { return }
    warnings.append(
      "\(grouped(request.splits)) splits have \(grouped(count / request.splits)) images each, and the Inception Score of N images is at most "
        + "N and far below that of many: ask for fewer --splits or more samples")
  }

  /// Tells people what makes the sides unlike.
  private func warn(of generated: GivenSide, _ reference: GivenSide, _ extractor: any RowExtractor) {
    if extractor.channels == 3, generated.images?.channels == 1 {
      warnings.append(
        "the images are grey and \(extractor.name) has learned from colour photographs: its scores tell little; the classifier of "
          + "the data set tells more")
    }
    if generated.fingerprint == reference.fingerprint { warnings.append("both sides are the same images") }
    guard let one = generated.images, let other = reference.images else { return }
    if (one.height, one.width) != (other.height, other.width) {
      warnings.append(
        "generated images are \(one.height)×\(one.width) and those of the reference \(other.height)×\(other.width): part of every distance "
          + "is this difference")
    }
    if one.channels != other.channels {
      warnings.append("the images of one side are grey and those of the other are coloured")
    }
  }
}
