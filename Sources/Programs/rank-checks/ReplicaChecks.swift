import Configuration
import Trainer
import BLAS
import DataParallel
import Datasets
import Layers
import Networks
import Optimizers
import Tensors
import Threads

extension Check {
  /// A number that differs on one rank is found and named before anything is written.
  static var replicaAudits: [Check] {
    [
      Check(name: "replicas that are equal pass the audit") { replicas in
        try trained(replicas).checkReplicas()
      },
      audit("'block0.conv1.weight' of generator.safetensors") { $0.generator.context.weights.parameters },
      audit("'block0.bn1.running_mean' of generator.safetensors") { $0.generator.context.weights.statistics },
      audit("'linear.u' of generator.safetensors") { $0.generator.context.weights.spectra },
      audit("'block1.conv2.bias' of discriminator.safetensors") { $0.discriminator.context.weights.parameters },
      audit("'block0.conv1.v' of discriminator.safetensors") { $0.discriminator.context.weights.spectra },
      audit("'block0.conv1.weight' of generator-average.safetensors") { $0.average.parameters },
      audit("'generator-adam-v/linear.weight' of state.safetensors") { $0.generatorAdam.second },
      audit("'discriminator-adam-v/block0.conv2.weight' of state.safetensors") { $0.discriminatorAdam.second },
    ]
  }

  /// Flips the lowest bit of a number of `tensor` on the last rank.
  private static func audit(_ tensor: String, in arena: @escaping (Trainer<Float>) -> Arena<Float>) -> Check {
    Check(name: "a flipped bit in \(tensor) is found", leastRanks: 2) { replicas in
      let trainer = try trained(replicas)
      let name = tensor.split(separator: "'")[0].split(separator: "/").last.map(String.init)
      let values = arena(trainer)
      guard let entry = values.layout.entries.first(where: { $0.name == name }) else {
        throw CheckFailure(description: "there is no \(tensor)")
      }
      let (place, last) = (entry.range.upperBound - 1, replicas.size - 1)
      if replicas.rank == last {
        values.values[place] = Float(bitPattern: values.values[place].bitPattern ^ 1)
      }
      do {
        try trainer.checkReplicas()
      } catch let error as ReplicaDivergenceError {
        try expect(replicas.isRoot, "rank \(replicas.rank) speaks, too")
        guard case .afterStep(_, let found, let fingerprints) = error.finding else {
          throw CheckFailure(description: "\(error)")
        }
        try expect(found == tensor, "found \(found)")
        try expect(fingerprints.count == replicas.size, "\(fingerprints)")
        try expect(error.outliers == (last > 1 ? [last] : []), "\(error)")
        return
      } catch is RemoteFailureError {
        return try expect(!replicas.isRoot, "root leaves the word to another rank")
      }
      throw CheckFailure(description: "the audit found nothing")
    }
  }

  /// A small run after one step.
  static func trained(_ replicas: ReplicaGroup) throws -> Trainer<Float> {
    BLASLibrary.useCallingThread()
    let shards = replicas.size % 3 == 0 ? 12 : 4
    var settings = TrainingSettings(
      preset: "check", data: "synthetic", resolution: 32, steps: 8, batch: shards, generatorBatch: shards,
      shards: shards)
    settings.width = 2
    try settings.apply(environmentSettings)
    settings.classes = 10
    settings.imageChannels = 3
    let trainer = try Trainer<Float>(
      TrainingConfiguration(settings), replicas: replicas, pool: WorkerPool(threads: 1))
    trainer.initialize()
    try step(trainer)
    return trainer
  }

  /// Makes a step on images that are given, with one number changed on the last rank if so asked.
  static func step(_ trainer: Trainer<Float>, lastRanksFirstNumber: Float? = nil) throws {
    let configuration = trainer.configuration
    let count = configuration.batch / trainer.replicas.size
    let workspace = Workspace()
    let images: Tensor<Float> = workspace.tensor(Shape(count, 32, 32, 3))
    for i in 0..<images.count { images.base[i] = Float((i * 7 + trainer.replicas.rank) % 17) / 8 - 1 }
    if let lastRanksFirstNumber, trainer.replicas.rank == trainer.replicas.size - 1 {
      images.base[0] = lastRanksFirstNumber
    }
    let labels = workspace.buffer(count, of: Int32.self)
    for i in labels.indices { labels[i] = Int32(i % 10) }
    _ = try withExtendedLifetime(workspace) { try trainer.runStep { (images, Labels(labels)) } }
  }
}
