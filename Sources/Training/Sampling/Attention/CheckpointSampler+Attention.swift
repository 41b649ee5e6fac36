internal import Checkpoints
internal import Configuration
internal import Datasets
internal import Files
internal import Layers
internal import Networks

extension CheckpointSampler {
  /// Draws samples, and keeps what the generator's attention looks at meanwhile.
  ///
  /// - Parameter selection: Which samples.
  /// - Returns: Images and weights.
  /// - Throws: `ConfigurationError` if the generator has no attention, `FileError` if pixels are not numbers.
  public func attention(_ selection: SampleSelection) throws -> AttentionSet {
    let generator = sampler.generator
    let others = configuration.discriminator.attentionCount
    var result = try AttentionSet(
      "generator", generator.attentions, generator.context.weights,
      image: (sampler.resolution, sampler.channels), step: manifest.step,
      origin: "\(version.rawValue) weights, seed \(seed)",
      classNames: manifest.classNames, count: selection.count,
      advice: others > 0
        ? "the discriminator has: try --network discriminator"
        : "train a run whose setting generator-attention is a height of its maps, such as 32")
    let collector = AttentionCollector()
    generator.context.observer = collector
    defer { generator.context.observer = nil }
    try draw(selection.count, { selection[$0] }) { (range, images) throws(FileError) in
      try result.add(PixelScaling.bytes(of: images), range.map { selection[$0].label }, collector)
    }
    return result
  }
}
