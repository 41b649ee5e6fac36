public import Datasets
internal import Kernels
internal import Layers
internal import Networks
public import Tensors

/// Samples of a checkpoint's averaged generator, as many of each class, for whoever scores them.
public final class CheckpointSamples {
  /// Images in −1…1, `[count, H, W, C]`.
  public let images: Tensor<Float>
  /// The class that each image was asked to be.
  public let labels: [Int]
  /// The settings that the checkpoint was made with, its data included.
  public let configuration: TrainingConfiguration

  private let workspace = Workspace()

  /// Draws samples.
  ///
  /// - Parameters:
  ///   - path: A checkpoint, or a run directory for its newest.
  ///   - count: How many; classes take turns.
  ///   - data: Which images the samples belong to; those of the run directory's `config.yaml` where `nil`.
  ///   - threads: How many threads work.
  /// - Throws: A `ReportedError` if the checkpoint cannot be used.
  public init(checkpoint path: String, count: Int, data: String?, threads: Int) throws {
    let checkpoint = try Checkpoint.existing(in: path)
    var configuration = try checkpoint.configuration()
    configuration.data = try data ?? checkpoint.runConfiguration().data
    let architecture = try configuration.generatorArchitecture()
    let pass = 64
    let generator = Generator<Float>(
      architecture, samples: pass, shards: 1, isTrained: false, pool: WorkerPool(threads: threads))
    try checkpoint.restore([.weights("generator-average", generator.context.weights, architecture.json)])
    let side = architecture.resolution
    images = workspace.tensor(Shape(count, side, side, architecture.imageChannels))
    let latents: Tensor<Float> = workspace.tensor(Shape(pass, architecture.latentSize))
    let classes = (0..<count).map { $0 % architecture.classes }
    for start in stride(from: 0, to: count, by: pass) {
      let samples = start..<min(start + pass, count)
      for sample in samples {
        // Update 1: other latent vectors than the sample grids', which are of update 0.
        var stream = RandomStream(
          seed: configuration.seed, purpose: .samples, update: 1, sample: UInt32(sample))
        let row = latents.base + (sample - start) * architecture.latentSize
        for i in 0..<architecture.latentSize { row[i] = Float(stream.normal()) }
      }
      let made = classes[samples].map { Int32($0) }.withUnsafeBufferPointer { labels in
        labels.baseAddress.map {
          generator.forward(latents[rows: 0..<samples.count], labels: $0, statistics: .running)
        }
      }
      if let made { images[rows: samples].copy(from: made) }
    }
    withExtendedLifetime(generator) {}
    labels = classes
    self.configuration = configuration
  }

  /// Opens the data set that the samples belong to.
  ///
  /// - Returns: The data set.
  /// - Throws: `DatasetError` when it is missing or damaged, or does not fit the settings.
  public func openData() throws(DatasetError) -> any LabeledImages {
    var configuration = configuration
    return try configuration.openData()
  }
}
