import TestSupport
import Configuration
import Formats
import Trainer
import Foundation
import Kernels
import Layers
import MPI
import Networks
import Optimizers
import Tensors
import TestSupport
import Testing

/// One step of tiny networks in float64, or several, as PyTorch computed them.
///
/// Tests/pytorch/make_fixtures.py and make_run_fixture.py made them, and say what is in them.
struct Fixture {
  /// Those of single steps, with everything that an audit records.
  static let steps = ["sagan", "sngan", "acgan", "attentions", "residual", "augmented"]

  let file: SafetensorsFile
  let configuration: TrainingConfiguration
  let generator: GeneratorArchitecture
  let discriminator: DiscriminatorArchitecture
  /// The number of the step before the first, and updates of each network up to then.
  let start: (step: Int, generatorUpdates: Int, discriminatorUpdates: Int)
  private let isRun: Bool

  init(_ name: String) throws {
    let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let file = try SafetensorsFile(path: directory.appendingPathComponent("Fixtures/\(name).safetensors").path)
    let decoder = JSONDecoder()
    func decode<Value: Decodable>(_ type: Value.Type, _ key: String) throws -> Value {
      try decoder.decode(type, from: Data(try #require(file.metadata[key]).utf8))
    }
    let g = try decode(GeneratorTable.self, "generator")
    let d = try decode(DiscriminatorTable.self, "discriminator")
    isRun = file.metadata["format"] == "run 1"
    let steps = try isRun ? decode([StepSettings].self, "step_settings") : [decode(StepSettings.self, "step_settings")]
    let (step, last) = (steps[0], steps[steps.count - 1])
    var generator = GeneratorArchitecture(
      initialChannels: g.initial, blockChannels: g.blocks.map(\.out),
      attentionMaps: (g.residual_after ?? g.attention_after).map { 8 << $0 }, isSpectrallyNormalized: g.spectral_norm,
      classes: g.classes, imageChannels: g.channels, latentSize: g.latent)
    generator.attentionKind = g.residual_after == nil ? .attention : .residual
    var discriminator = DiscriminatorArchitecture(
      resolution: generator.resolution,
      blocks: d.blocks.map { .init(hiddenChannels: $0.hidden, channels: $0.out, isPooled: $0.down) },
      attentionMaps: (d.residual_after ?? d.attention_after).map { [resolution = generator.resolution] in
        resolution >> ($0 + 1)
      },
      isSpectrallyNormalized: d.spectral_norm, head: try #require(.init(rawValue: d.head)), classes: d.classes,
      imageChannels: d.channels)
    discriminator.attentionKind = d.residual_after == nil ? .attention : .residual
    var settings = TrainingSettings(
      preset: name, data: "fixture", resolution: generator.resolution, steps: last.step,
      batch: try file.shape(of: (isRun ? "step1/" : "") + "d1/real_labels")[0],
      generatorBatch: try file.shape(of: (isRun ? "step1/" : "") + "g/labels")[0], shards: step.shards)
    settings.imageChannels = g.channels
    settings.convolutions = .underTest
    settings.classes = g.classes
    settings.latentSize = g.latent
    settings.head = discriminator.head
    settings.generatorLearningRate = step.g_learning_rate
    settings.discriminatorLearningRate = step.d_learning_rate
    settings.beta1 = step.beta1
    settings.beta2 = step.beta2
    settings.epsilon = step.epsilon
    settings.discriminatorAuxiliaryWeight = step.d_aux_weight
    settings.generatorAuxiliaryWeight = step.g_aux_weight
    settings.averageStart = steps.first { $0.average_decay != 0 }?.step ?? last.step + 1
    settings.discriminatorUpdates = step.d_updates
    settings.batchNorm = step.batch_norm_shards == step.shards ? .shard : .global
    settings.averageDecay = last.average_decay
    settings.augmentation = try step.augment.map { try #require(.init(rawValue: $0)) } ?? .none
    self.file = file
    configuration = TrainingConfiguration(settings, generator: generator, discriminator: discriminator)
    self.generator = generator
    self.discriminator = discriminator
    start = (step.step - 1, step.g_update - 1, step.d_update - 1)
  }

  /// What precedes the names of an update's inputs.
  ///
  /// - Parameters:
  ///   - network: Whose update it is.
  ///   - update: That network's updates before it.
  /// - Returns: For instance `d1/`, or `step2/g/` in a fixture of several steps.
  func prefix(_ network: RandomStream.Owner, update: Int) -> String {
    let updates = configuration.discriminatorUpdates
    let (step, name) =
      network == .generator
      ? (update - start.generatorUpdates, "g/")
      : ((update - start.discriminatorUpdates) / updates, "d\((update - start.discriminatorUpdates) % updates + 1)/")
    return (isRun ? "step\(step + 1)/" : "") + name
  }

  /// Sets the state before the step.
  func restore<Scalar>(_ trainer: Trainer<Scalar>) throws {
    try read(trainer.generator.context.weights, "old/generator/")
    try read(trainer.discriminator.context.weights, "old/discriminator/")
    try read(trainer.average.parameters, "old/average/")
    try read(trainer.average.statistics, "old/average/")
    for (name, adam) in [("generator", trainer.generatorAdam), ("discriminator", trainer.discriminatorAdam)] {
      try read(adam.second, "old/\(name)-adam-v/")
      try read(adam.first, "old/\(name)-adam-m/")
    }
    trainer.restore(
      step: start.step, generatorUpdates: start.generatorUpdates, discriminatorUpdates: start.discriminatorUpdates)
  }

  private func read<Scalar>(_ weights: Weights<Scalar>, _ prefix: String) throws {
    for arena in [weights.parameters, weights.statistics, weights.spectra] { try read(arena, prefix) }
  }

  private func read<Scalar>(_ arena: Arena<Scalar>, _ prefix: String) throws {
    for entry in arena.layout.entries {
      arena.setFileOrder(entry, try file.doubles(prefix + entry.name, shape: entry.fileShape).map { Scalar($0) })
    }
  }

  /// The largest difference between an arena and the fixture, relative to each entry's largest number.
  func worst<Scalar>(_ arena: Arena<Scalar>, _ prefix: String, scale: Scale = .entry) throws -> (Double, String) {
    var worst = (0.0, "nothing")
    for entry in arena.layout.entries {
      let expected = try file.doubles(prefix + entry.name)
      let found = arena.fileOrder(entry).map { Double($0) }
      var largest = expected.map(abs).max() ?? 0
      if scale == .layer {
        let layer = entry.name.split(separator: ".").dropLast().joined(separator: ".")
        for other in arena.layout.entries where other.name.hasPrefix(layer + ".") {
          largest = max(largest, try file.doubles(prefix + other.name).map(abs).max() ?? 0)
        }
      }
      let difference = zip(expected, found).map { abs($0 - $1) }.max() ?? 0
      let error = difference == 0 ? 0 : difference / max(largest, 1e-30)
      if !(error <= worst.0) { worst = (error, prefix + entry.name) }
    }
    return worst
  }

  /// What an error is relative to.
  enum Scale { case entry, layer }
}

private struct GeneratorTable: Decodable {
  struct Block: Decodable { var out: Int }
  var latent, classes, channels, initial: Int
  var blocks: [Block]
  var attention_after: [Int]
  var residual_after: [Int]?
  var spectral_norm: Bool
}

private struct DiscriminatorTable: Decodable {
  struct Block: Decodable {
    var hidden, out: Int
    var down: Bool
  }
  var classes, channels: Int
  var blocks: [Block]
  var attention_after: [Int]
  var residual_after: [Int]?
  var spectral_norm: Bool
  var head: String
}

private struct StepSettings: Decodable {
  var step, shards, batch_norm_shards, g_update, d_update, d_updates: Int
  var d_aux_weight, g_aux_weight, g_learning_rate, d_learning_rate, beta1, beta2, epsilon, average_decay: Double
  var augment: String?
}
