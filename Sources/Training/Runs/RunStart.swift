internal import Checkpoints
internal import Configuration
internal import DataParallel
internal import Datasets
internal import Logging
internal import Optimizers
internal import Threads
internal import Trainer

/// The stages of a run's start; all ranks call each of them and agree on its outcome before the next.
struct RunStart {
  private let options: LaunchOptions
  private let replicas: ReplicaGroup
  private let logger: Logger

  /// A start on these ranks.
  init(_ options: LaunchOptions, _ replicas: ReplicaGroup, _ logger: Logger) {
    (self.options, self.replicas, self.logger) = (options, replicas, logger)
  }

  /// Checks that the settings fit together, and that this many ranks and groups can share the shards.
  func checkLaunch(of settings: TrainingSettings) throws {
    try replicas.agree {
      try settings.validate(ranks: replicas.size)
      _ = try settings.shardsAtOnce(options.shardsAtOnce, ranks: replicas.size)
    }
  }

  /// Checks, without touching anything, that root may write to the run directory.
  func checkDirectory() throws {
    try replicas.agree {
      guard replicas.isRoot else { return }
      try RunDirectory.check(options.out, mayContinue: options.start != .new)
      // What the run would only find out when images have been read.
      _ = try CheckpointFolder(options.out + "/" + RunFiles.checkpoints).best()
    }
  }

  /// Finds the data set, and lets it decide what the settings leave open.
  ///
  /// - Parameters:
  ///   - settings: The run's.
  ///   - origin: Whose numbers the run starts with, on root; networks must have the same tensors.
  /// - Returns: The configuration, and the data set to be opened.
  /// - Throws: A `ReportedError` for data and settings that do not fit.
  func resolve(
    _ settings: TrainingSettings, _ origin: RunOrigin?
  ) throws -> (TrainingConfiguration, DatasetHandle) {
    try replicas.agree {
      let result = try settings.resolved()
      try origin?.check(result.configuration.settings)
      return result
    }
  }

  /// Plans networks and optimizers, all of whose numbers are 0, and checks that hosts have the memory for them.
  func planTrainer(
    _ configuration: TrainingConfiguration, _ pool: WorkerPool
  ) throws -> (Trainer<Float>, RankPlaces) {
    let (trainer, places) = try Trainer<Float>.planned(
      configuration, replicas: replicas, shardsAtOnce: options.shardsAtOnce, pool: pool, overlap: options.overlap)
    for warning in [places.warning, places.quotaWarning, places.familyWarning] {
      if let warning { logger.warning("\(warning)") }
    }
    return (trainer, places)
  }

  /// Opens the data set, decoding images where that is not done yet, and checks that all ranks see the same.
  func open(_ data: DatasetHandle, _ configuration: TrainingConfiguration) throws -> any ImageDataset {
    let folder = configuration.settings.cacheFolder(of: options.out)
    let source = try data.open(
      DecodeOptions(cacheFolder: folder, threads: options.threads, logger: logger), on: replicas)
    try source.checkSame(configuration.data, on: replicas)
    return source
  }

  /// Sets the numbers of all ranks to those of the checkpoint to continue from, of the origin, or of step 0.
  ///
  /// - Returns: Where the run begins, on root.
  func resume(
    _ trainer: Trainer<Float>, _ source: any ImageDataset, _ origin: RunOrigin?
  ) throws -> ResumePoint? {
    let point = try replicas.agree {
      replicas.isRoot
        ? try ResumePoint(
          options, trainer, dataFingerprint: source.fingerprint, classNames: source.classNames, origin: origin,
          logger: logger) : nil
    }
    try replicas.agree { try trainer.synchronize() }
    return point
  }

  /// What reads the images of the steps that remain, from the first step on.
  func prefetch(_ source: any ImageDataset, for trainer: Trainer<Float>) throws -> Prefetcher {
    let configuration = trainer.configuration
    return try replicas.agree {
      try Prefetcher(
        source: source, seed: configuration.seed, batch: configuration.batch, shards: configuration.shards,
        localShards: trainer.localShards, firstUpdate: trainer.discriminatorAdam.updates,
        isMirroring: configuration.flip, isHeld: true)
    }
  }

  /// Takes the run directory back to the step where the run begins, and opens its files.
  ///
  /// - Returns: What writes to it; `nil` on other ranks than root, and where the run was finished before.
  func openDirectory(
    _ point: ResumePoint?, _ trainer: Trainer<Float>, _ source: any ImageDataset, hosts: [String], _ pool: WorkerPool
  ) throws -> RunRecorder? {
    try replicas.agree {
      guard let point, !point.isFinished else { return nil }
      let environment = RunEnvironment(
        replicas, threads: options.threads, shardsAtOnce: trainer.shardsAtOnce, overlap: trainer.overlap, hosts: hosts,
        settings: trainer.configuration.settings)
      return try RunRecorder(point, trainer, environment, source, pool: pool, logger: logger)
    }
  }
}
