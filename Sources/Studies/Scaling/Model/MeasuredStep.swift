internal import Benchmarks

/// Steps on a cluster that were measured, and what their ranks compute on their own: what a model is fitted to, and judged by.
package struct MeasuredStep {
  let preset: String
  let link: LinkRate
  let cluster: Cluster
  let work: ClusterModel.Work
  /// Seconds of a step with sums after backward passes, and with early ones.
  let blocking, overlapped: Double
  /// Bytes that a thread's copies read and write in a second, in 10⁹.
  let copyGbps: Double

  /// Steps with known numbers.
  package init(
    preset: String, link: LinkRate, cluster: Cluster, work: ClusterModel.Work, blocking: Double, overlapped: Double,
    copyGbps: Double
  ) {
    (self.preset, self.link, self.cluster, self.work) = (preset, link, cluster, work)
    (self.blocking, self.overlapped, self.copyGbps) = (blocking, overlapped, copyGbps)
  }

  /// The steps with the most ranks that did not share processors.
  ///
  /// - Parameters:
  ///   - results: Of a scaling benchmark on several hosts.
  ///   - path: Where the results lie, for words.
  /// - Throws: `ScalingError` if there are none.
  init(_ results: ScalingResults, path: String) throws(ScalingError) {
    let runs = results.runs.filter { $0.step.hosts.count > 1 && !$0.step.isOversubscribed }
    guard let ranks = runs.map(\.ranks).max(),
      let row = ScalingSummary(results).rows.first(where: { $0.ranks == ranks }),
      let alone = ScalingSummary.median(runs, { $0.ranks == ranks && $0.kind == .independent })
    else {
      throw ScalingError(
        .data,
        "expected runs on two hosts that share no processors in '\(path)' and found none; run sagan bench scaling with "
          + "--hostfile")
    }
    guard let words = results.plan.link, let link = LinkRate(words) else {
      throw ScalingError(
        .data,
        "expected the rate of the link between the hosts in '\(path)' and found none; run sagan bench scaling with "
          + "--link, which may be none if nothing limits it")
    }
    let counts = Set(row.hosts.map { host in alone.record.placements.filter { $0.host == host }.count })
    guard counts.count == 1 else {
      throw ScalingError(
        .data,
        "expected as many ranks on each host in '\(path)' and found \(ranks) ranks on \(row.hosts.count) hosts; run "
          + "sagan bench scaling with slots that are alike")
    }
    preset = results.plan.preset
    self.link = link
    cluster = Cluster(
      nodes: row.hosts.count, ranksPerNode: ranks / row.hosts.count, bytesPerSecond: link.bytesPerSecond,
      latency: 0)
    work = ClusterModel.Work(alone.record, seconds: row.independent)
    (blocking, overlapped) = (row.blocking, row.overlapped)
    copyGbps = alone.record.copyGbps / Double(alone.record.ranks * alone.record.threads)
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
