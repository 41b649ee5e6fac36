internal import Benchmarks

/// Steps on a cluster that were measured, and what their ranks compute on their own: what a model is fitted to, and judged by.
package struct MeasuredStep {
  let preset: String
  let link: LinkRate
  let cluster: Cluster
  let work: ClusterModel.Work
  /// Seconds of a step with sums after backward passes, and with early ones.
  let blocking, overlapped: Double

  /// Steps with known numbers.
  package init(
    preset: String, link: LinkRate, cluster: Cluster, work: ClusterModel.Work, blocking: Double, overlapped: Double
  ) {
    (self.preset, self.link, self.cluster, self.work) = (preset, link, cluster, work)
    (self.blocking, self.overlapped) = (blocking, overlapped)
  }

  /// The steps with the most ranks that did not share processors.
  ///
  /// - Parameters:
  ///   - results: Of a scaling benchmark on several hosts.
  ///   - path: Where the results lie, for words.
  /// - Throws: `ScalingFault` if there are none.
  init(_ results: ScalingResults, path: String) throws(ScalingFault) {
    let runs = results.runs.filter { $0.step.hosts.count > 1 && !$0.step.isOversubscribed }
    guard let ranks = runs.map(\.ranks).max(),
      let row = ScalingSummary(results).rows.first(where: { $0.ranks == ranks }),
      let alone = ScalingSummary.median(runs, { $0.ranks == ranks && $0.kind == .independent })
    else {
      throw ScalingFault(
        .data,
        "expected runs on two hosts that share no processors in '\(path)' and found none; run sagan bench scaling with "
          + "--hostfile")
    }
    guard let link = LinkRate(results.plan.link ?? "none") else {
      throw ScalingFault(.data, "expected a rate such as 1gbit for the link in '\(path)' and found another word")
    }
    preset = results.plan.preset
    self.link = link
    cluster = Cluster(
      nodes: row.hosts.count, ranksPerNode: ranks / row.hosts.count, bytesPerSecond: link.bytesPerSecond,
      latency: 0)
    work = ClusterModel.Work(alone.record, seconds: row.independent)
    (blocking, overlapped) = (row.blocking, row.overlapped)
  }
}

extension ClusterModel.Work {
  /// What a rank of a measured run does.
  init(_ record: StepRecord, seconds: Double) {
    self.init(
      seconds: seconds, images: Double(record.batch * record.discriminatorUpdates),
      gradients: record.gradients.map { gradient in
        Gradient(
          bytes: Double(gradient.bytes), sums: Double(gradient.sums),
          parts: gradient.parts.map { (Double($0.bytes), $0.secondsLeft) })
      }, smallSums: record.smallSumBytes.map(Double.init))
  }
}
