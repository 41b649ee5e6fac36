import TrainingTestSupport
import Configuration
import Trainer
import DataParallel
import Kernels
import Networks
import Tensors
import Testing
import Threads

/// What the discriminator is given where images are augmented, as the step itself shows it.
@Suite struct AugmentationInputTests {
  private func trainer(_ augment: String = "differentiable", shardsAtOnce: Int? = nil) throws -> Trainer<Float> {
    var settings = try TrainingSettings.tiny(
      "discriminator-updates=2", "generator-batch=24", "seed=7", "augment=\(augment)")
    (settings.classes, settings.imageChannels) = (10, 3)
    let trainer = try Trainer<Float>(
      TrainingConfiguration(settings), replicas: .alone(), shardsAtOnce: shardsAtOnce, pool: WorkerPool(threads: 1))
    trainer.initialize()
    trainer.restore(step: 2, generatorUpdates: 2, discriminatorUpdates: 4)
    return trainer
  }

  private func run(_ trainer: Trainer<Float>) throws -> InputRecorder {
    let recorder = InputRecorder()
    trainer.recorder = recorder
    let workspace = Workspace()
    let images: Tensor<Float> = workspace.tensor(Shape(8, 32, 32, 3))
    var stream = RandomStream(seed: 3, purpose: .init(rawValue: 8))
    for i in 0..<images.count { images.base[i] = Float(2 * stream.uniform() - 1) }
    let labels = workspace.buffer(8, of: Int32.self)
    _ = try trainer.runStep { (images, Labels(labels)) }
    withExtendedLifetime(workspace) {}
    return recorder
  }

  /// Every real and generated image of every update is augmented by the draw of its own number in the batch of all ranks.
  @Test(arguments: [nil, 1, 2]) func eachImageHasItsOwnDraw(shardsAtOnce: Int?) throws {
    let recorder = try run(trainer(shardsAtOnce: shardsAtOnce))
    let source = RandomDraws(seed: 7)
    let shards = 4
    var expected: [String: [ImageAugmentation]] = [:]
    for (update, number) in [("d1", 4), ("d2", 5)] {
      expected[update] = (0..<shards).flatMap { shard in
        [true, false].flatMap { isReal in
          (0..<2).map { source.draw(isReal, .discriminator, number, 2 * shard + $0) }
        }
      }
    }
    expected["g"] = (0..<24).map { source.draw(false, .generator, 2, $0) }
    #expect(recorder.augmentations == expected)
    #expect(Set(expected.values.joined()).count == 16 + 16 + 24, "all of them differ")
    // They are what the images that the discriminator was given were made with.
    for (update, list) in expected {
      let (judged, images) = (recorder.judged[update] ?? [], recorder.images[update] ?? [])
      let workspace = Workspace()
      let (x, y): (Tensor<Float>, Tensor<Float>) = (
        workspace.tensor(Shape(list.count, 32, 32, 3)), workspace.tensor(Shape(list.count, 32, 32, 3))
      )
      try #require(images.count == x.count)
      for (i, number) in images.enumerated() { x.base[i] = number }
      list.withUnsafeBufferPointer { augment(x, $0, into: y, pool: WorkerPool(threads: 1)) }
      let isSame = judged == Array(y.elements)
      #expect(isSame, "\(update)")
    }
  }

  @Test func withoutAugmentationImagesAreJudgedAsTheyAre() throws {
    let recorder = try run(trainer("none"))
    #expect(recorder.augmentations.values.allSatisfy { $0.isEmpty })
    #expect(recorder.judged["d1"]?.count == 16 * 32 * 32 * 3)
  }

  /// Each number is uniform in its range, ends included.
  @Test func drawsAreUniform() throws {
    let (side, count) = (32, 20_000)
    let source = try trainer().augmentations
    let draws = (0..<count).map {
      source.draw(isReal: true, for: .discriminator, update: $0 / 100, sample: $0 % 100, side: side)
    }
    func check(_ name: String, _ low: Double, _ high: Double, _ isWhole: Bool, _ of: (ImageAugmentation) -> Double) {
      let numbers = draws.map(of)
      let mean = numbers.reduce(0, +) / Double(count)
      // A mean of so many has a deviation of a 490th of the range; six of them are one in 10⁹.
      #expect(abs(mean - (low + high) / 2) < 6 * (high - low + (isWhole ? 1 : 0)) / 490, "the mean of \(name): \(mean)")
      #expect(numbers.allSatisfy { $0 >= low && $0 <= high }, "the range of \(name)")
      // The ends are met, or nearly: none of so many is as near is one in 10⁸.
      let edge = isWhole ? 0 : (high - low) / 1000
      #expect((numbers.min() ?? 0) <= low + edge && (numbers.max() ?? 0) >= high - edge, "the ends of \(name)")
    }
    check("brightness", -0.5, 0.5, false) { $0.brightness }
    check("saturation", 0, 2, false) { $0.saturation }
    check("contrast", 0.5, 1.5, false) { $0.contrast }
    check("the row's shift", -4, 4, true) { Double($0.rowShift) }
    check("the column's shift", -4, 4, true) { Double($0.columnShift) }
    check("the square's row", 0, 32, true) { Double($0.holeRow) }
    check("the square's column", 0, 32, true) { Double($0.holeColumn) }
    #expect(draws.allSatisfy { $0.holeSide == 16 })
    // An odd square has a middle, which lies in the image.
    let odd = (0..<2000).map { source.draw(isReal: false, for: .generator, update: $0, sample: 0, side: 33) }
    #expect(odd.map(\.holeRow).max() == 32 && odd.map(\.holeColumn).min() == 0)
  }

