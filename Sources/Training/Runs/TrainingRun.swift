internal import Checkpoints
internal import Files
public import Configuration
package import Trainer
public import DataParallel
internal import Datasets
internal import Layers
public import Logging
internal import Networks
internal import Optimizers
internal import Tensors
internal import Threads

/// A run from its first or resumed step to its last: data, trainer, run directory, and the loop over steps.
public final class TrainingRun {
  private let configuration: TrainingConfiguration
  private let replicas: ReplicaGroup
  private let source: any ImageDataset
  private let trainer: Trainer<Float>
  private let logger: Logger
  private let output: RunRecorder?
  private let out: String
  private let display: (any ProgressDisplay)?
  /// Is called after each step, before anything is checked or written: for checks that injure a run.
  package var afterStep: ((Trainer<Float>) -> Void)?

  /// Opens the data, builds the networks, and continues from a checkpoint if asked to.
  ///
  /// Whatever can fail is agreed upon, so that one rank throws the error and all others `FailedElsewhere`.
  ///
  /// - Parameters:
  ///   - configuration: Validated; classes and image channels may still be unknown.
  ///   - options: How the run is started.
  ///   - replicas: The ranks of the run.
  ///   - logger: Tells people how it goes; silent on all ranks but one.
  ///   - display: Shows every step on rank 0, in place of the logger's lines about steps.
  /// - Throws: A `ReportedError` for bad data, checkpoints, directories and settings.
  public init(
    _ configuration: TrainingConfiguration, _ options: LaunchOptions, replicas: ReplicaGroup, logger: Logger,
    display: (any ProgressDisplay)? = nil
  ) throws {
    var configuration = configuration
    self.display = display
    self.replicas = replicas
    self.logger = logger
    out = options.out
    try replicas.agree {
      try configuration.validate(ranks: replicas.size)
      _ = try configuration.shardsAtOnce(options.shardsAtOnce, ranks: replicas.size)
    }
    // A look at the directory comes first, as reading data may take a while; it is created when nothing else is amiss.
    try replicas.agree {
      if replicas.isRoot { try RunDirectory.check(options.out, mayContinue: options.start != .new) }
    }
    let found = try replicas.agree { try configuration.findData() }
    self.configuration = configuration
    let pool = WorkerPool(threads: options.threads)
    let (trainer, places) = try Trainer<Float>.planned(
      configuration, replicas: replicas, shardsAtOnce: options.shardsAtOnce, pool: pool, overlap: options.overlap)
    self.trainer = trainer
    for warning in [places.warning, places.familyWarning] { if let warning { logger.warning("\(warning)") } }
    source = try found.open(
      DecodeOptions(cacheFolder: configuration.cacheFolder(of: options.out), threads: options.threads, logger: logger),
      on: replicas)
    let source = source
    try source.checkSame(configuration.data, on: replicas)
    let start = try replicas.agree {
      replicas.isRoot ? try ResumePoint(options, trainer, dataFingerprint: source.fingerprint) : nil
    }
    try replicas.agree { try trainer.synchronize() }
    let environment = RunEnvironment(
      replicas, threads: options.threads, shardsAtOnce: trainer.shardsAtOnce, overlap: trainer.overlap,
      hosts: places.hosts)
    output = try replicas.agree {
      guard let start, !start.isFinished else { return nil }
      return try RunRecorder(start, trainer, environment, source, pool: pool, logger: logger)
    }
    trainer.isStopRequested = options.isStopRequested
    describe(options, resumed: start?.search.checkpoint?.path)
  }

  private func describe(_ options: LaunchOptions, resumed: String?) {
    let generator = trainer.generator.context.weights.parameters.layout.parameterCount
    let discriminator = trainer.discriminator.context.weights.parameters.layout.parameterCount
    logger.info("data: \(source.description); fingerprint \(source.fingerprint)")
    for line in source.summary.lines(classNames: source.classNames) { logger.info("\(line)") }
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
    } else if options.start == .automatic {
      logger.info("found no valid checkpoint in '\(out)': starting from step 0")
    }
  }

  /// Makes the remaining steps.
  ///
  /// - Throws: A `ReportedError`, on rank 0 alone, if something cannot be written.
  public func run() throws {
    let last = configuration.steps
    guard trainer.step < last else {
      if trainer.step == 0 {
        try output?.writeSamples()
        try output?.writeCheckpoint()
      }
      logger.info("finished: step \(trainer.step) of \(last)")
      return
    }
    let prefetcher = Prefetcher(
      source: source, seed: configuration.seed, batch: configuration.batch, shards: configuration.shards,
      localShards: trainer.localShards, firstUpdate: trainer.discriminatorAdam.updates,
      isMirroring: configuration.flip)
    var progress = Progress(
      step: trainer.step, last: last, imagesPerStep: configuration.batch * configuration.discriminatorUpdates)
    defer { display?.end() }
    while trainer.step < last {
      var report = try trainer.runStep(measuringGradients: output != nil && isLogDue(trainer.step + 1)) {
        let batch = prefetcher.next()
        guard let labels = batch.labels.baseAddress else { preconditionFailure("a batch without labels") }
        return (batch.images, UnsafePointer(labels))
      }
      afterStep?(trainer)
      // Before anything is written that a bad replica would spoil.
      if isCheckpointDue || trainer.step.isMultiple(of: configuration.auditEvery) {
        try trainer.checkState()
        try trainer.checkReplicas()
      }
      // The networks of all ranks take part where they share statistics.
      let isMeasured = isLogDue(trainer.step) && (output != nil || configuration.batchNorm == .global)
      if isMeasured { report.diversity = trainer.diversity() }
      try write(report, &progress)
      if trainer.isStopping, trainer.step < last { try stop() }
    }
    withExtendedLifetime(prefetcher) {}
    display?.end()
    logger.info("finished: step \(trainer.step) of \(last)")
  }

  /// Ends the run before its last step; ranks wait for the one that has written the checkpoint and says so.
  private func stop() throws {
    try replicas.agree {
      if replicas.isRoot { throw InterruptedError(step: trainer.step, last: configuration.steps, out: out) }
    }
  }

  /// Whether a step is followed by a line of metrics.
  private func isLogDue(_ step: Int) -> Bool {
    step == configuration.steps || step.isMultiple(of: configuration.logEvery)
  }

  /// Whether the last step is followed by a checkpoint.
  private var isCheckpointDue: Bool {
    let step = trainer.step
    return step == configuration.steps || trainer.isStopping || step.isMultiple(of: configuration.checkpointEvery)
  }

  /// Writes what is due after a step.
  private func write(_ report: StepReport, _ progress: inout Progress) throws {
    guard let output else { return }
    let step = trainer.step
    let isLast = step == configuration.steps
    let status = progress.advance(to: step, report)
    display?.show(status)
    if isLogDue(step) {
      let speed = progress.measure(step: step)
      try output.log(
        report, times: [("seconds", speed.seconds), ("images_per_second", speed.imagesPerSecond)])
      if display == nil { logger.info("\(status.line)") }
    }
    if isLast || step.isMultiple(of: configuration.sampleEvery) { try output.writeSamples() }
    if isCheckpointDue { try output.writeCheckpoint() }
  }
}
