package import Checkpoints
internal import Files
package import Configuration
package import Trainer
package import DataParallel
internal import Datasets
internal import Layers
package import Logging
internal import Networks
internal import Optimizers
internal import Tensors
internal import Threads

#if canImport(Glibc)
  internal import Glibc
#endif

/// A run from its first or resumed step to its last: data, trainer, run directory, and the loop over steps.
package final class TrainingRun {
  private let configuration: TrainingConfiguration
  private let schedule: RunSchedule
  private let replicas: ReplicaGroup
  private let source: any ImageDataset
  private let trainer: Trainer<Float>
  /// Reads images ahead; nil where no steps remain.
  private let prefetcher: Prefetcher?
  private let logger: Logger
  private let output: RunRecorder?
  private let evaluations: RunEvaluations?
  private let out: String
  private let display: (any ProgressDisplay)?
  /// Is called after each step, before anything is checked or written: for checks that injure a run.
  package var afterStep: ((Trainer<Float>) -> Void)?

  /// Opens the data, builds the networks, and continues from a checkpoint if asked to.
  ///
  /// Whatever can fail is agreed upon stage by stage, so that one rank throws the error and all others `RemoteFailureError`. The
  /// directory is looked at first, as reading data may take a while, and written to last, when nothing else is amiss.
  ///
  /// - Parameters:
  ///   - settings: What the user asks for.
  ///   - options: How the run is started.
  ///   - origin: Where a new run's numbers come from, on root, if it was opened before; the settings name it.
  ///   - replicas: The ranks of the run.
  ///   - logger: Tells people how it goes; silent on all ranks but one.
  ///   - display: Shows every step on rank 0, in place of the logger's lines about steps.
  ///   - evaluator: Makes what scores samples, where the settings want scores; `nil` where it cannot.
  /// - Throws: A `ReportedError` for bad data, checkpoints, directories and settings.
  package init(
    _ settings: TrainingSettings, _ options: LaunchOptions, from origin: RunOrigin? = nil, replicas: ReplicaGroup,
    logger: Logger, display: (any ProgressDisplay)? = nil,
    evaluator: ((RunContext) throws -> (any RunEvaluator)?)? = nil
  ) throws {
    let start = RunStart(options, replicas, logger)
    try start.checkLaunch(of: settings)
    try start.checkDirectory()
    let (configuration, data) = try start.resolve(settings, origin)
    let pool = try replicas.agree { try WorkerPool(starting: options.threads) }
    let (trainer, places) = try start.planTrainer(configuration, pool)
    let source = try start.open(data, configuration)
    let point = try start.resume(trainer, source, origin)
    // Whatever can fail comes before the directory is written to.
    let goesOn = trainer.step < configuration.settings.steps
    prefetcher = goesOn ? try start.prefetch(source, for: trainer) : nil
    if let evaluator, goesOn, configuration.settings.takesScores {
      let context = RunContext(
        configuration: configuration, source: source, cache: configuration.settings.cacheFolder(of: options.out),
        replicas: replicas, pool: pool, logger: logger)
      evaluations = try evaluator(context).map { RunEvaluations($0, trainer, context) }
    } else {
      evaluations = nil
    }
    options.willWrite()
    output = try start.openDirectory(point, trainer, source, hosts: places.hosts, pool)
    trainer.isStopRequested = options.isStopRequested
    (self.configuration, self.trainer, self.source) = (configuration, trainer, source)
    (self.replicas, self.logger, self.display, out) = (replicas, logger, display, options.out)
    schedule = RunSchedule(configuration)
    describe(options, resumed: point?.search.checkpoint?.path, isFromOrigin: point?.isFromOrigin ?? false)
  }

  private func describe(_ options: LaunchOptions, resumed: String?, isFromOrigin: Bool) {
    let generator = trainer.generator.context.weights.parameters.layout.parameterCount
    let discriminator = trainer.discriminator.context.weights.parameters.layout.parameterCount
    logger.info("data: \(source.description); fingerprint \(source.fingerprint)")
    for line in source.summary.lines(classNames: source.classNames) { logger.info("\(line)") }
    for warning in source.summary.warnings(classNames: source.classNames) { logger.warning("\(warning)") }
    logger.info("parameters: generator \(grouped(generator)), discriminator \(grouped(discriminator))")
    for (name, controls) in [
      ("generator", trainer.generator.architecture.controls),
      ("discriminator", trainer.discriminator.architecture.controls),
    ] {
      for control in controls { logger.info("residual control: \(name), \(control.sentence)") }
    }
    logger.info(
      """
      ranks × threads: \(replicas.size) × \(options.threads); batch \(configuration.batch) in \
      \(configuration.shards) shards
      """
    )
    if let resumed {
      logger.info("resumed from \(resumed)")
    } else if isFromOrigin, let from = configuration.from {
      logger.info(
        """
        started from \(from): step \(configuration.fromStep ?? 0), checksum \(configuration.fromChecksum ?? "unknown"), \
        optimizer \(RunEnvironment.optimizer(of: configuration.settings)); this run's steps begin at 0
        """)
    } else if options.start == .automatic {
      logger.info("found no valid checkpoint in '\(out)': starting from step 0")
    }
  }

  /// Makes the remaining steps.
  ///
  /// - Throws: A `ReportedError`, on rank 0 alone, if something cannot be written.
  package func run() throws {
    let last = schedule.last
    guard trainer.step < last, let prefetcher else {
      if trainer.step == 0 {
        try output?.writeSamples()
        try output?.writeCheckpoint()
      }
      logger.info("finished: step \(trainer.step) of \(last)")
      return
    }
    var progress = Progress(
      step: trainer.step, last: last, imagesPerStep: configuration.batch * configuration.discriminatorUpdates)
    defer { display?.end() }
    let clock = RunClock(schedule)
    trainer.announcing = { clock.due().rawValue }
    defer { trainer.announcing = { 0 } }
    let first = trainer.step
    while trainer.step < last {
      let isMeasuring = schedule.measures(
        trainer.step + 1, isFirst: trainer.step == first, DueWork(rawValue: trainer.announcement))
      clock.beginStep(isMeasuring: isMeasuring)
      var (report, work) = try advised { try step(prefetcher, isMeasuring: isMeasuring) }
      try output?.checkPresence()
      // The networks of all ranks take part where they share statistics.
      let isMeasured = work.contains(.log) && (output != nil || configuration.batchNorm == .global)
      if work.contains(.log), output != nil { report.attention = trainer.attention() }
      if isMeasured { report.diversity = trainer.diversity() }
      clock.endStep(writing: work)
      let evaluation = work.contains(.scores) ? try evaluate(&work, &progress) : nil
      try write(work, report, evaluation, &progress, clock)
      if trainer.isStopping, trainer.step < last { try stop() }
    }
    withExtendedLifetime(prefetcher) {}
    display?.end()
    logger.info("finished: step \(trainer.step) of \(last)")
  }

  /// Makes a step, and looks at its outcome before anything is written that a bad replica would spoil.
  private func step(_ prefetcher: Prefetcher, isMeasuring: Bool) throws -> (StepReport, DueWork) {
    let report = try trainer.runStep(measuring: isMeasuring) {
      let batch = try nextBatch(prefetcher)
      return (batch.images, batch.labels)
    }
    afterStep?(trainer)
    var work = schedule.due(after: trainer.step, DueWork(rawValue: trainer.announcement))
    // The last step is followed by a checkpoint, wherever it is.
    if trainer.isStopping { work.insert(.checkpoint) }
    if work.contains(.checkpoint) || schedule.isReplicaCheckDue(after: trainer.step) {
      try trainer.checkState()
      try trainer.checkReplicas()
    }
    return (report, work)
  }

  /// Scores samples; where they are the best so far, a checkpoint is due.
  private func evaluate(
    _ work: inout DueWork, _ progress: inout Progress
  ) throws -> (scores: RunScores, seconds: Double)? {
    guard let evaluations else { return nil }
    let start = ContinuousClock.now
    let scores = try evaluations.scores()
    let time = .now - start
    progress.skip(time)
    let isBest = replicas.largest(output?.isBest(scores) == true ? 1 : 0) > 0
    if isBest, !work.contains(.checkpoint) {
      try trainer.checkState()
      try trainer.checkReplicas()
      work.insert(.checkpoint)
    }
    logger.info("step \(trainer.step): \(scores.summary)\(isBest ? ", the best so far" : "")")
    return (scores, time / .seconds(1))
  }

  /// Lets lost numbers be reported with a cure that this run knows.
  private func advised<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch var error as NonFiniteError {
      let place = output?.place ?? out
      error.cure = RatesAdvice(configuration: configuration, out: place).clause(before: trainer.step).text
      throw error
    }
  }

  /// The images of the next update.
  private func nextBatch(_ prefetcher: Prefetcher) throws -> Prefetcher.Batch {
    do {
      return try prefetcher.next()
    } catch {
      // Ranks that share a file meet the same fault: the first to report it ends the others before they say the same.
      usleep(UInt32(250_000 * min(replicas.rank, 20)))
      throw error
    }
  }

  /// Ends the run before its last step; ranks wait for the one that has written the checkpoint and says so.
  private func stop() throws {
    try replicas.agree {
      if replicas.isRoot {
        throw InterruptedError(step: trainer.step, last: configuration.steps, out: output?.place ?? out)
      }
    }
  }

  /// Writes what is due after a step.
  private func write(
    _ work: DueWork, _ report: StepReport, _ evaluation: (scores: RunScores, seconds: Double)?,
    _ progress: inout Progress, _ clock: RunClock
  ) throws {
    guard let output else { return }
    let step = trainer.step
    let status = progress.advance(to: step, report)
    display?.show(status)
    if work.contains(.log) {
      let speed = progress.measure(step: step)
      let times = [("seconds", speed.seconds), ("images_per_second", speed.imagesPerSecond)]
      if let evaluation { try output.record(evaluation.scores) }
      // A line that stays when the run goes on is that of the uninterrupted run, which does not end here.
      let scores = schedule.areScoresDue(after: step) ? evaluation?.scores : nil
      try output.log(
        report, scores, times: times + (evaluation.map { [("score_seconds", $0.seconds)] } ?? []))
    }
    let isFirst = clock.lines == 0
    if clock.showsLine(isLogDue: work.contains(.log)), display == nil {
      let next = isFirst ? status.nextLine(stepsToLog: schedule.stepsToLog(after: step), RunClock.patience) : nil
      logger.info("\(status.line)\(next ?? "")")
    }
    if work.contains(.samples) { try output.writeSamples() }
    if work.contains(.checkpoint) { try output.writeCheckpoint(evaluation?.scores) }
  }
}
