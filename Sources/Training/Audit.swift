internal import DataParallel
internal import Formats
internal import Foundation
public import Kernels
internal import Layers
public import MPI
internal import Networks
internal import Optimizers
public import Tensors

/// Makes one discriminator update and one generator update, and writes down everything about them.
///
/// The file lets another program repeat both updates from the numbers alone, with the same ReLU masks and max-pool
/// winners, and compare every tensor. `Tests/pytorch/README.md` describes the names. Maps are NHWC; weights, gradients and
/// moments have PyTorch's layouts.
public enum Audit {
  /// Audits the next two updates of a trainer, which it makes.
  ///
  /// - Parameters:
  ///   - trainer: On one rank, with the numbers of a checkpoint.
  ///   - images: Real images of one discriminator update, `[batch, H, W, C]`, all shards.
  ///   - labels: Their classes.
  ///   - path: The safetensors file to write.
  /// - Throws: `FormatError` if the file cannot be written.
  public static func write(
    _ trainer: Trainer<Float>, images: Tensor<Float>, labels: UnsafePointer<Int32>, to path: String
  ) throws {
    precondition(trainer.replicas.size == 1, "an audit runs on one rank")
    var file = SafetensorsWriter(metadata: [
      "generator": trainer.generator.architecture.json,
      "discriminator": trainer.discriminator.architecture.json,
      "step_settings": trainer.auditSettings,
    ])
    file.add("old/generator/", trainer.generator.context.weights)
    file.add("old/discriminator/", trainer.discriminator.context.weights)
    file.add("old/average/", trainer.average.parameters)
    file.add("old/average/", trainer.average.statistics)
    file.add("old/generator", trainer.generatorAdam)
    file.add("old/discriminator", trainer.discriminatorAdam)
    discriminatorUpdate(trainer, images, labels, &file)
    generatorUpdate(trainer, &file)
    _ = try file.write(to: path)
  }

  private static func discriminatorUpdate(
    _ trainer: Trainer<Float>, _ images: Tensor<Float>, _ labels: UnsafePointer<Int32>, _ file: inout SafetensorsWriter
  ) {
    let configuration = trainer.configuration
    let batch = configuration.batch
    trainer.drawLatents(.discriminator, update: trainer.discriminatorAdam.updates, batch: batch)
    file.add("d/latents", trainer.buffers.latents[rows: 0..<batch])
    file.add("d/fake_labels", trainer.buffers.labels, count: batch)
    file.add("d/real", images)
    let realLabels = Array(UnsafeBufferPointer(start: labels, count: batch))
    file.add("d/real_labels", shape: [batch]) { realLabels }
    let sums = trainer.discriminatorGradients(images, labels)
    file.add("d/fake", trainer.generator.images[rows: 0..<batch])
    file.add(decisions: "d", trainer)
    file.add(verdict: "d/", trainer.discriminator.verdict)
    var report = StepReport()
    report.take(discriminator: sums, configuration)
    file.add("d/loss", report.discriminatorLoss)
    file.add("d/loss_real", sums.hingeReal / Double(batch))
    file.add("d/loss_fake", sums.adversarialFake / Double(batch))
    if configuration.head == .classifier { file.add("d/loss_class", report.discriminatorClassLoss) }
    trainer.discriminator.finishGradients()
    file.add("d/gradient/", trainer.discriminator.context.gradients)
    trainer.updateDiscriminator()
    file.add("d/updated/", trainer.discriminator.context.weights)
    file.add("d", adam: trainer.discriminatorAdam)
  }

  private static func generatorUpdate(_ trainer: Trainer<Float>, _ file: inout SafetensorsWriter) {
    let configuration = trainer.configuration
    let batch = configuration.generatorBatch
    trainer.drawLatents(.generator, update: trainer.generatorAdam.updates, batch: batch)
    file.add("g/latents", trainer.buffers.latents[rows: 0..<batch])
    file.add("g/labels", trainer.buffers.labels, count: batch)
    let sums = trainer.generatorGradients()
    file.add("g/images", trainer.generator.images[rows: 0..<batch])
    file.add(decisions: "g", trainer)
    file.add(verdict: "g/", trainer.discriminator.verdict)
    var report = StepReport()
    report.take(generator: sums, configuration)
    file.add("g/loss", report.generatorLoss)
    if configuration.head == .classifier { file.add("g/loss_class", report.generatorClassLoss) }
    trainer.generator.finishGradients()
    file.add("g/gradient/", trainer.generator.context.gradients)
    trainer.updateGenerator()
    file.add("g/updated/", trainer.generator.context.weights)
    file.add("g", adam: trainer.generatorAdam)
    file.add("g/average/", trainer.average.parameters)
    file.add("g/average/", trainer.average.statistics)
  }
}

