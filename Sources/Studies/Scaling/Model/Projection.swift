internal import Benchmarks
internal import Foundation

/// What a model says about clusters of other sizes, and how far it is from what was measured.
public struct Projection: Sendable {
  /// One prediction beside its measurement.
  struct Judgement: Sendable {
    let preset: String
    let link: String
    let isOverlapped: Bool
    let predicted, measured: Double

    /// How much more the model says.
    var error: Double { predicted / measured - 1 }
  }

  /// One cluster.
  struct Row: Sendable {
    let nodes, ranks: Int
    /// Seconds of a step with sums after backward passes, and with early ones.
    let blocking, overlapped: Double
    let imagesPerSecond: Double
    /// Beside one rank on its own.
    let efficiency: Double
  }

  let model: ClusterModel
  let preset: String
  let fittedTo: String
  let fitErrors: [(what: String, predicted: Double, measured: Double)]
  let judgements: [Judgement]
  let rows: [Row]
  let growth: RankGrowth
  let ranksPerNode: Int
  let link: LinkRate
  let latency: Double
  /// Seconds of a step that one rank computes, and its images.
  let work: (seconds: Double, images: Double)

  /// Fits a model, judges it, and applies it.
  ///
  /// - Parameters:
  ///   - fit: Where the results of `sagan bench scaling` on two hosts lie, to which the model is fitted.
  ///   - judges: Where other results lie, by which it is judged.
  ///   - memory: Folders of further results, on any hosts; the report lists the memory of their ranks.
  ///   - nodes: The sizes of clusters.
  ///   - ranksPerNode: Ranks on each node.
  ///   - link: What joins each node to the network.
  ///   - latency: Seconds from node to node.
  /// - Throws: `ScalingError` if results cannot be read or used.
  public init(
    fit: String, judges: [String], memory: [String] = [], nodes: [Int], ranksPerNode: Int, link: LinkRate,
    latency: Double
  ) throws(ScalingError) {
    let results = try ScalingResults(path: fit)
    let step = try MeasuredStep(results, path: fit)
    let found = try ModelFit(step, results, path: fit)
    let model = found.model
    self.model = model
    (preset, fittedTo, fitErrors) = (step.preset, Self.words(step), found.errors)
    (self.ranksPerNode, self.link, self.latency) = (ranksPerNode, link, latency)
    work = (step.work.seconds, step.work.images)
    var all = [results]
    var judgements: [Judgement] = []
    for path in judges {
      let results = try ScalingResults(path: path)
      all.append(results)
      let other = try MeasuredStep(results, path: path)
      for isOverlapped in [false, true] {
        judgements.append(
          Judgement(
            preset: other.preset, link: other.link.description, isOverlapped: isOverlapped,
            predicted: model.seconds(other.work, on: other.cluster, isOverlapped: isOverlapped),
            measured: isOverlapped ? other.overlapped : other.blocking))
      }
    }
    for path in memory { all.append(try ScalingResults(path: path)) }
    self.judgements = judgements
    rows = nodes.map { nodes in
      let cluster = Cluster(
        nodes: nodes, ranksPerNode: ranksPerNode, bytesPerSecond: link.bytesPerSecond, latency: latency)
      let blocking = model.seconds(step.work, on: cluster, isOverlapped: false)
      let overlapped = model.seconds(step.work, on: cluster, isOverlapped: true)
      let seconds = min(blocking, overlapped)
      return Row(
        nodes: nodes, ranks: cluster.ranks, blocking: blocking, overlapped: overlapped,
        imagesPerSecond: step.work.images * Double(cluster.ranks) / seconds, efficiency: step.work.seconds / seconds)
    }
    growth = RankGrowth(ranks: (nodes.map { $0 * ranksPerNode } + [1024]).filter { $0 > 1 }, measured: all)
  }

  /// The largest error of all judgements, without its sign; nil without judgements.
  public var largestError: Double? { judgements.map { abs($0.error) }.max() }

  private static func words(_ step: MeasuredStep) -> String {
    "\(step.preset) on \(step.cluster.nodes) hosts"
      + (step.link.bytesPerSecond.isFinite ? " at \(step.link)" : " without a limit of the link")
  }
}
