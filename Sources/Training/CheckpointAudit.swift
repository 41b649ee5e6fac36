internal import DataParallel
internal import Datasets
internal import Formats
internal import Optimizers
internal import Tensors

extension Audit {
  /// Audits the two updates that would follow a checkpoint, with batches that may be smaller than the run's.
  ///
  /// - Parameters:
  ///   - checkpoint: Where the updates begin.
  ///   - data: Which images; those of the run directory's `config.yaml` where `nil`.
  ///   - assignments: Other values for `batch` or `shards`.
  ///   - file: The safetensors file to write.
  ///   - threads: How many threads work.
  /// - Throws: A `ReportedError` for bad checkpoints, settings and data, or if the file cannot be written.
  public static func write(
    _ checkpoint: Checkpoint, data: String?, _ assignments: [SettingAssignment], to file: String, threads: Int
  ) throws {
    var configuration = try checkpoint.configuration()
    try configuration.apply(assignments)
    try configuration.validate()
    configuration.data = try data ?? checkpoint.runConfiguration().data
    let source = try configuration.openData()
    let trainer = try Trainer<Float>(configuration, replicas: .alone(), pool: WorkerPool(threads: threads))
    try trainer.restore(checkpoint)
    let prefetcher = Prefetcher(
      source: source, seed: configuration.seed, batch: configuration.batch, shards: configuration.shards,
      localShards: trainer.localShards, firstUpdate: trainer.discriminatorAdam.updates)
    let batch = prefetcher.next()
    guard let labels = batch.labels.baseAddress else { preconditionFailure("a batch without labels") }
    try write(trainer, images: batch.images, labels: labels, to: file)
    withExtendedLifetime(prefetcher) {}
  }
}

extension Checkpoint {
  /// What `config.yaml` of the run directory around the checkpoint says.
  func runConfiguration() throws -> TrainingConfiguration {
    guard let file = try RunOptions.Start.checkpoint(path).runSettings(out: "") else {
      throw CheckpointError(
        .missing,
        "expected \(RunDirectory.configurationName) in a run directory around '\(path)' to say which data the run used "
          + "and found none; name the data with --data")
    }
    return try SettingSources(preset: nil, run: file).configuration()
  }
}