/// The hyperparameters of two updates, under the names that the audit's readers use.
private struct AuditSettings: Encodable {
  let shards, batch_norm_shards, g_update, d_update: Int
  let family: String
  let d_aux_weight, g_aux_weight, g_learning_rate, d_learning_rate, beta1, beta2, epsilon, average_decay: Double
  var batch_norm_momentum = 0.1
}

extension Trainer {
  /// The hyperparameters of the next updates, as JSON.
  fileprivate var auditSettings: String {
    let factor = configuration.learningRateFactor(step: step)
    let settings = AuditSettings(
      shards: configuration.shards, batch_norm_shards: configuration.batchNorm == .global ? 1 : configuration.shards,
      g_update: generatorAdam.updates + 1, d_update: discriminatorAdam.updates + 1,
      family: configuration.head == .classifier ? "acgan" : "projection",
      d_aux_weight: configuration.discriminatorAuxiliaryWeight, g_aux_weight: configuration.generatorAuxiliaryWeight,
      g_learning_rate: configuration.generatorLearningRate * factor,
      d_learning_rate: configuration.discriminatorLearningRate * factor, beta1: configuration.beta1,
      beta2: configuration.beta2, epsilon: configuration.epsilon,
      average_decay: configuration.averageDecay(step: step))
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    guard let data = try? encoder.encode(settings) else { preconditionFailure("settings that are no JSON") }
    return String(decoding: data, as: UTF8.self)
  }
}

/// Adds masks and winners to a file, under a prefix.
private final class DecisionList: ActivationRecorder {
  var prefix = ""
  var entries: [(name: String, shape: [Int], bytes: [UInt8])] = []

  func record(mask name: String, _ shape: Shape, _ bytes: [UInt8]) { append("mask", name, shape, bytes) }

  func record(winners name: String, _ shape: Shape, _ bytes: [UInt8]) { append("winner", name, shape, bytes) }

  private func append(_ kind: String, _ name: String, _ shape: Shape, _ bytes: [UInt8]) {
    let parts = prefix.split(separator: "/")
    entries.append(("\(parts[0])/\(kind)/\(parts[1])/\(name)", (0..<shape.rank).map { shape[$0] }, bytes))
  }
}

extension SafetensorsWriter {
  /// Adds a copy of a tensor.
  fileprivate mutating func add(_ name: String, _ tensor: Tensor<Float>) {
    let numbers = Array(tensor.elements)
    add(name, shape: (0..<tensor.shape.rank).map { tensor.shape[$0] }) { numbers }
  }

  fileprivate mutating func add(_ name: String, _ number: Double) {
    add(name, shape: [1]) { [Float(number)] }
  }

  fileprivate mutating func add(_ name: String, _ labels: UnsafeMutableBufferPointer<Int32>, count: Int) {
    let numbers = Array(labels[0..<count])
    add(name, shape: [count]) { numbers }
  }

  /// Adds a copy of every entry, in file order.
  fileprivate mutating func add(_ prefix: String, _ arena: Arena<Float>) {
    for entry in arena.layout.entries {
      let numbers = arena.fileOrder(entry)
      add(prefix + entry.name, shape: entry.fileShape) { numbers }
    }
  }

  fileprivate mutating func add(_ prefix: String, _ weights: Weights<Float>) {
    for arena in [weights.parameters, weights.statistics, weights.spectra] { add(prefix, arena) }
  }

  /// Adds the moments from before an update.
  fileprivate mutating func add(_ prefix: String, _ adam: Adam<Float>) {
    add(prefix + "-adam-m/", adam.first)
    add(prefix + "-adam-v/", adam.second)
  }

  /// Adds the moments from after an update.
  fileprivate mutating func add(_ prefix: String, adam: Adam<Float>) {
    add(prefix + "/adam-m/", adam.first)
    add(prefix + "/adam-v/", adam.second)
  }

  fileprivate mutating func add(verdict prefix: String, _ verdict: Discriminator<Float>.Verdict?) {
    guard let verdict else { return }
    add(prefix + "logits", verdict.logits.reshaped(Shape(verdict.logits.count)))
    if let classLogits = verdict.classLogits { add(prefix + "class_logits", classLogits) }
  }

  /// Adds the masks and winners of the last pass of both networks.
  fileprivate mutating func add(decisions update: String, _ trainer: Trainer<Float>) {
    let list = DecisionList()
    list.prefix = update + "/generator"
    trainer.generator.record(list)
    list.prefix = update + "/discriminator"
    trainer.discriminator.record(list)
    for entry in list.entries { add(entry.name, shape: entry.shape) { entry.bytes } }
  }
}
