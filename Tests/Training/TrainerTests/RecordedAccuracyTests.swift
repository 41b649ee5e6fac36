import Configuration
import Trainer
import DataParallel
import Datasets
import Foundation
import Kernels
import Layers
import Networks
import TestSupport
import Tensors
import Testing
import Threads

/// The fast convolutions on the numbers of a network in training: inputs behind ReLUs, and gradients.
@Suite struct RecordedAccuracyTests {
  /// A few steps; `SAGAN_ACCURACY_STEPS` asks for as many as one likes.
  private static let steps = ProcessInfo.processInfo.environment["SAGAN_ACCURACY_STEPS"].flatMap(Int.init) ?? 6

  @Test("errors stay below 2e-5 of a channel's largest number in sagan32") func sagan32() throws {
    var settings = try TrainingSettings.preset(named: "sagan32")
    settings.batch = 32
    settings.generatorBatch = 32
    settings.convolutions = .fast
    settings.classes = 10
    settings.imageChannels = 3
    let pool = WorkerPool(threads: 2)
    let trainer = try Trainer<Float>(TrainingConfiguration(settings), replicas: .alone(), pool: pool)
    trainer.initialize()
    let prefetcher = try Prefetcher(
      source: SyntheticShapes(resolution: 32, classes: 10), seed: 1, batch: 32, shards: 1, localShards: 0..<1,
      isMirroring: true)
    func step() throws {
      _ = try trainer.runStep {
        let batch = try prefetcher.next()
        return (batch.images, batch.labels)
      }
    }
    for _ in 0..<Self.steps { try step() }
    var worst = [0.0, 0.0, 0.0]
    var layers = 0
    let observer: NetworkWorkspace<Float>.GradientObserver = { convolution, x, prologue, dy, weight in
      guard convolution.algorithm == .fast else { return }
      layers += 1
      withTensors { source in
        let errors = FastOperands(recorded: convolution, x, prologue, dy: dy, weight: weight, source).errors(pool)
        #expect(errors.allSatisfy { $0 < 2e-5 }, "\(convolution): \(errors)")
        worst = zip(worst, errors).map(max)
      }
    }
    trainer.generator.context.gradientObserver = observer
    trainer.discriminator.context.gradientObserver = observer
    try step()
    // Three blocks and an image of the generator, four blocks of the discriminator, with shortcuts and attention.
    #expect(layers >= 24)
    print("largest errors after \(Self.steps) steps: output, input and weight gradient", worst)
  }
}
