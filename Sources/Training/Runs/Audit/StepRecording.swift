internal import Formats
internal import Configuration
internal import Trainer
internal import DataParallel
internal import Kernels
internal import Layers
internal import MPI
internal import Networks
internal import Optimizers
internal import Tensors

/// What a recording keeps beyond what every recording does, as it may be large.
struct RecordedExtras {
  /// The gradients of each shard: as many numbers as the parameters have, times shards.
  var parts = false
  /// Attention's weights: of each sample as many numbers as it has queries times keys.
  var attention = false
}

/// Keeps everything of one step that `docs/audit.md` lists.
final class StepRecording<Scalar: KernelScalar & MPIScalar>: StepRecorder {
  /// What was kept so far.
  private(set) var contents: AuditContents

  private let extras: RecordedExtras
  fileprivate let shardsAtOnce: Int
  private var update = StepUpdate.generator
  private var group = 0
  /// The gradients that the optimizer takes.
  private var taken: Arena<Scalar>?
  /// Each of this rank's shards' gradients of the update's network, where they are wanted.
  private var parts: [Arena<Scalar>] = []
  private let observers: (generator: PassRecording<Scalar>, discriminator: PassRecording<Scalar>)

  /// A recording of the next step of `trainer`, which shows it to this from now on.
  init(_ trainer: Trainer<Scalar>, _ extras: RecordedExtras) {
    contents = AuditContents(isRoot: trainer.replicas.isRoot)
    self.extras = extras
    shardsAtOnce = trainer.shardsAtOnce
    observers = (
      PassRecording("generator", seesAttention: extras.attention),
      PassRecording("discriminator", seesAttention: extras.attention)
    )
    trainer.recorder = self
    for (observer, context) in [
      (observers.generator, trainer.generator.context), (observers.discriminator, trainer.discriminator.context),
    ] {
      observer.recording = self
      context.observer = observer
    }
  }

  /// Ends the recording.
  func detach(from trainer: Trainer<Scalar>) {
    trainer.recorder = nil
    for context in [trainer.generator.context, trainer.discriminator.context] { context.observer = nil }
  }

  // MARK: The step

  func stepBegins(_ trainer: Trainer<Scalar>) {
    contents.add("old/generator/", weights: trainer.generator.context.weights)
    contents.add("old/discriminator/", weights: trainer.discriminator.context.weights)
    contents.add("old/average/", weights: trainer.average)
    for (name, adam) in [("generator", trainer.generatorAdam), ("discriminator", trainer.discriminatorAdam)] {
      contents.add("old/\(name)-adam-m/", adam.first)
      contents.add("old/\(name)-adam-v/", adam.second)
    }
  }

  func passBegins(_ update: StepUpdate, group: Int, _ trainer: Trainer<Scalar>) {
    (self.update, self.group) = (update, group)
    guard group == 0, extras.parts else { return }
    let layout = trainer.context(of: update).weights.parameters.layout
    parts = trainer.localShards.map { _ in Arena(layout) }
  }

  func imagesAreAugmented(real images: Tensor<Scalar>, _ update: StepUpdate) {
    contents.append(rows: "\(update)/real", images)
  }

  func passWasJudged(
    _ verdict: Discriminator<Scalar>.Output, _ update: StepUpdate, _ trainer: Trainer<Scalar>
  ) {
    let (configuration, buffers, shards) = (trainer.configuration, trainer.buffers, trainer.shardsAtOnce)
    let (isGenerator, isAugmenting) = (update == .generator, configuration.augmentation != .none)
    let perShard = (isGenerator ? configuration.generatorBatch : configuration.batch) / configuration.shards
    let own = group * shards * perShard..<(group + 1) * shards * perShard
    let labels = Labels(buffers.labels)[own]
    contents.append(rows: "\(update)/latents", buffers.latents[rows: own])
    if isGenerator {
      contents.append(rows: "g/labels", labels)
      contents.append(rows: "g/images", trainer.generator.images[rows: 0..<own.count])
    } else {
      contents.append(rows: "\(update)/fake_labels", labels)
      // What the discriminator was given: shard by shard, real images and then generated ones.
      for shard in 0..<shards {
        let real = 2 * shard * perShard..<(2 * shard + 1) * perShard
        let fake = real.upperBound..<real.upperBound + perShard
        contents.append(rows: "\(update)/real_labels", Labels(buffers.imageLabels)[real])
        guard !isAugmenting else { continue }
        contents.append(rows: "\(update)/real", buffers.images[rows: real])
        contents.append(rows: "\(update)/fake", buffers.images[rows: fake])
      }
    }
    if isAugmenting {
      let judged = 0..<verdict.logits.count
      if !isGenerator { contents.append(rows: "\(update)/fake", trainer.generator.images[rows: 0..<own.count]) }
      contents.append(rows: "\(update)/augmented", buffers.images[rows: judged])
      keep(buffers.augmentations[judged])
    }
    contents.append(rows: "\(update)/logits", verdict.logits.reshaped(Shape(verdict.logits.count)))
    if let classLogits = verdict.classLogits { contents.append(rows: "\(update)/class_logits", classLogits) }
    let sums = UnsafeBufferPointer(rebasing: buffers.shardSums[group * shards..<(group + 1) * shards])
    contents.append(
      rows: "\(update)/loss_parts", shape: [SIMD8<Double>.scalarCount], count: shards, .init(.float64, sums))
    trainer.generator.record(observers.generator)
    trainer.discriminator.record(observers.discriminator)
  }

  func imagesHave(gradient: Tensor<Scalar>, _ update: StepUpdate) {
    contents.append(rows: "\(update)/image_gradient", gradient)
  }

