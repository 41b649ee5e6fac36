import Configuration
import Trainer
import DataParallel
import Kernels
import Layers
import Networks
import Tensors
import TestSupport
import Testing
import Threads

/// Both losses of a real step against central differences with respect to the weights themselves, W and not W/σ.
///
/// All other parameters are checked network by network, in NetworksTests.
@Suite struct StepGradientTests {
  /// What decides which terms a gradient has.
  struct Variant: CustomTestStringConvertible {
    let testDescription: String
    var head = DiscriminatorArchitecture.Head.projection
    var generatorNorm = true
    var discriminatorNorm = true
    var generatorAttention = [8]
    var discriminatorAttention = [8]
    var attentionKind = AttentionKind.attention
    var batchNorm = TrainingSettings.BatchNormScope.shard
    var augmentation = TrainingSettings.Augmentation.none
  }

  static let variants = [
    Variant(testDescription: "attention before the last block of both networks"),
    Variant(testDescription: "attention behind the last block", generatorAttention: [16], discriminatorAttention: [4]),
    Variant(testDescription: "two attentions", generatorAttention: [8, 16], discriminatorAttention: [4, 8]),
    Variant(testDescription: "residual control", attentionKind: .residual),
    Variant(
      testDescription: "two residual controls", generatorAttention: [8, 16], discriminatorAttention: [4, 8],
      attentionKind: .residual),
    Variant(testDescription: "an auxiliary classifier", head: .classifier),
    Variant(testDescription: "global batch norm", batchNorm: .global),
    Variant(testDescription: "augmented images", augmentation: .differentiable),
    Variant(testDescription: "spectral norm in the discriminator alone", generatorNorm: false),
    Variant(testDescription: "spectral norm in the generator alone", head: .classifier, discriminatorNorm: false),
    Variant(
      testDescription: "neither spectral norm nor attention", generatorNorm: false, discriminatorNorm: false,
      generatorAttention: [], discriminatorAttention: []),
  ]

  @Test(arguments: variants) func gradientsThatAdamTakes(variant: Variant) throws {
    let step = try StepUnderTest(variant)
    for update in [StepUpdate.discriminator(1), .generator] {
      let taken = step.gradients(of: update)
      var check = GradientCheck()
      check.directions = 1
      let names = Set(step.spectralWeights(of: update))
      let findings = check.findings(step.weights(of: update).parameters, taken, where: names.contains) {
        step.evaluate(update)
      }
      #expect(findings.count == names.count && findings.count > 7)
      // Seen to fail with one correction, one 1/σ or one uvᵀ left out.
      for finding in findings { #expect(finding.error < 1e-5, "\(update): \(finding.name) is off by \(finding.error)") }
    }
  }
}

/// A trainer in double precision that makes the same step again and again, with one network's weights moved a little.
private final class StepUnderTest {
  private let trainer: Trainer<Double>
  private let start: [[Double]]
  private let workspace = Workspace()
  private let images: Tensor<Double>
  private let labels: UnsafeMutableBufferPointer<Int32>

  init(_ variant: StepGradientTests.Variant) throws {
    var settings = TrainingSettings(
      preset: "check", data: "none", resolution: 16, steps: 1, batch: 2, generatorBatch: 2, shards: 2)
    (settings.imageChannels, settings.classes, settings.latentSize) = (3, 3, 6)
    (settings.head, settings.batchNorm) = (variant.head, variant.batchNorm)
    settings.augmentation = variant.augmentation
    settings.discriminatorAuxiliaryWeight = 0.7
    settings.generatorAuxiliaryWeight = 0.9
    // The generator's loss is then one of its own weights alone: its images of the first pass do not move the discriminator.
    settings.discriminatorLearningRate = 0
    var generator = GeneratorArchitecture(
      initialChannels: 8, blockChannels: [16, 8], attentionMaps: variant.generatorAttention,
      isSpectrallyNormalized: variant.generatorNorm, classes: 3, imageChannels: 3, latentSize: 6)
    generator.initialGamma = 0.7
    generator.attentionKind = variant.attentionKind
    var discriminator = DiscriminatorArchitecture(
      resolution: 16,
      blocks: [(8, true), (16, true), (16, false)].map { .init(hiddenChannels: $0.0, channels: $0.0, isPooled: $0.1) },
      attentionMaps: variant.discriminatorAttention, isSpectrallyNormalized: variant.discriminatorNorm,
      head: variant.head, classes: 3, imageChannels: 3)
    discriminator.initialGamma = -0.6
    discriminator.attentionKind = variant.attentionKind
    trainer = try Trainer(
      TrainingConfiguration(settings, generator: generator, discriminator: discriminator), replicas: .alone(),
      pool: WorkerPool(threads: 1))
    trainer.initialize()
    var stream = RandomStream(seed: 3, purpose: .test)
    for weights in [trainer.generator.context.weights, trainer.discriminator.context.weights] {
      for entry in weights.parameters.layout.entries {
        guard case .constant(let value) = entry.initializer else { continue }
        for i in entry.range { weights.parameters.values[i] = value + 0.3 * stream.normal() }
      }
    }
    images = workspace.tensor(Shape(2, 16, 16, 3))
    stream.fillNormal(images)
    labels = workspace.buffer(2, of: Int32.self)
    for n in 0..<2 { labels[n] = Int32(n) }
    start = trainer.arenas.map { Array($0.values) }
  }

