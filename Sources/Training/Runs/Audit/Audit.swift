internal import Formats
public import Checkpoints
public import Configuration
internal import Files
internal import Trainer
public import DataParallel
internal import Datasets
internal import Foundation
internal import Kernels
internal import MPI
internal import Networks
internal import Optimizers
internal import Tensors
internal import Threads

/// Recordings of the steps that follow a checkpoint, made by the code that trains.
///
/// A file lets another program repeat a step from the numbers alone, with the same ReLU masks and max-pool winners, and
/// compare every tensor: `docs/audit.md` lists them. Its bytes are the same for any number of ranks, threads and groups of
/// shards, and in single precision what it says of new parameters and moments is what the run's next checkpoint would hold.
public struct Audit {
  /// In which precision the steps are made.
  public enum Precision: String, CaseIterable, Sendable {
    /// That of training.
    case single
    /// That of comparisons in which rounding shall play no part.
    case double
  }

  /// Steps to record.
  public var steps = 1
  /// Whether each shard's gradients are recorded, too.
  public var hasParts = false
  /// Whether attention's weights are recorded, too.
  public var hasAttention = false
  /// In which precision the steps are made.
  public var precision = Precision.single
  /// Threads of each rank.
  public var threads = 1
  /// How many shards of a rank go through a layer together; all where nil.
  public var shardsAtOnce: Int?
  /// Whether files that are there are replaced; those of checkpoints never are.
  public var isForced = false
  /// When sums of gradients are taken; where nil, as suits the hosts.
  public var overlap: Overlap?

  /// One step in single precision.
  public init() {}

  /// Records steps; every rank calls it.
  ///
  /// - Parameters:
  ///   - checkpoint: Where the steps begin; looked at on rank 0 alone.
  ///   - choice: Which images, if not the run's.
  ///   - assignments: Other values of settings, such as `batch` or `shards`.
  ///   - replicas: The ranks.
  ///   - out: The safetensors file to write, or for several steps a folder for one file a step.
  /// - Throws: A `ReportedError` for bad checkpoints, settings and data, or if a file cannot be written.
  public func write(
    _ checkpoint: Checkpoint?, data choice: DataOverride, _ assignments: [SettingAssignment],
    over replicas: ReplicaGroup, to out: String
  ) throws {
    let own = try replicas.agree { () throws -> TrainingSettings? in
      guard let checkpoint, replicas.isRoot else { return nil }
      var settings = try checkpoint.settings()
      try settings.apply(assignments)
      try settings.validate()
      try settings.validate(ranks: replicas.size)
      try checkpoint.manifest.checkUpdates(of: steps, each: settings.discriminatorUpdates)
      try checkpoint.locateData(for: &settings, choice)
      return settings
    }
    let settings = try TrainingSettings.shared(own, over: replicas)
    let (configuration, found) = try replicas.agree { try settings.resolved() }
    let pool = try replicas.agree { try WorkerPool(starting: threads) }
    let trainer = try Trainer<Float>.planned(
      configuration, replicas: replicas, shardsAtOnce: shardsAtOnce, pool: pool, overlap: overlap
    ).trainer
    let source = try found.open(
      DecodeOptions(cacheFolder: settings.cacheFolder(of: out), threads: threads), on: replicas)
    try source.checkSame(configuration.data, on: replicas)
    try replicas.agree {
      guard let checkpoint, replicas.isRoot else { return }
      // Other images than the run's have to be asked for.
      if choice.data == nil { try checkpoint.checkImages(source.fingerprint) }
      try trainer.restore(checkpoint)
    }
    try replicas.agree { try trainer.synchronize() }
    switch precision {
    case .single: try record(trainer, source, to: out)
    case .double: try record(try Trainer<Double>(trainer, pool: pool), source, to: out)
    }
  }

