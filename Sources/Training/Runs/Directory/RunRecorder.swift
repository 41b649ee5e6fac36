internal import Configuration
internal import Checkpoints
internal import Images
internal import Files
internal import Formats
internal import Sampling
internal import Trainer
internal import Datasets
internal import Layers
internal import Logging
internal import Networks
internal import Optimizers
internal import Tensors
internal import Threads

/// Writes the files of a run while it trains; only rank 0 has one.
final class RunRecorder {
  private let directory: RunDirectory
  private let metrics: MetricsLog
  private let events: EventLog
  private let grid: SampleGrid
  private let trainer: Trainer<Float>
  private let source: any ImageDataset
  /// The step of a checkpoint that is there only because the run was stopped then.
  private var stopgap: Int?
  private let logger: Logger
  private var watch: CollapseWatch
  /// The step of a checkpoint that a warning has named.
  private var spared: Int?
  /// The checkpoint that is kept for its score.
  private var best: BestCheckpoint?

  /// Makes a directory that of the run after the step it starts from, and opens its files.
  ///
  /// `config.yaml` comes first: whatever follows can be interrupted and is done again by the next start.
  ///
  /// - Parameters:
  ///   - start: Where the run begins; not finished.
  ///   - trainer: Holds the numbers.
  ///   - environment: Where the run takes place.
  ///   - source: The images that are trained on.
  ///   - pool: The threads of this rank.
  ///   - logger: Gets warnings of damaged checkpoints.
  /// - Throws: `FileError` if something cannot be written.
  init(
    _ start: ResumePoint, _ trainer: Trainer<Float>, _ environment: RunEnvironment, _ source: any ImageDataset,
    pool: WorkerPool, logger: Logger
  ) throws {
    let (configuration, step) = (trainer.configuration, trainer.step)
    directory = start.directory
    self.trainer = trainer
    self.logger = logger
    self.source = source
    if let checkpoint = start.search.checkpoint?.path,
      let warning = ProcessorFamily.warning(goingOnFrom: checkpoint)
    {
      logger.warning("\(warning)")
    }
    if let fault = start.search.checkpoint?.gradientFault {
      logger.warning(
        "\(fault); the run goes on with correct gradients from here: start a new run for a model with them throughout")
    }
    try directory.write(configuration)
    try directory.removeAbandoned()
    try directory.write(environment)
    if start.isOwn { try start.clearCheckpoints(logger) } else { start.search.warn(logger) }
    let schedule = RunSchedule(configuration)
    try directory.removeSamples { !schedule.keepsSamples(of: $0, resumingAfter: step) }
    metrics = try MetricsLog(in: directory.folder) { schedule.keepsLog(of: $0, resumingAfter: step) }
    events = try EventLog(in: directory.folder, continuingAfter: step)
    for warning in events.warnings + [metrics.warning].compactMap({ $0 }) { logger.warning("\(warning)") }
    try directory.folder.flush()
    grid = SampleGrid(
      trainer.generator.architecture, weights: trainer.average, convolutions: configuration.convolutions,
      seed: configuration.seed, pool: pool)
    stopgap = start.search.checkpoint != nil && schedule.isStopgap(step) ? step : nil
    watch = try CollapseWatch(seeing: directory.folder)
    spared = watch.sparedCheckpoint(among: try directory.checkpoints.steps().filter { [stopgap] in $0 != stopgap })
    best = try directory.checkpoints.best { schedule.keepsBest($0, resumingAfter: step) }
    // Until this run has a checkpoint of its own, being killed would lose where it started from.
    if !start.isOwn || start.isFromOrigin { try writeCheckpoint() }
  }

  /// Where the run directory is now.
  var place: String { directory.place }

  /// Checks that the run directory is there still, and still this run's.
  func checkPresence() throws(FileError) { try directory.checkPresence() }

  /// Appends a line of metrics.
  ///
  /// - Parameters:
  ///   - report: What the step reports.
  ///   - scores: Scores of samples, where they were taken.
  ///   - times: What differs from run to run.
  /// - Throws: `FileError` when the disk is full, for instance.
  func log(_ report: StepReport, _ scores: RunScores?, times: [MetricsLog.Metric]) throws {
    var results: [MetricsLog.Metric] = report.metrics(hasClassifier: trainer.configuration.head == .classifier)
    if let scores { results += scores.metrics.map { (name: "score/" + $0.name, value: $0.value) } }
    try metrics.append(step: trainer.step, results + spectralNorms, times: times)
    let scalars = results + times.map { ("time/" + $0.name, $0.value) }
    try events.append(scalars.map { ($0.name, .scalar(Float($0.value))) }, step: trainer.step)
    if let warning = watch.warning(report, step: trainer.step) {
      let advice = RatesAdvice(configuration: trainer.configuration, out: directory.place).clause(
        before: watch.healthyStep, stopgap: stopgap)
      // What the user is told to start from has to be there when it is read.
      spared = advice.checkpoint ?? spared
      logger.warning("step \(trainer.step): \(warning) \(advice.text)")
    }
  }

