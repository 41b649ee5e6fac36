internal import Datasets
public import Formats
public import Kernels
public import Layers
public import Networks
public import Tensors

/// A picture of samples: one row per class, at most 16 of them, the same latent vectors throughout a run.
public final class SampleGrid {
  /// Makes the samples: averaged weights, running statistics.
  public let generator: Generator<Float>
  private let rows: Int
  private let columns: Int
  private let latents: Tensor<Float>
  private let labels: UnsafeMutableBufferPointer<Int32>
  private let workspace = Workspace()

  /// Pixels between two samples.
  private static let gap = 2

  /// A grid of a generator's samples.
  ///
  /// - Parameters:
  ///   - architecture: The generator's table.
  ///   - weights: The numbers to use; new ones, all 0, where `nil`.
  ///   - seed: Decides the latent vectors.
  ///   - pool: The threads of this rank.
  public init(_ architecture: GeneratorArchitecture, weights: Weights<Float>?, seed: UInt64, pool: WorkerPool) {
    rows = min(architecture.classes, 16)
    columns = rows <= 10 ? 10 : 8
    generator = Generator(architecture, samples: columns, shards: 1, weights: weights, isTrained: false, pool: pool)
    latents = workspace.tensor(Shape(rows * columns, architecture.latentSize))
    labels = workspace.buffer(rows * columns, of: Int32.self)
    for sample in 0..<rows * columns {
      var stream = RandomStream(seed: seed, purpose: .samples, sample: UInt32(sample))
      for number in latents[rows: sample..<sample + 1].elements.indices {
        latents.base[sample * architecture.latentSize + number] = Float(stream.normal())
      }
      labels[sample] = Int32(sample / columns * architecture.classes / rows)
    }
  }

  /// Moves the averaged weights' spectral norms to their present version: ten power iterations from the trained ones' u.
  public func advanceSpectra(from trained: Weights<Float>) {
    generator.context.weights.spectra.copy(from: trained.spectra)
    generator.advanceSpectra(iterations: 10)
  }

  /// Draws the grid as a PNG file.
  public func png() throws(FormatError) -> [UInt8] {
    let (side, channels) = (generator.architecture.resolution, generator.architecture.imageChannels)
    let pitch = side + Self.gap
    let (width, height) = (columns * pitch - Self.gap, rows * pitch - Self.gap)
    var pixels = [UInt8](repeating: 255, count: width * height * channels)
    guard let labels = UnsafePointer(labels.baseAddress) else { preconditionFailure("labels without memory") }
    for row in 0..<rows {
      let samples = row * columns..<(row + 1) * columns
      let images = generator.forward(
        latents[rows: samples], labels: labels + samples.lowerBound, statistics: .running)
      let bytes = PixelScaling.bytes(of: images)
      for line in 0..<columns * side {
        let (column, y) = line.quotientAndRemainder(dividingBy: side)
        let source = line * side * channels
        let target = ((row * pitch + y) * width + column * pitch) * channels
        pixels.replaceSubrange(target..<target + side * channels, with: bytes[source..<source + side * channels])
      }
    }
    return try PNG.encode(pixels: pixels, width: width, height: height, channels: channels)
  }
}

extension SampleGrid {
  /// Draws the grid of a checkpoint's averaged generator.
  ///
  /// - Parameters:
  ///   - path: A checkpoint, or a run directory for its newest.
  ///   - file: The picture to write.
  ///   - threads: How many threads work.
  /// - Throws: A `ReportedError` if the checkpoint cannot be used, or the picture not be written.
  public static func write(checkpoint path: String, to file: String, threads: Int) throws {
    let checkpoint = try Checkpoint.existing(in: path)
    let configuration = try checkpoint.configuration()
    let grid = SampleGrid(
      try configuration.generatorArchitecture(), weights: nil, seed: configuration.seed,
      pool: WorkerPool(threads: threads))
    try checkpoint.restore([
      .weights("generator-average", grid.generator.context.weights, grid.generator.architecture.json)
    ])
    try OutputFile.write(try grid.png(), to: file)
  }
}