  private func record<Scalar>(
    _ trainer: Trainer<Scalar>, _ source: any ImageDataset, to out: String
  ) throws {
    let (configuration, replicas) = (trainer.configuration, trainer.replicas)
    try replicas.agree { if replicas.isRoot, steps > 1 { try Directory.create(out) } }
    let batches = try replicas.agree { try RealBatches(trainer, source) }
    for _ in 0..<steps {
      // Opened before the step is made, so that a place that cannot be written to is reported at once.
      let output = try replicas.agree { () throws -> OutputFile? in
        replicas.isRoot ? try newFile(out, step: trainer.step + 1) : nil
      }
      let settings = AuditSettings(trainer)
      let recording = StepRecording(trainer, .init(parts: hasParts, attention: hasAttention))
      _ = try trainer.runStep(batches.next)
      recording.detach(from: trainer)
      let file = recording.contents.file(
        over: replicas, shards: configuration.shards / replicas.size,
        metadata: [
          "format": "2", "generator": trainer.generator.architecture.json,
          "discriminator": trainer.discriminator.architecture.json, "step_settings": settings.json,
        ])
      try replicas.agree {
        if let file, let output { try file.write(to: output) }
      }
    }
    withExtendedLifetime(batches) {}
  }

  private func newFile(_ out: String, step: Int) throws(FileError) -> OutputFile {
    let path = steps > 1 ? "\(out)/step-\(zeroPadded(step)).safetensors" : out
    try Checkpoint.checkOutside(path)
    return try OutputFile(path: path, isForced: isForced)
  }
}

/// Real images of a trainer's updates, in its precision.
private final class RealBatches<Scalar: KernelScalar & MPIScalar> {
  private let prefetcher: Prefetcher
  private let workspace = Workspace()
  private let images: Tensor<Scalar>

  init(_ trainer: Trainer<Scalar>, _ source: any ImageDataset) throws(ThreadError) {
    let configuration = trainer.configuration
    prefetcher = try Prefetcher(
      source: source, seed: configuration.seed, batch: configuration.batch, shards: configuration.shards,
      localShards: trainer.localShards, firstUpdate: trainer.discriminatorAdam.updates,
      isMirroring: configuration.flip)
    let side = configuration.resolution
    images = workspace.tensor(
      Shape(
        configuration.batch / configuration.shards * trainer.localShards.count, side, side, configuration.imageChannels)
    )
  }

  func next() throws(DatasetError) -> (images: Tensor<Scalar>, labels: Labels) {
    let batch = try prefetcher.next()
    if let same = batch.images as? Tensor<Scalar> { return (same, batch.labels) }
    for i in 0..<images.count { images.base[i] = Scalar(batch.images.base[i]) }
    return (images, batch.labels)
  }
}

/// The hyperparameters of a step, under the names that an audit's readers use.
private struct AuditSettings: Encodable {
  let step, shards, batch_norm_shards, d_updates, g_update, d_update: Int
  let family, augment: String
  let d_aux_weight, g_aux_weight, g_learning_rate, d_learning_rate, beta1, beta2, epsilon, average_decay: Double
  var batch_norm_momentum = 0.1

  /// Those of the step that the trainer makes next.
  init<Scalar>(_ trainer: Trainer<Scalar>) {
    let configuration = trainer.configuration
    let factor = configuration.learningRateFactor(step: trainer.step)
    step = trainer.step + 1
    shards = configuration.shards
    batch_norm_shards = configuration.batchNorm == .global ? 1 : configuration.shards
    d_updates = configuration.discriminatorUpdates
    g_update = trainer.generatorAdam.updates + 1
    d_update = trainer.discriminatorAdam.updates + 1
    family = configuration.head == .classifier ? "acgan" : "projection"
    augment = configuration.augmentation.rawValue
    d_aux_weight = configuration.discriminatorAuxiliaryWeight
    g_aux_weight = configuration.generatorAuxiliaryWeight
    g_learning_rate = configuration.generatorLearningRate * factor
    d_learning_rate = configuration.discriminatorLearningRate * factor
    beta1 = configuration.beta1
    beta2 = configuration.beta2
    epsilon = configuration.epsilon
    average_decay = configuration.averageDecay(step: trainer.step)
  }

  var json: String { JSONText.encode(self) }
}