  /// σ of each layer that is spectrally normalized, under `sigma/network/layer`.
  private var spectralNorms: [MetricsLog.Metric] {
    [("generator", trainer.generator.context.weights), ("discriminator", trainer.discriminator.context.weights)]
      .flatMap { network, weights in weights.spectralNorms.map { ("sigma/\(network)/\($0.layer)", $0.sigma) } }
  }

  /// Draws a grid of samples, and shows how large the layers' spectral norms are.
  func writeSamples() throws {
    grid.updateSpectralNorms(from: trainer.generator.context.weights)
    let png = try grid.png()
    try directory.write(samples: png, step: trainer.step)
    let (height, width, channels) = PNG.extents(png)
    var values: [(tag: String, value: TensorBoardEvent.Value)] = [
      ("samples", .image(png: png, height: height, width: width, channels: channels))
    ]
    for (network, weights) in [
      ("generator", trainer.generator.context.weights), ("discriminator", trainer.discriminator.context.weights),
    ] {
      let norms = weights.spectralNorms.map(\.sigma)
      guard let largest = norms.max(), norms.allSatisfy(\.isFinite) else { continue }
      values.append(("sigma/" + network, .histogram(Histogram(norms))))
      values.append(("sigma_max/" + network, .scalar(Float(largest))))
    }
    try events.append(values, step: trainer.step)
  }

  /// Appends scores to the run's evaluations.
  func record(_ scores: RunScores) throws(FileError) { try directory.append(scores.record, to: RunFiles.evaluations) }

  /// Whether a checkpoint of this step would be the best so far.
  func isBest(_ scores: RunScores) -> Bool { scores.ranking?.isBetter(than: best) ?? false }

  /// Writes a checkpoint; where its scores are the best so far, it is kept for good.
  func writeCheckpoint(_ scores: RunScores? = nil) throws {
    grid.updateSpectralNorms(from: trainer.generator.context.weights)
    try metrics.flush()
    try events.flush()
    var kept = [spared, best?.step].compactMap { $0 }
    if let scores, let ranking = scores.ranking, isBest(scores) {
      let new = BestCheckpoint(
        step: trainer.step, score: ranking.name, value: ranking.value, conditions: ranking.conditions)
      if let best, best.conditions != new.conditions || best.score != new.score {
        logger.warning(
          """
          the best checkpoint so far, of step \(best.step), was found by other scores, which cannot be compared with these: \
          step \(new.step) takes its place
          """)
      }
      try directory.checkpoints.setBest(new, after: best)
      best = new
      kept.append(new.step)
    }
    try directory.checkpoints.write(
      trainer.checkpointContents(dataFingerprint: source.fingerprint, classNames: source.classNames),
      keep: trainer.configuration.keepCheckpoints, every: trainer.configuration.keepEvery, replacing: stopgap,
      sparing: Set(kept))
    if trainer.step != stopgap { stopgap = nil }
  }
}

extension ResumePoint {
  /// Renames damaged checkpoints, and lets `latest` name the one that the run continues from.
  fileprivate func clearCheckpoints(_ logger: Logger) throws(FileError) {
    for (path, error) in search.damaged.map({ ($0.path, $0.error) }) {
      let name = try directory.checkpoints.setAside(path)
      logger.warning("the checkpoint '\(path)' is damaged and was renamed to '\(name)': \(error.damage ?? "")")
    }
    if let step = search.checkpoint?.manifest.step, try directory.checkpoints.latest() != step {
      try directory.checkpoints.setLatest(step)
    }
  }
}

extension Weights<Float> {
  /// σ of each layer that is spectrally normalized.
  fileprivate var spectralNorms: [(layer: String, sigma: Double)] {
    let suffix = ".sigma"
    return spectra.layout.entries.filter { $0.name.hasSuffix(suffix) }.map {
      (String($0.name.dropLast(suffix.count)), Double(spectra.values[$0.range.lowerBound]))
    }
  }
}
