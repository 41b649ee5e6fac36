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
  ///   - choice: Which images, if not the run's.
  ///   - assignments: Other values for `batch` or `shards`.
  ///   - file: The safetensors file to write.
  ///   - threads: How many threads work.
  /// - Throws: A `ReportedError` for bad checkpoints, settings and data, or if the file cannot be written.
  public static func write(
    _ checkpoint: Checkpoint, data choice: DataChoice, _ assignments: [SettingAssignment], to file: String, threads: Int
  ) throws {
    var configuration = try checkpoint.configuration()
    try configuration.apply(assignments)
    try configuration.validate()
    try checkpoint.locateData(for: &configuration, choice)
    let source = try configuration.findData().open(DataAccess(cacheFolder: configuration.cache, threads: threads))
    let trainer = try Trainer<Float>(configuration, replicas: .alone(), pool: WorkerPool(threads: threads))
    try trainer.restore(checkpoint)
    let prefetcher = Prefetcher(
      source: source, seed: configuration.seed, batch: configuration.batch, shards: configuration.shards,
      localShards: trainer.localShards, firstUpdate: trainer.discriminatorAdam.updates,
      isMirroring: configuration.flip)
    let batch = prefetcher.next()
    guard let labels = batch.labels.baseAddress else { preconditionFailure("a batch without labels") }
    try write(trainer, images: batch.images, labels: labels, to: file)
    withExtendedLifetime(prefetcher) {}
  }
}
