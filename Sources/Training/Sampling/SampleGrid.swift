internal import Images
internal import Datasets
public import Files
public import Kernels
public import Layers
public import Networks
public import Threads

/// The picture that a run draws from time to time: one row per class, the same latent vectors throughout.
public final class SampleGrid {
  private let sampler: Sampler
  private let selection: SampleSelection

  /// A grid of a generator's samples.
  ///
  /// - Parameters:
  ///   - architecture: The generator's table.
  ///   - weights: The averaged weights.
  ///   - convolutions: How convolutions are computed; the weights are ordered for it.
  ///   - seed: Decides the latent vectors.
  ///   - pool: The threads of this rank.
  public init(
    _ architecture: GeneratorArchitecture, weights: Weights<Float>, convolutions: ConvolutionAlgorithm, seed: UInt64,
    pool: WorkerPool
  ) {
    sampler = Sampler(architecture, weights: weights, convolutions: convolutions, seed: seed, pool: pool)
    selection = SampleSelection(gridOf: architecture.classes)
  }

  /// Bytes that drawing will take.
  package var plannedBytes: Int {
    let image = MemoryLayout<Float>.stride * sampler.resolution * sampler.resolution * sampler.channels
    return sampler.generator.plannedBytes + selection.count * image
  }

  /// Moves the averaged weights' spectral norms to their present version: ten power iterations from the trained ones' u.
  public func updateSpectralNorms(from trained: Weights<Float>) {
    sampler.generator.updateAverageSpectralNorms(from: trained.spectra)
  }

  /// Draws the grid as a PNG file.
  public func png() throws(FileError) -> [UInt8] {
    var sheet = ContactSheet(
      rows: selection.classes.count, columns: selection.perClass, side: sampler.resolution, channels: sampler.channels)
    sampler.draw(selection.count, { selection[$0] }) { sheet.paint($0, PixelScaling.bytes(of: $1)) }
    return try sheet.png()
  }
}
