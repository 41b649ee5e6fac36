import Formats
import Kernels
import MPI
import Networks
import Tensors
import Testing
import Training

/// The latent vectors and classes of a fixture's step, or of one step of several.
struct RecordedLatents<Scalar: KernelScalar>: LatentSource {
  let file: SafetensorsFile
  /// What precedes the updates' names.
  var prefix = ""
  /// Updates of each network before the step.
  let updates: (generator: Int, discriminator: Int)

  func draw(
    _ latents: Tensor<Scalar>, _ labels: UnsafeMutablePointer<Int32>, for network: RandomStream.Network, update: Int,
    from first: Int
  ) {
    let isGenerator = network == .generator
    let name = prefix + (isGenerator ? "g" : "d\(update - updates.discriminator + 1)")
    do {
      let vectors = try file.doubles(name + "/latents")
      let classes = try file.int32s(name + (isGenerator ? "/labels" : "/fake_labels"))
      #expect(first == 0 && vectors.count == latents.count && classes.count == latents.shape[0], "\(name)")
      for (i, number) in vectors.enumerated() { latents.base[i] = Scalar(number) }
      for (i, label) in classes.enumerated() { labels[i] = label }
    } catch {
      Issue.record("\(name): \(error)")
    }
  }
}

/// The real images of a fixture's discriminator updates, one after the other.
final class RecordedBatches<Scalar: KernelScalar & MPIScalar> {
  private let workspace = Workspace()
  private var batches: [(images: Tensor<Scalar>, labels: UnsafePointer<Int32>)] = []

  /// The batches of one step, whose updates' names follow `prefix`.
  init(_ fixture: Fixture, prefix: String = "") throws {
    let side = fixture.generator.resolution
    for update in 1...fixture.configuration.discriminatorUpdates {
      let name = "\(prefix)d\(update)"
      let (pixels, classes) = (
        try fixture.file.doubles(name + "/real"), try fixture.file.int32s(name + "/real_labels")
      )
      let images: Tensor<Scalar> = workspace.tensor(Shape(classes.count, side, side, fixture.generator.imageChannels))
      try #require(pixels.count == images.count)
      for (i, pixel) in pixels.enumerated() { images.base[i] = Scalar(pixel) }
      let labels = workspace.buffer(classes.count, of: Int32.self)
      for (i, label) in classes.enumerated() { labels[i] = label }
      batches.append((images, UnsafePointer(try #require(labels.baseAddress))))
    }
  }

  /// The next batch.
  func next() -> (images: Tensor<Scalar>, labels: UnsafePointer<Int32>) { batches.removeFirst() }
}
