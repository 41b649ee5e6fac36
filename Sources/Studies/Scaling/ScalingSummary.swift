internal import Benchmarks

/// Runs of a scaling benchmark side by side: medians over rounds.
struct ScalingSummary {
  /// One number of ranks.
  struct Row {
    let ranks: Int
    let hosts: [String]
    /// Whether ranks had to share processors: what was measured then says nothing about speed.
    let isOversubscribed: Bool
    /// Seconds of a step: as in training, with sums afterwards, with early ones, and of ranks on their own.
    let usual, blocking, overlapped, independent: Double
    /// Whether training takes sums early by itself.
    let isUsuallyOverlapped: Bool
    let imagesPerSecond, independentImagesPerSecond: Double
    /// Seconds of sums that rank 0 waited for, afterwards and early: medians of all steps.
    let blockingSums, overlappedSums: Double
    /// Phases of a usual step.
    let phases: [String: Double]
    /// Against one rank; nil if the least number of ranks is larger.
    let efficiency: Double?
    /// Against as many independent ranks.
    let independentEfficiency: Double

    /// How much shorter the wait is with early sums; less than nothing if it is longer.
    var hiddenSums: Double { blockingSums - overlappedSums }
  }

  let rows: [Row]

  init(_ results: ScalingResults) {
    let plan = results.plan
    var one: Double?
    var rows: [Row] = []
    for ranks in plan.ranks {
      let runs = results.runs.filter { $0.ranks == ranks }
      guard let independent = Self.median(runs, { $0.kind == .independent }) else { continue }
      let usual = Self.median(runs) { $0.kind == .usual } ?? independent
      let blocking = Self.median(runs) { $0.kind != .independent && $0.step.overlap == "none" } ?? usual
      let overlapped = Self.median(runs) { $0.kind != .independent && $0.step.overlap != "none" } ?? usual
      if ranks == 1 { one = usual.seconds }
      rows.append(
        Row(
          ranks: ranks, hosts: usual.record.hosts, isOversubscribed: usual.record.isOversubscribed,
          usual: usual.seconds, blocking: blocking.seconds, overlapped: overlapped.seconds,
          independent: independent.seconds, isUsuallyOverlapped: usual.record.overlap != "none",
          imagesPerSecond: usual.record.imagesPerSecondMedian,
          independentImagesPerSecond: independent.record.imagesPerSecondMedian,
          blockingSums: blocking.sums, overlappedSums: overlapped.sums, phases: usual.record.phases,
          efficiency: one.map { plan.mode == .weak ? $0 / usual.seconds : $0 / (usual.seconds * Double(ranks)) },
          independentEfficiency: independent.seconds / usual.seconds))
    }
    self.rows = rows
  }

  /// The middle one of runs, by the seconds of their median steps.
  static func median(
    _ runs: [ScalingResults.Run], _ isWanted: (ScalingResults.Run) -> Bool
  ) -> (seconds: Double, sums: Double, record: StepRecord)? {
    let sorted = runs.filter(isWanted).map(\.step).sorted { $0.secondsMedian < $1.secondsMedian }
    guard !sorted.isEmpty else { return nil }
    let middle = sorted[sorted.count / 2]
    let waits = sorted.flatMap(\.sumSeconds).sorted()
    return (middle.secondsMedian, waits.isEmpty ? 0 : waits[waits.count / 2], middle)
  }
}
