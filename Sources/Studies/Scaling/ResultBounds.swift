internal import Benchmarks

/// What numbers of a file of results may be, so that whatever is reckoned from them has a result.
extension ScalingResults {
  /// Counts of ranks, threads, images and the like.
  private static let counts = 0...1 << 20
  /// Bytes, and parameters of a network.
  private static let sizes = 0...1 << 50

  /// The name of a number that is out of bounds, if there is one.
  var numberOutOfBounds: String? {
    var wrong: String?
    func check(_ name: String, _ numbers: [Int], _ range: ClosedRange<Int>) {
      if !numbers.allSatisfy(range.contains) { wrong = wrong ?? name }
    }
    func check(_ name: String, _ numbers: [Double]) {
      if !numbers.allSatisfy({ $0 >= 0 && $0 < 1e15 }) { wrong = wrong ?? name }
    }
    check("ranks", plan.ranks + runs.map(\.ranks) + runs.map(\.step.ranks) + sums.map(\.ranks), 1...1 << 17)
    check("threads", [plan.threads] + runs.map(\.step.threads), 1...1 << 12)
    check("the plan", [plan.batch, plan.steps, plan.rounds] + runs.map(\.round), Self.counts)
    check("sum_bytes", [plan.sumBytes], Self.sizes)
    for step in runs.map(\.step) {
      check(
        "a step",
        [step.resolution, step.imageChannels, step.width, step.classes, step.batch, step.generatorBatch, step.shards]
          + [step.discriminatorUpdates, step.steps], Self.counts)
      check("parameters", [step.generatorParameters, step.discriminatorParameters], Self.sizes)
      check(
        "seconds", [step.secondsMedian, step.secondsBest] + step.stepSeconds + step.sumSeconds + step.phases.values)
      check(
        "rates",
        [step.imagesPerSecondMedian, step.imagesPerSecondBest, step.gflop, step.effectiveGflops, step.sgemmGflops]
          + [step.shareOfSgemm, step.copyGbps, step.gigabytes, step.floorSgemmSeconds, step.floorCopySeconds]
          + [step.peakMebibytes])
      check("gradients", step.gradients.map(\.bytes) + step.smallSumBytes, Self.sizes)
      check("sums", step.gradients.map(\.sums), Self.counts)
      check("gradients", step.gradients.flatMap(\.parts).map(\.bytes), Self.sizes)
      check("seconds_left", step.gradients.flatMap(\.parts).map(\.secondsLeft))
    }
    for record in sums {
      check("bytes", record.sums.map(\.bytes) + record.slices.flatMap { [$0.bytes, $0.sliceBytes] }, Self.sizes)
      check("slices", [record.usualSliceBytes, record.slicesAtOnce], Self.sizes)
      check(
        "sums", record.sums.flatMap { [$0.secondsMedian, $0.secondsBest, $0.algorithmGbps, $0.busGbps] })
      check("slices", record.slices.flatMap { [$0.secondsMedian, $0.secondsBest, $0.algorithmGbps] })
    }
    return wrong
  }
}
