internal import Files

/// A plan for people, in Markdown.
package struct ClusterPlanText {
  private let plan: ClusterPlan
  private let request: ClusterRequest
  private let seeds: Int
  private let resolution: Int

  /// A plan; the resolution is that of the images.
  package init(_ plan: ClusterPlan, on request: ClusterRequest, seeds: Int, resolution: Int) {
    (self.plan, self.request, self.seeds, self.resolution) = (plan, request, seeds, resolution)
  }

  /// The text.
  package var text: String {
    var blocks: [ReportBlock] = [
      .heading(
        level: 2,
        "Plan for nodes of \(request.coresPerNode) cores, links of \(request.link), \(fixed(1e6 * request.latency, 0)) µs"
      )
    ]
    for nodes in request.nodes {
      blocks.append(.heading(level: 3, counted(nodes, "node")))
      let rows = plan.rows.filter { $0.nodes == nodes }
      blocks.append(
        .table(
          label: "Runs on \(nodes) nodes",
          head: [
            "run", "nodes used", "ranks × threads", "shards", "steps a second", "days", "core-hours",
            "one way over a node's link",
          ], rows: rows.map(row)))
      let own = rows.filter { !$0.isOther }
      let hours = own.reduce(0) { $0 + $1.coreHours(request.coresPerNode) } * Double(seeds)
      blocks.append(
        .paragraph(
          "All runs, \(counted(seeds, "seed")), as published: \(grouped(Int(hours.rounded()))) core-hours; "
            + "\(fixed(own.reduce(0) { $0 + $1.days } * Double(seeds), 1)) days one after the other."))
    }
    blocks += [.paragraph(words), .heading(level: 3, "Disk"), .paragraph(disk)]
    blocks.append(
      .table(
        label: "Checkpoints", head: ["run", "checkpoints"],
        rows: plan.disks.map { [$0.label, Self.bytes($0.checkpoints)] }))
    return MarkdownReport.text(blocks)
  }

  private func row(_ row: ClusterPlan.Row) -> [String] {
    let rate = 1 / row.secondsOfStep
    return [
      row.isOther ? "\(row.label), another computation: more shards, batch norm over all of them" : row.label,
      "\(row.layout.nodes)", "\(row.layout.ranks) × \(row.layout.threads)", "\(row.shards)",
      fixed(rate, rate < 1 ? 3 : 2), fixed(row.days, 1), grouped(Int(row.coreHours(request.coresPerNode).rounded())),
      row.linkBytes > 0 ? Self.bytes(row.linkBytes) : "–",
    ]
  }

  private var words: String {
    let parts = plan.sharedParts.map { "\($0.preset) \(fixed(100 * $0.part, 0)) %" }.joined(separator: ", ")
    let rates = plan.rates.map { "\($0.preset) \(fixed($0.gflops, 0))" }.joined(separator: ", ")
    return
      "Worked out, not measured there. A step of two images was measured on this machine, on one thread and on two; a rank's step takes as "
      + "much longer as its operations are more (10⁹ operations a second of one thread here: \(rates)), and threads share the part of it that "
      + "two threads were seen to share (\(parts)). Sums over ranks follow the model of sagan bench project, fitted to "
      + "\(request.fit.shown). The ranks of a run are as many as its shards allow; nodes that these leave idle can make other runs at the same "
      + "time. Rows with more shards and batch norm over all of them can use more ranks, and are another computation than the published one. "
      + "Evaluations, checkpoints and reading of images come on top."
  }

  /// What data and evaluations need.
  private var disk: String {
    let images = 1_281_167.0
    let pixels = Double(resolution * resolution * 3)
    // Features of 100,000 reference images, kept with their moments.
    let features = 100_000.0 * 2048 * 4 + 2048.0 * 2048 * 8
    return
      "ImageNet's \(grouped(Int(images))) training images decoded at \(resolution)×\(resolution): \(Self.bytes(images * pixels)). "
      + "Features of 100,000 reference images by Inception, once for all runs: \(Self.bytes(features)). Checkpoints of a run, those that "
      + "stay and the best one:"
  }

  private static func bytes(_ count: Double) -> String {
    let units = [(1e12, "TB"), (1e9, "GB"), (1e6, "MB")]
    let unit = units.first { count >= $0.0 } ?? (1e3, "kB")
    return fixed(count / unit.0, count / unit.0 < 10 ? 1 : 0) + " " + unit.1
  }
}
