internal import Configuration
internal import Checkpoints
internal import Files
internal import Logging
internal import Trainer

/// Where a run begins, as rank 0 finds it; nothing but the lock is changed meanwhile.
struct ResumePoint {
  /// The directory to write to.
  let directory: RunDirectory
  /// The checkpoint that the run continues from, unless it begins at step 0, and newer ones that are damaged.
  let search: CheckpointSearch
  /// Whether these checkpoints are the directory's own.
  let isOwn: Bool
  /// Whether the run had reached its last step before.
  let isFinished: Bool
  /// Whether it begins with another run's numbers.
  let isFromOrigin: Bool

  /// Finds the checkpoint, checks that going on from it is the same run, and sets the trainer's numbers.
  ///
  /// - Parameters:
  ///   - options: How the run is started.
  ///   - trainer: Gets the checkpoint's numbers, or those of step 0.
  ///   - dataFingerprint: The fingerprint of the images that are there now.
  ///   - classNames: The names of their classes, by label.
  ///   - origin: Where the run's first numbers come from, if that has been opened before.
  ///   - logger: Gets warnings of damaged checkpoints of the origin.
  /// - Throws: A `ReportedError` for damage, another run, too little space, or a directory that is not free.
  init(
    _ options: LaunchOptions, _ trainer: Trainer<Float>, dataFingerprint: String, classNames: [String],
    origin: RunOrigin?, logger: Logger
  ) throws {
    let configuration = trainer.configuration
    let folder = CheckpointFolder(options.out + "/" + RunFiles.checkpoints)
    var search = CheckpointSearch.nothing
    var isOwn = true
    if case .checkpoint(let path) = options.start {
      search = try Checkpoint.search(path)
      let found = try search.existing(in: path)
      try found.checkContinuation(of: configuration, dataFingerprint: dataFingerprint)
      isOwn = Directory.isSame(Directory.split(found.path).folder, folder.path)
    }
    // Numbers that cannot be used are found before anything is made, but for those that only the lock makes certain.
    if options.start != .automatic { try Self.load(search.checkpoint, origin, classNames, into: trainer, logger) }
    try RunDirectory.checkSpace(
      options.out, for: trainer.checkpointFiles, configuration,
      after: try search.checkpoint?.manifest.step ?? folder.latest() ?? 0)
    let mayHold = try folder.holdsAny()
    directory = try RunDirectory(options.out, mayContinue: options.start != .new && (isOwn || !mayHold))
    if options.start == .automatic {
      search = try directory.checkpoints.search()
      try search.checkpoint?.checkContinuation(of: configuration, dataFingerprint: dataFingerprint)
    }
    if !isOwn || search.checkpoint == nil { try directory.checkContinuation(of: configuration) }
    if search.checkpoint == nil { try directory.checkImport() }
    if options.start == .automatic { try Self.load(search.checkpoint, origin, classNames, into: trainer, logger) }
    isFromOrigin = search.checkpoint == nil && configuration.from != nil
    self.search = search
    self.isOwn = isOwn
    isFinished = search.checkpoint != nil && trainer.step == configuration.steps
  }

  /// Sets the trainer's numbers: those of a checkpoint, of the run's origin, or random ones.
  private static func load(
    _ checkpoint: Checkpoint?, _ origin: RunOrigin?, _ classNames: [String], into trainer: Trainer<Float>,
    _ logger: Logger
  ) throws {
    let settings = trainer.configuration.settings
    if let checkpoint {
      try trainer.restore(checkpoint)
    } else if let from = settings.from {
      let origin =
        try origin ?? RunOrigin(from, step: settings.fromStep, checksum: settings.fromChecksum, logger: logger)
      if let sentence = try trainer.begin(from: origin, classNames: classNames) { logger.info("\(sentence)") }
    } else {
      trainer.initialize()
    }
  }
}
