public import Checkpoints
public import Configuration
internal import Datasets
public import Files
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
  /// Batches that the statistics of batch norm come from; training's are taken where `nil`.
  public let standingPasses: Int?
  /// Is told of these batches, which are drawn before the first sample is.
  public var reportStanding: (_ done: Int, _ of: Int) -> Void = { _, _ in }
  private var isReady = false
  private let path: String

  /// Reads a generator.
  ///
  /// - Parameters:
  ///   - checkpoint: An intact one.
  ///   - version: Which weights.
  ///   - seed: Decides the latent vectors; that of the run where `nil`, so that samples are those of its grids.
  ///   - truncation: The largest absolute value of a component of a latent vector; none where `nil`.
  ///   - standingPasses: How many batches the statistics of batch norm are taken from; training's are taken where `nil`.
  ///   - convolutions: How convolutions are computed; as in the run where `nil`.
  ///   - threads: How many threads work.
  /// - Throws: A `ReportedError` if the checkpoint cannot be used.
  public init(
    _ checkpoint: Checkpoint, version: Version = .average, seed: UInt64? = nil, truncation: Double? = nil,
    standingPasses: Int? = nil, convolutions: ConvolutionAlgorithm? = nil, threads: Int
  ) throws {
    path = checkpoint.path
    manifest = checkpoint.manifest
    configuration = try checkpoint.configuration()
    self.seed = seed ?? configuration.seed
    self.version = version
    self.standingPasses = standingPasses
    let architecture = configuration.generator
    sampler = Sampler(
      architecture, convolutions: convolutions ?? configuration.convolutions, seed: self.seed, truncation: truncation,
      pool: try WorkerPool(starting: threads))
    try checkpoint.restore([.weights(version.file, sampler.generator.context.weights, architecture.json)])
  }

  /// Draws samples pass by pass, as the sampler does, and checks that pixels are numbers: finite weights can overflow.
  func draw(
    _ count: Int, _ sample: (Int) -> Sample, use: (Range<Int>, Tensor<Float>) throws(FileError) -> Void
  ) throws(FileError) {
    makeReady()
    try sampler.draw(count, sample) { (range, images) throws(FileError) in
      try check(images, range, sample)
      try use(range, images)
    }
  }

  /// Draws what lies between samples, in the same way.
  func draw(
    _ count: Int, blends blend: (Int) -> Blend, use: (Range<Int>, Tensor<Float>) throws(FileError) -> Void
  ) throws(FileError) {
    makeReady()
    try sampler.draw(count, blends: blend) { (range, images) throws(FileError) in
      try check(images, range) { blend($0).first }
      try use(range, images)
    }
  }

  /// The bytes of samples, which are in memory all at once.
  ///
  /// - Parameters:
  ///   - selection: Which samples.
  ///   - report: Is told of samples that are done.
  /// - Returns: For each sample rows from the top, channels fastest.
  /// - Throws: `FileError` if pixels are no numbers.
  public func pixels(
    of selection: SampleSelection, report: (_ done: Int, _ of: Int) -> Void
  ) throws(FileError) -> [[UInt8]] {
    var result: [[UInt8]] = []
    try draw(selection.count, { selection[$0] }) { (range, images) in
      for place in 0..<range.count { result.append(PixelScaling.bytes(of: images[rows: place..<place + 1])) }
      report(range.upperBound, selection.count)
    }
    return result
  }

  private func makeReady() {
    defer { isReady = true }
    guard !isReady, let standingPasses else { return }
    // A batch is one of the run: as large, and in shards or as a whole, as batch norm took it.
    sampler.useStandingStatistics(
      passes: standingPasses, batch: configuration.generatorBatch,
      shards: configuration.batchNorm == .global ? 1 : configuration.shards, report: reportStanding)
  }

  private func check(
    _ images: Tensor<Float>, _ range: Range<Int>, _ sample: (Int) -> Sample
  ) throws(FileError) {
    guard !areFinite(UnsafePointer(images.base), count: images.count) else { return }
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