  func gradientsWereSummed(_ update: StepUpdate, _ sums: LossSums, _ trainer: Trainer<Scalar>) {
    let context = trainer.context(of: update)
    contents.add("\(update)/summed/", context.gradients)
    for (shard, part) in parts.enumerated() { contents.add(part: "\(update)", shard: shard, part) }
    parts = []
    let configuration = trainer.configuration
    var report = StepReport()
    if update == .generator {
      report.take(generator: sums, configuration)
      contents.add("g/loss", report.generatorLoss)
      if configuration.head == .classifier { contents.add("g/loss_class", report.generatorClassLoss) }
    } else {
      report.take(discriminator: sums, configuration)
      contents.add("\(update)/loss", report.discriminatorLoss)
      contents.add("\(update)/loss_real", sums.hingeReal / Double(configuration.batch))
      contents.add("\(update)/loss_fake", sums.adversarialFake / Double(configuration.batch))
      if configuration.head == .classifier { contents.add("\(update)/loss_class", report.discriminatorClassLoss) }
    }
  }

  func takenGradients(of update: StepUpdate, _ trainer: Trainer<Scalar>) -> Arena<Scalar>? {
    taken = Arena(trainer.context(of: update).weights.parameters.layout)
    return taken
  }

  func updateEnded(_ update: StepUpdate, _ trainer: Trainer<Scalar>) {
    if let taken { contents.add("\(update)/gradient/", taken) }
    taken = nil
    contents.add("\(update)/updated/", weights: trainer.context(of: update).weights)
    let adam = update == .generator ? trainer.generatorAdam : trainer.discriminatorAdam
    contents.add("\(update)/adam-m/", adam.first)
    contents.add("\(update)/adam-v/", adam.second)
  }

  func stepEnded(_ trainer: Trainer<Scalar>) {
    guard trainer.replicas.isRoot else { return }
    // As a run does before it writes a checkpoint or a grid of samples.
    let generator = Generator<Scalar>(
      trainer.generator.architecture, samples: 1, shards: 1, weights: trainer.average, isTrained: false,
      pool: trainer.generator.context.pool, convolutionAlgorithm: trainer.configuration.convolutions)
    generator.updateAverageSpectralNorms(from: trainer.generator.context.weights.spectra)
    contents.add("g/average/", weights: trainer.average)
  }

  // MARK: A pass

  fileprivate func keep(_ kind: String, _ network: String, _ name: String, _ shape: Shape, _ bytes: [UInt8]) {
    let rowShape = (1..<shape.rank).map { shape[$0] }
    bytes.withUnsafeBufferPointer {
      contents.append(
        rows: "\(update)/\(kind)/\(network)/\(name)", shape: rowShape, count: shape[0], .init(.uint8, $0))
    }
  }

  private func keep(_ augmentations: Slice<UnsafeMutableBufferPointer<ImageAugmentation>>) {
    let numbers = augmentations.flatMap {
      [$0.brightness, $0.saturation, $0.contrast]
        + [$0.rowShift, $0.columnShift, $0.holeRow, $0.holeColumn].map { Double($0) }
    }
    numbers.withUnsafeBufferPointer {
      contents.append(rows: "\(update)/augmentation", shape: [7], count: augmentations.count, .init(.float64, $0))
    }
  }

  fileprivate func keep(attention weights: Tensor<Scalar>, _ network: String, _ name: String) {
    contents.append(rows: "\(update)/attention/\(network)/\(name)", weights)
  }

  fileprivate func keep(_ gradient: Tensor<Scalar>, of range: Range<Int>, shard: Int, shards: Int) {
    guard !parts.isEmpty else { return }
    let part = parts[group * shards + shard].tensor(range, Shape(range.count))
    part.copy(from: gradient.reshaped(Shape(range.count)))
  }

  fileprivate func keepEqual(_ range: Range<Int>, _ other: Range<Int>, shards: Int) {
    guard !parts.isEmpty else { return }
    for part in parts[group * shards..<(group + 1) * shards] {
      part.tensor(range, Shape(range.count)).copy(from: part.tensor(other, Shape(other.count)))
    }
  }
}

/// Shows a recording what happens inside of one network.
private final class PassRecording<Scalar: KernelScalar & MPIScalar>: PassObserver, ActivationRecorder {
  weak var recording: StepRecording<Scalar>?
  private let network: String

  let seesAttention: Bool

  init(_ network: String, seesAttention: Bool) {
    self.network = network
    self.seesAttention = seesAttention
  }

  private var shardsAtOnce: Int { recording?.shardsAtOnce ?? 1 }

  func observe(_ gradient: Tensor<Scalar>, of range: Range<Int>, shard: Int) {
    recording?.keep(gradient, of: range, shard: shard, shards: shardsAtOnce)
  }

  func observeEqualGradients(of range: Range<Int>, and other: Range<Int>) {
    recording?.keepEqual(range, other, shards: shardsAtOnce)
  }

  func observe(attention weights: Tensor<Scalar>, of name: String) {
    recording?.keep(attention: weights, network, name)
  }

  func record(mask name: String, _ shape: Shape, _ bytes: [UInt8]) {
    recording?.keep("mask", network, name, shape, bytes)
  }

  func record(winners name: String, _ shape: Shape, _ bytes: [UInt8]) {
    recording?.keep("winner", network, name, shape, bytes)
  }
}

extension Trainer {
  /// The network that an update moves.
  fileprivate func context(of update: StepUpdate) -> NetworkWorkspace<Scalar> {
    update == .generator ? generator.context : discriminator.context
  }
}

extension AuditContents {
  /// Adds a copy of a network's parameters, running statistics and spectra.
  fileprivate mutating func add<Scalar: KernelScalar>(_ prefix: String, weights: Weights<Scalar>) {
    for arena in [weights.parameters, weights.statistics, weights.spectra] { add(prefix, arena) }
  }
}