  /// The buffers for augmented images and their gradient are planned, and part of what a rank is said to take.
  @Test(arguments: [(8, 8), (8, 24)]) func memoryIsPlanned(batch: Int, generatorBatch: Int) throws {
    func byteCount(_ augment: String) throws -> Int {
      var settings = try TrainingSettings.tiny(
        "batch=\(batch)", "generator-batch=\(generatorBatch)", "augment=\(augment)")
      (settings.classes, settings.imageChannels) = (10, 3)
      return TrainingState<Float>(
        try TrainingConfiguration(settings), ranks: 1, shardsAtOnce: 4, pool: WorkerPool(threads: 1)
      ).byteCount
    }
    let image = 4 * 32 * 32 * 3
    let judged = max(2 * batch, generatorBatch)
    let images = (judged - 2 * batch + generatorBatch) * image
    let draws = judged * MemoryLayout<ImageAugmentation>.stride
    let more = try byteCount("differentiable") - byteCount("none")
    // Buffers begin at multiples of 64 bytes, and take some where they are empty.
    #expect(abs(more - images - draws) <= 4 * 64, "\(more) bytes more, expected \(images + draws)")
  }
}

/// The draws as docs/reproducibility.md describes them.
private struct RandomDraws {
  let seed: UInt64

  func draw(_ isReal: Bool, _ network: RandomStream.Owner, _ update: Int, _ sample: Int, side: Int = 32)
    -> ImageAugmentation
  {
    var stream = RandomStream(
      seed: seed, purpose: isReal ? .realAugmentations : .generatedAugmentations, owner: network,
      update: UInt32(update), sample: UInt32(sample))
    let factors = [stream.uniform() - 0.5, stream.uniform() * 2, stream.uniform() + 0.5]
    let shifts = (0..<2).map { _ in stream.index(below: side / 8 * 2 + 1) - side / 8 }
    let hole = (side + 1) / 2
    let middles = (0..<2).map { _ in stream.index(below: hole % 2 == 0 ? side + 1 : side) }
    return ImageAugmentation(
      brightness: factors[0], saturation: factors[1], contrast: factors[2], rowShift: shifts[0], columnShift: shifts[1],
      holeRow: middles[0], holeColumn: middles[1], holeSide: hole)
  }
}

/// Notes what the discriminator was given, and the images that it was made from, in its order.
private final class InputRecorder: StepRecorder {
  private(set) var augmentations: [String: [ImageAugmentation]] = [:]
  private(set) var judged: [String: [Float]] = [:]
  private(set) var images: [String: [Float]] = [:]
  private var real: [Float] = []

  func imagesAreAugmented(real images: Tensor<Float>, _ update: StepUpdate) { real = Array(images.elements) }

  func passWasJudged(
    _ verdict: Discriminator<Float>.Output, _ update: StepUpdate, _ trainer: Trainer<Float>
  ) {
    let (name, count) = ("\(update)", verdict.logits.count)
    let isAugmenting = trainer.configuration.augmentation != .none
    augmentations[name, default: []] += isAugmenting ? Array(trainer.buffers.augmentations[0..<count]) : []
    guard update != .generator else {
      judged[name, default: []] += isAugmenting ? Array(trainer.buffers.images[rows: 0..<count].elements) : []
      images[name, default: []] += trainer.generator.images[rows: 0..<count].elements
      return
    }
    judged[name, default: []] += trainer.buffers.images[rows: 0..<count].elements
    guard isAugmenting else { return }
    let fake = Array(trainer.generator.images[rows: 0..<count / 2].elements)
    // Two samples of a shard.
    let shard = 2 * 32 * 32 * 3
    for start in stride(from: 0, to: real.count, by: shard) {
      images[name, default: []] += real[start..<start + shard] + fake[start..<start + shard]
    }
  }
}
