internal import Networks

extension TrainingSettings {
  /// The generator's table for data of so many classes and channels.
  func generatorArchitecture(classes: Int, imageChannels: Int) throws(ConfigurationError) -> GeneratorArchitecture {
    guard
      var table = GeneratorArchitecture.published(
        resolution: resolution, width: width, attentionMaps: generatorAttention,
        isSpectrallyNormalized: generatorSpectralNorm, classes: classes, imageChannels: imageChannels)
    else { throw unknownResolution }
    if let map = table.attentionMaps.first(where: { !table.maps.contains($0) }) {
      throw ConfigurationError(noMap(map, "generator-attention", table.maps))
    }
    table.attentionKind = generatorAttentionKind
    table.latentSize = latentSize
    table.upsampling = generatorUpsampling
    table.initialGamma = initialGamma
    return table
  }

  /// The discriminator's table for data of so many classes and channels.
  func discriminatorArchitecture(classes: Int, imageChannels: Int) throws(ConfigurationError)
    -> DiscriminatorArchitecture
  {
    guard
      var table = DiscriminatorArchitecture.published(
        resolution: resolution, width: discriminatorWidth ?? width, isThin: thinDiscriminator,
        isFirstThin: thinFirstBlock,
        attentionMaps: discriminatorAttention,
        isSpectrallyNormalized: discriminatorSpectralNorm, head: head, classes: classes, imageChannels: imageChannels)
    else { throw unknownResolution }
    if let map = table.attentionMaps.first(where: { !table.maps.contains($0) }) {
      throw ConfigurationError(noMap(map, "discriminator-attention", table.maps))
    }
    table.attentionKind = discriminatorAttentionKind
    table.shortcut = discriminatorShortcut
    table.initialGamma = initialGamma
    return table
  }

  private var unknownResolution: ConfigurationError {
    ConfigurationError("resolution is \(resolution); expected 32, 64 or 128: choose a preset of that resolution")
  }

  private func noMap(_ map: Int, _ key: String, _ maps: [Int]) -> String {
    var sizes: [String] = []
    for map in maps.map(String.init) where !sizes.contains(map) { sizes.append(map) }
    return "\(key) is \(map), but this network's maps are \(sizes.joined(separator: ", ")) pixels high; "
      + "choose one or more of them, or none"
  }
}
