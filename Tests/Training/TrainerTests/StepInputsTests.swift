import TrainingTestSupport
import Configuration
import Trainer
import DataParallel
import Kernels
import Networks
import Tensors
import Testing
import Threads

/// What the networks are given in a step, as the step itself shows it.
@Suite struct StepInputsTests {
  /// Each update draws vectors of its own, which depend on its number among those of its network and on nothing else.
  @Test(arguments: [nil, 2]) func everyUpdateHasLatentVectorsOfItsOwn(shardsAtOnce: Int?) throws {
    var settings = try TrainingSettings.tiny("discriminator-updates=3", "generator-batch=16", "seed=7")
    (settings.classes, settings.imageChannels) = (10, 3)
    let trainer = try Trainer<Float>(
      TrainingConfiguration(settings), replicas: .alone(), shardsAtOnce: shardsAtOnce, pool: WorkerPool(threads: 1))
    trainer.initialize()
    trainer.restore(step: 2, generatorUpdates: 2, discriminatorUpdates: 6)
    let recorder = LatentRecorder()
    trainer.recorder = recorder
    let workspace = Workspace()
    let images: Tensor<Float> = workspace.tensor(Shape(8, 32, 32, 3))
    let labels = workspace.buffer(8, of: Int32.self)
    _ = try trainer.runStep { (images, Labels(labels)) }
    let updates: [(RandomStream.Owner, Int, Int)] = [
      (.discriminator, 6, 8), (.discriminator, 7, 8), (.discriminator, 8, 8), (.generator, 2, 16),
    ]
    #expect(recorder.updates == ["d1", "d2", "d3", "g"])
    let expected = updates.flatMap { network, update, batch in
      (0..<batch).flatMap { sample in
        var stream = RandomStream(
          seed: 7, purpose: .latents, owner: network, update: UInt32(update), sample: UInt32(sample))
        return (0..<16).map { _ in Float(stream.normal()) }
      }
    }
    #expect(recorder.numbers == expected)
    #expect(Set(expected).count > 600, "all of them differ")
    let classes = updates.flatMap { network, update, batch in
      (0..<batch).map { sample in
        var stream = RandomStream(
          seed: 7, purpose: .labels, owner: network, update: UInt32(update), sample: UInt32(sample))
        return Int32(stream.index(below: 10))
      }
    }
    #expect(recorder.labels == classes)
    withExtendedLifetime(workspace) {}
  }
}

/// Notes latent vectors and classes of generated images.
private final class LatentRecorder: StepRecorder {
  private(set) var updates: [String] = []
  private(set) var numbers: [Float] = []
  private(set) var labels: [Int32] = []

  func passWasJudged(
    _ verdict: Discriminator<Float>.Output, _ update: StepUpdate, _ trainer: Trainer<Float>
  ) {
    guard !updates.contains("\(update)") else { return }
    updates.append("\(update)")
    // Those of all groups are drawn before the first goes through the networks.
    let batch = update == .generator ? trainer.configuration.generatorBatch : trainer.configuration.batch
    numbers += trainer.buffers.latents[rows: 0..<batch].elements
    labels += trainer.buffers.labels[0..<batch]
  }
}
