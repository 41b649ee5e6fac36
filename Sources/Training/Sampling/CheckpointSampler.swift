public import Checkpoints
public import Configuration
internal import Files
public import Kernels
internal import Layers
internal import Networks
internal import Tensors
internal import Threads

/// A checkpoint's generator, ready to draw samples.
public final class CheckpointSampler {
  /// Which of a checkpoint's two generators.
  public enum Version: String, CaseIterable, Sendable {
    /// The moving average of the weights.
    case average
    /// The weights that are trained.
    case raw

    package var file: String { self == .average ? "generator-average" : "generator" }
  }

  /// What the checkpoint says about itself.
  public let manifest: CheckpointManifest
  /// The settings that it was made with.
  public let configuration: TrainingConfiguration
  /// Decides the latent vectors.
  public let seed: UInt64
  /// Which weights draw.
  public let version: Version
  /// Draws the samples.
  package let sampler: Sampler
  private let path: String

  /// Reads a generator.
  ///
  /// - Parameters:
  ///   - checkpoint: An intact one.
  ///   - version: Which weights.
  ///   - seed: Decides the latent vectors; that of the run where `nil`, so that samples are those of its grids.
  ///   - convolutions: How convolutions are computed; as in the run where `nil`.
  ///   - threads: How many threads work.
  /// - Throws: A `ReportedError` if the checkpoint cannot be used.
  public init(
    _ checkpoint: Checkpoint, version: Version = .average, seed: UInt64? = nil,
    convolutions: ConvolutionAlgorithm? = nil, threads: Int
  ) throws {
    path = checkpoint.path
    manifest = checkpoint.manifest
    configuration = try checkpoint.configuration()
    self.seed = seed ?? configuration.seed
    self.version = version
    let architecture = configuration.generator
    sampler = Sampler(
      architecture, convolutions: convolutions ?? configuration.convolutions, seed: self.seed,
      pool: try WorkerPool(starting: threads))
    try checkpoint.restore([.weights(version.file, sampler.generator.context.weights, architecture.json)])
  }

  /// Draws samples pass by pass, as the sampler does, and checks that pixels are numbers: finite weights can overflow.
  func draw(
    _ count: Int, _ sample: (Int) -> Sample, use: (Range<Int>, Tensor<Float>) throws(FileError) -> Void
  ) throws(FileError) {
    try sampler.draw(count, sample) { (range, images) throws(FileError) in
      guard !areFinite(UnsafePointer(images.base), count: images.count) else { return try use(range, images) }
      let size = images.count / range.count
      let wrong = range.map { n in
        images[rows: n - range.lowerBound..<n - range.lowerBound + 1].elements.count { !$0.isFinite }
      }
      let place = wrong.firstIndex { $0 > 0 } ?? 0
      let first = sample(range.lowerBound + place)
      throw FileError(
        .malformed,
        "sample \(first.number) of class \(first.label) drawn from '\(path)' has NaN in \(grouped(wrong[place])) of its "
          + "\(grouped(size)) values: its numbers are finite, and what they lead to is not; use another checkpoint")
    }
  }
}
