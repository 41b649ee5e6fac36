import Formats
import Configuration
import Trainer
import Kernels
import MPI
import Networks
import Tensors
import Testing

/// The latent vectors and classes of a fixture's updates.
struct RecordedLatents<Scalar: KernelScalar>: LatentSource {
  let fixture: Fixture

  func draw(
    _ latents: Tensor<Scalar>, _ labels: UnsafeMutableBufferPointer<Int32>, for network: RandomStream.Owner,
    update: Int,
    from first: Int
  ) {
    let prefix = fixture.prefix(network, update: update)
    do {
      let vectors = try fixture.file.doubles(prefix + "latents")
      let classes = try fixture.file.int32s(prefix + (network == .generator ? "labels" : "fake_labels"))
      #expect(first == 0 && vectors.count == latents.count && classes.count == latents.shape[0], "\(prefix)")
      for (i, number) in vectors.enumerated() { latents.base[i] = Scalar(number) }
      for (i, label) in classes.enumerated() { labels[i] = label }
    } catch {
      Issue.record("\(prefix): \(error)")
    }
  }
}

/// How the images of a fixture's updates are augmented.
struct RecordedAugmentations: AugmentationSource {
  let fixture: Fixture

  func draw(isReal: Bool, for network: RandomStream.Owner, update: Int, sample: Int, side: Int) -> ImageAugmentation {
    let name = fixture.prefix(network, update: update) + "augmentation"
    do {
      let rows = try fixture.file.doubles(name)
      // In the order of logits: shard by shard, of the discriminator's real images and then generated ones.
      let perShard = fixture.configuration.batch / fixture.configuration.shards
      let shard = sample / perShard
      let row = network == .generator ? sample : (2 * shard + (isReal ? 0 : 1)) * perShard + sample % perShard
      let numbers = rows[7 * row..<7 * row + 7].map { $0 }
      let places = numbers[3...].map { Int($0) }
      return ImageAugmentation(
        brightness: numbers[0], saturation: numbers[1], contrast: numbers[2], rowShift: places[0],
        columnShift: places[1], holeRow: places[2], holeColumn: places[3],
        holeSide: ImageAugmentation.holeSide(side: side))
    } catch {
      Issue.record("\(name): \(error)")
      return ImageAugmentation()
    }
  }
}

/// The real images of a fixture's discriminator updates, one batch after the other.
final class RecordedBatches<Scalar: KernelScalar & MPIScalar> {
  private let workspace = Workspace()
  private var batches: [(images: Tensor<Scalar>, labels: Labels)] = []

  init(_ fixture: Fixture) throws {
    let side = fixture.generator.resolution
    let steps = fixture.configuration.steps - fixture.start.step
    for update in 0..<steps * fixture.configuration.discriminatorUpdates {
      let prefix = fixture.prefix(.discriminator, update: fixture.start.discriminatorUpdates + update)
      let (pixels, classes) = (
        try fixture.file.doubles(prefix + "real"), try fixture.file.int32s(prefix + "real_labels")
      )
      let images: Tensor<Scalar> = workspace.tensor(Shape(classes.count, side, side, fixture.generator.imageChannels))
      try #require(pixels.count == images.count)
      for (i, pixel) in pixels.enumerated() { images.base[i] = Scalar(pixel) }
      let labels = workspace.buffer(classes.count, of: Int32.self)
      for (i, label) in classes.enumerated() { labels[i] = label }
      batches.append((images, Labels(labels)))
    }
  }

  /// The next batch.
  func next() -> (images: Tensor<Scalar>, labels: Labels) { batches.removeFirst() }
}
