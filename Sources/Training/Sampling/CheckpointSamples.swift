public import Checkpoints
public import Configuration
public import Datasets
public import Kernels
public import Tensors

/// Samples of a checkpoint's averaged generator, equally many of each class, to be scored.
public final class CheckpointSamples {
  /// Images in −1…1, `[count, H, W, C]`.
  public let images: Tensor<Float>
  /// The class that each image was asked to be.
  public let labels: [Int]
  /// The settings that the checkpoint was made with, its data included.
  public let settings: TrainingSettings

  private let workspace = Workspace()

  /// Draws samples, the first of every class, then the second of every class, and so on.
  ///
  /// - Parameters:
  ///   - checkpoint: Where the weights come from.
  ///   - count: How many.
  ///   - choice: Which images the samples belong to, if not the run's.
  ///   - convolutions: How convolutions are computed; as in the run where `nil`.
  ///   - threads: How many threads work.
  /// - Throws: A `ReportedError` if the checkpoint cannot be used.
  public init(
    _ checkpoint: Checkpoint, count: Int, data choice: DataOverride, convolutions: ConvolutionAlgorithm? = nil,
    threads: Int
  ) throws {
    let sampler = try CheckpointSampler(checkpoint, convolutions: convolutions, threads: threads)
    var settings = sampler.configuration.settings
    try checkpoint.locateData(for: &settings, choice)
    self.settings = settings
    let classes = sampler.configuration.classes
    labels = (0..<count).map { $0 % classes }
    images = try sampler.images(count, in: workspace) { Sample(label: $0 % classes, number: $0 / classes) }
  }

  /// Opens the data set that the samples belong to.
  ///
  /// - Parameter threads: How many threads decode, if images have to be decoded.
  /// - Returns: The data set.
  /// - Throws: `DatasetError` when it is missing or damaged, or does not fit the settings.
  public func openData(threads: Int) throws -> any ImageDataset {
    try settings.resolved().data.open(DecodeOptions(cacheFolder: settings.cacheFolder(of: "."), threads: threads))
  }
}
