public import Checkpoints
internal import Configuration
public import Datasets
internal import Files
public import Kernels
internal import Layers
internal import Networks
internal import Tensors
internal import Trainer
internal import Threads

/// A checkpoint's discriminator, ready to look at images.
public final class CheckpointJudge {
  private let checkpoint: Checkpoint
  private let configuration: TrainingConfiguration
  private let discriminator: Discriminator<Float>

  /// Images of a pass.
  private static let pass = 8

  /// Reads a discriminator.
  ///
  /// - Parameters:
  ///   - checkpoint: An intact one.
  ///   - convolutions: How convolutions are computed; as in the run where `nil`.
  ///   - threads: How many threads work.
  /// - Throws: A `ReportedError` if the checkpoint cannot be used.
  public init(_ checkpoint: Checkpoint, convolutions: ConvolutionAlgorithm? = nil, threads: Int) throws {
    self.checkpoint = checkpoint
    configuration = try checkpoint.configuration()
    let architecture = configuration.discriminator
    discriminator = Discriminator(
      architecture, samples: Self.pass, shards: Self.pass, isTrained: false, pool: try WorkerPool(starting: threads),
      convolutionAlgorithm: convolutions ?? configuration.convolutions)
    try checkpoint.restore([.weights("discriminator", discriminator.context.weights, architecture.json)])
  }

  /// Looks at images of some classes, and keeps what attention looks at meanwhile.
  ///
  /// - Parameters:
  ///   - dataset: The images.
  ///   - name: What they are called.
  ///   - selection: How many of which classes.
  ///   - seed: Decides which images of a class; the first in the order of the data set where `nil`.
  /// - Returns: Images and weights.
  /// - Throws: `ConfigurationError` if the discriminator has no attention, or a class too few images; `DatasetError` if images cannot be
  ///   read.
  public func attention(on dataset: any ImageDataset, _ name: String, _ selection: SampleSelection, seed: UInt64?)
    throws -> AttentionSet
  {
    let others = configuration.generator.attentionCount
    var result = try AttentionSet(
      "discriminator", discriminator.attentions, discriminator.context.weights,
      image: (dataset.resolution, dataset.channels), step: checkpoint.manifest.step, origin: "images of \(name)",
      classNames: checkpoint.manifest.classNames ?? dataset.classNames, count: selection.count,
      advice: others > 0
        ? "the generator has: leave out --network"
        : "train a run whose setting discriminator-attention is a height of its maps, such as 32")
    let indices = try dataset.chosen(selection, seed)
    let collector = AttentionCollector()
    discriminator.context.observer = collector
    let workspace = Workspace()
    let images: Tensor<Float> = workspace.tensor(
      Shape(Self.pass, dataset.resolution, dataset.resolution, dataset.channels))
    let labels = workspace.buffer(Self.pass, of: Int32.self)
    let bytes = workspace.buffer(Self.pass * dataset.imageSize, of: UInt8.self)
    for start in stride(from: 0, to: indices.count, by: Self.pass) {
      let range = start..<min(start + Self.pass, indices.count)
      for (place, index) in indices[range].enumerated() {
        let part = place * dataset.imageSize..<(place + 1) * dataset.imageSize
        try dataset.copyPixels(index, into: UnsafeMutableBufferPointer(rebasing: bytes[part]))
        labels[place] = Int32(dataset.label(index))
      }
      PixelScaling.convert(bytes, into: images)
      // The rest of an incomplete pass repeats images of the one before.
      _ = discriminator.forward(images, labels: Labels(labels))
      try result.add(
        Array(bytes[0..<range.count * dataset.imageSize]), range.map { dataset.label(indices[$0]) }, collector)
    }
    withExtendedLifetime(workspace) {}
    return result
  }
}

extension ImageDataset {
  /// Some images of each class of a selection.
  fileprivate func chosen(_ selection: SampleSelection, _ seed: UInt64?) throws(ConfigurationError) -> [Int] {
    var found: [Int: [Int]] = [:]
    for index in 0..<count { found[label(index), default: []].append(index) }
    func rank(_ index: Int) -> UInt64 {
      guard let seed else { return 0 }
      var stream = RandomStream(seed: seed, purpose: .samples, sample: UInt32(index))
      return UInt64(stream.next()) << 32 | UInt64(stream.next())
    }
    var result: [Int] = []
    for label in selection.classes {
      let ranked = (found[label] ?? []).map { (rank: rank($0), index: $0) }
      let images = ranked.sorted { ($0.rank, $0.index) < ($1.rank, $1.index) }.prefix(selection.perClass).map(\.index)
      guard images.count == selection.perClass else {
        throw ConfigurationError(
          "class \(label) has \(grouped(images.count)) images in \(description), fewer than --per-class "
            + "\(grouped(selection.perClass))")
      }
      result += images
    }
    return result
  }
}