  func weights(of update: StepUpdate) -> Weights<Double> {
    (update == .generator ? trainer.generator.context : trainer.discriminator.context).weights
  }

  /// The weights that spectral normalization applies to where it is on.
  func spectralWeights(of update: StepUpdate) -> [String] {
    let weights = update == .generator ? trainer.generator.spectralWeights : trainer.discriminator.spectralWeights
    return weights.map { $0.name + ".weight" }
  }

  /// The gradients that Adam takes in a step from the start.
  func gradients(of update: StepUpdate) -> Arena<Double> {
    let recorder = LossRecorder(update)
    run(recorder)
    reset()
    return recorder.taken
  }

  /// The loss of a step from the start but for the present parameters of one network, which stay.
  func evaluate(_ update: StepUpdate) -> ProbedLoss {
    let weights = weights(of: update)
    let moved = Array(weights.parameters.values)
    reset()
    _ = weights.parameters.values.update(fromContentsOf: moved)
    weights.refreshSpectralNorms()
    let recorder = LossRecorder(update)
    let report = run(recorder)
    reset()
    _ = weights.parameters.values.update(fromContentsOf: moved)
    return ProbedLoss(
      loss: update == .generator ? report.generatorLoss : report.discriminatorLoss,
      decisions: recorder.decisions.decisions)
  }

  @discardableResult
  private func run(_ recorder: LossRecorder) -> StepReport {
    trainer.recorder = recorder
    defer { trainer.recorder = nil }
    do {
      return try trainer.runStep { (images, Labels(labels)) }
    } catch {
      Issue.record("a step failed: \(error)")
      return StepReport()
    }
  }

  private func reset() {
    for (arena, numbers) in zip(trainer.arenas, start) { _ = arena.values.update(fromContentsOf: numbers) }
    trainer.restore(step: 0, generatorUpdates: 0, discriminatorUpdates: 0)
  }
}

/// Notes the gradients that one update takes, and the decisions that its loss went through.
private final class LossRecorder: StepRecorder {
  let update: StepUpdate
  let decisions = DecisionRecorder()
  private(set) var taken = Arena<Double>(ArenaLayout())

  init(_ update: StepUpdate) { self.update = update }

  func passWasJudged(
    _ verdict: Discriminator<Double>.Output, _ update: StepUpdate, _ trainer: Trainer<Double>
  ) {
    guard update == self.update else { return }
    trainer.generator.record(decisions)
    trainer.discriminator.record(decisions)
    // Which samples are inside of the hinge.
    let sides = verdict.logits.elements.map { UInt8($0 > 1 ? 2 : $0 > -1 ? 1 : 0) }
    if update != .generator { decisions.record(mask: "hinge", Shape(sides.count), sides) }
  }

  func takenGradients(of update: StepUpdate, _ trainer: Trainer<Double>) -> Arena<Double>? {
    guard update == self.update else { return nil }
    let context = update == .generator ? trainer.generator.context : trainer.discriminator.context
    taken = Arena(context.weights.parameters.layout)
    return taken
  }
}
