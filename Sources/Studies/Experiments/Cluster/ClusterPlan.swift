internal import Benchmarks
internal import Configuration
internal import DataParallel
internal import Networks
internal import Scaling

/// How long an experiment's runs take on a cluster, and what they need there.
///
/// A step of a few images is measured here, and takes as much longer as its operations are more; sums over ranks are those of
/// `ClusterModel`.
package struct ClusterPlan: Sendable {
  /// A run on some nodes.
  package struct Row: Sendable {
    /// The run, without its seeds.
    package let label: String
    /// Whether shards are more than the run's, with batch norm over all of them: another computation.
    package let isOther: Bool
    /// How its ranks lie.
    package let layout: RankLayout
    /// Nodes that were asked for.
    package let nodes: Int
    /// Parts of a batch.
    package let shards: Int
    /// Seconds of a step, and steps.
    package let secondsOfStep: Double, steps: Int
    /// Bytes that the busiest node's link carries one way in the whole run.
    package let linkBytes: Double

    /// Days of the run.
    package var days: Double { secondsOfStep * Double(steps) / 86400 }
    /// Hours of all cores of the nodes that it uses.
    package func coreHours(_ coresPerNode: Int) -> Double { days * 24 * Double(layout.nodes * coresPerNode) }
  }

  /// What a run leaves on disk.
  package struct Disk: Sendable {
    /// The run.
    package let label: String
    /// Bytes of its checkpoints.
    package let checkpoints: Double
  }

  /// The rows, by nodes and then by runs.
  package let rows: [Row]
  /// Checkpoints of each run.
  package let disks: [Disk]
  /// Part of a step that threads share, by preset.
  package let sharedParts: [(preset: String, part: Double)]
  /// Effective operations of one thread a second, in 10⁹, by preset.
  package let rates: [(preset: String, gflops: Double)]

  /// The images that a rank has at least in the other computation.
  private static let leastImages = 4

  /// Works out a plan.
  ///
  /// - Parameters:
  ///   - plan: The runs.
  ///   - request: The cluster.
  ///   - measured: Measured systems, by preset.
  ///   - classes: Classes of the data.
  ///   - channels: Channels of its images.
  /// - Throws: A `ReportedError` where the model's results cannot be read.
  package init(
    _ plan: RunPlan, on request: ClusterRequest, _ measured: [String: MeasuredSystem], classes: Int, channels: Int
  ) throws {
    let model = try ModelFit(resultsAt: request.fit).model
    let runs = plan.runs.filter { $0.seed == 0 }
    var rows: [Row] = []
    for nodes in request.nodes {
      for run in runs {
        guard let system = measured[run.settings.preset] else { continue }
        var settings = run.settings
        (settings.classes, settings.imageChannels) = (classes, channels)
        for isOther in [false, true] {
          if isOther {
            settings.batchNorm = .global
            settings.shards = Self.manyShards(settings)
          }
          rows.append(
            try Self.row(run.label, settings, system, model, request, nodes: nodes, isOther: isOther))
        }
      }
    }
    self.rows = rows
    disks = try runs.map { run in
      var settings = run.settings
      (settings.classes, settings.imageChannels) = (classes, channels)
      let configuration = try TrainingConfiguration(settings)
      // Generator: weights, average and Adam's second moment; discriminator: weights and moment; both first moments where β1 is not 0.
      let moments = settings.beta1 == 0 ? 0 : 1
      let numbers =
        (3 + moments) * configuration.generator.parameterCount + (2 + moments)
        * configuration.discriminator.parameterCount
      return Disk(label: run.label, checkpoints: 4 * Double(numbers) * Double(settings.keepCheckpoints + 1))
    }
    sharedParts = measured.sorted { $0.key < $1.key }.map { ($0.key, $0.value.sharedPart) }
    rates = measured.sorted { $0.key < $1.key }.map { ($0.key, $0.value.one.gflop / $0.value.one.secondsBest) }
  }

  /// As many shards as leave each some images of both batches.
  private static func manyShards(_ settings: TrainingSettings) -> Int {
    var shards = settings.shards
    while settings.batch.isMultiple(of: 2 * shards), settings.generatorBatch.isMultiple(of: 2 * shards),
      settings.batch / (2 * shards) >= leastImages
    {
      shards *= 2
    }
    return shards
  }

  private static func row(
    _ label: String, _ settings: TrainingSettings, _ system: MeasuredSystem, _ model: ClusterModel,
    _ request: ClusterRequest, nodes: Int, isOther: Bool
  ) throws -> Row {
    let allowed = (1...settings.shards).filter { (try? settings.validate(ranks: $0)) != nil }
    let layout = RankLayout(allowed: allowed, nodes: nodes, cores: request.coresPerNode)
    let operations = StepWork.operations(of: try TrainingConfiguration(settings)) / Double(layout.ranks)
    let seconds = system.seconds(operations: operations, threads: layout.threads)
    let longer = seconds / system.one.secondsBest
    let work = ClusterModel.Work(
      seconds: seconds, images: 0,
      gradients: system.one.gradients.map { gradient in
        .init(
          bytes: Double(gradient.bytes), sums: Double(gradient.sums),
          parts: gradient.parts.map { (Double($0.bytes), $0.secondsLeft * longer) })
      }, smallSums: isOther ? smallSums(settings) : [])
    let cluster = Cluster(
      nodes: layout.nodes, ranksPerNode: layout.ranksPerNode, bytesPerSecond: request.link.bytesPerSecond,
      latency: request.latency)
    let step = min(
      model.seconds(work, on: cluster, isOverlapped: false), model.seconds(work, on: cluster, isOverlapped: true))
    let bytes = system.one.gradients.reduce(0) { $0 + Double($1.bytes * $1.sums) }
    return Row(
      label: label, isOther: isOther, layout: layout, nodes: nodes, shards: settings.shards, secondsOfStep: step,
      steps: settings.steps, linkBytes: bytes * linkShare(layout) * Double(settings.steps))
  }

  /// The share of a buffer that passes the busiest node's link one way.
  private static func linkShare(_ layout: RankLayout) -> Double {
    guard layout.nodes > 1 else { return 0 }
    return (0..<layout.nodes).map { node in
      (0..<layout.ranksPerNode).reduce(0) { sum, rank in
        let traffic = SumTraffic(
          rank: node * layout.ranksPerNode + rank, of: layout.ranks, ranksPerNode: layout.ranksPerNode)
        return sum + traffic.rounds.reduce(0) { $0 + $1.remoteShare }
      }
    }.max() ?? 0
  }

  /// Sums of batch norm over all shards: moments of each of the generator's norms, forward for every pass and backward for its own
  /// update; two numbers a channel.
  private static func smallSums(_ settings: TrainingSettings) -> [Double] {
    // Two norms in each block, and one at the end; the widest map of the networks' tables bounds their channels.
    let norms = 2 * (settings.resolution == 128 ? 5 : settings.resolution == 64 ? 4 : 3) + 1
    let passes = settings.discriminatorUpdates + 2
    return [Double](repeating: Double(8 * 16 * settings.width), count: norms * passes)
  }
}
