internal import DataParallel
internal import Statistics
internal import Threads

/// Scores of pairs of images: the kernel distance, precision and recall, density and coverage, and whether images are copies.
extension Scoring {
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

  func addPairs(_ sides: Sides, _ result: inout Outcome, _ found: inout ClassFindings) {
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
