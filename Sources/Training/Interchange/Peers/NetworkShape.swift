internal import Configuration
internal import Files
internal import Networks

/// A generator as the extents of a peer's tensors tell it.
struct GeneratorShape: Equatable {
  var latentSize: Int
  var initialChannels: Int
  /// Output channels of each block.
  var blockChannels: [Int]
  /// The blocks that attention follows.
  var attention: [Int]
  var isNormalized: Bool
  var classes: Int
  var imageChannels: Int
  /// Whether blocks upsample bilinearly; `nil` where nothing tells.
  var isBilinear: Bool?

  /// Height of an image.
  var resolution: Int { 4 << blockChannels.count }
}

/// A discriminator as the extents of a peer's tensors tell it.
struct DiscriminatorShape {
  /// Channels inside and behind each block.
  var blocks: [(hidden: Int, channels: Int)]
  /// The blocks that attention follows.
  var attention: [Int]
  var isNormalized: Bool
  var head: DiscriminatorArchitecture.Head
  var classes: Int
  var imageChannels: Int
  /// Whether the shortcuts of blocks read rectified maps; `nil` where nothing tells.
  var isShortcutRectified: Bool?
}

/// Settings by key.
typealias Settings = [(key: String, value: String)]

extension GeneratorShape {
  /// Checks that the linear layer makes the first map.
  ///
  /// - Parameters:
  ///   - outputs: Of the linear layer.
  ///   - channels: That the first block reads.
  ///   - file: Where they were found.
  /// - Throws: `FileError` if it has another size.
  static func checkFirstMap(_ outputs: Int, channels: Int, _ file: PeerFile) throws(FileError) {
    guard outputs.isMultiple(of: 16), outputs / 16 == channels else {
      throw file.refusal(
        "its linear layer has \(outputs) outputs for \(channels) channels, and sagan's first map has 4 × 4 pixels")
    }
  }

  /// The settings that stand for this network.
  ///
  /// - Parameter file: Where it was found.
  /// - Returns: Keys and values.
  /// - Throws: `FileError` naming what this program has no setting for.
  func settings(_ file: PeerFile) throws(FileError) -> Settings {
    guard (3...5).contains(blockChannels.count) else {
      throw file.refusal(
        "its generator has \(counted(blockChannels.count, "block")), and sagan's have 3 to 5, for 32, 64 and 128 pixels"
      )
    }
    let width = max(1, resolution == 32 ? initialChannels / 4 : initialChannels / 16)
    let table = GeneratorArchitecture.published(
      resolution: resolution, width: width, attentionMaps: [], isSpectrallyNormalized: isNormalized, classes: classes,
      imageChannels: imageChannels)
    guard let table, table.initialChannels == initialChannels, table.blockChannels == blockChannels else {
      throw file.refusal(
        "its generator for \(resolution) pixels has \(initialChannels) channels before its blocks and "
          + "\(listed(blockChannels)) behind them, and sagan's have "
          + (table.map { "\($0.initialChannels) and \(listed($0.blockChannels))" } ?? "others"))
    }
    try checkChannels(imageChannels, file)
    return [
      ("resolution", "\(resolution)"), ("image-channels", "\(imageChannels)"), ("classes", "\(classes)"),
      ("width", "\(width)"), ("latent-size", "\(latentSize)"),
      ("generator-attention", heights(attention.map { table.maps[$0] })),
      ("generator-spectral-norm", "\(isNormalized)"),
    ] + kind("generator-attention-kind", attention)
      + (isBilinear.map { [("generator-upsampling", $0 ? "bilinear" : "nearest")] } ?? [])
  }
}

extension GeneratorShape {
  /// Settings of a discriminator that nothing is known of: normalized, with attention as in the presets if the generator has some and
  /// channels allow it.
  var counterpart: Settings {
    let (width, map) = (resolution == 32 ? initialChannels / 4 : initialChannels / 16, resolution == 32 ? 16 : 32)
    let table = DiscriminatorArchitecture.published(
      resolution: resolution, width: max(width, 1), isThin: false, attentionMaps: [], isSpectrallyNormalized: true,
      head: .projection, classes: classes, imageChannels: imageChannels)
    let channels = table.flatMap { table in table.maps.firstIndex(of: map).map { table.blocks[$0].channels } } ?? 0
    let attends = !attention.isEmpty && channels > 0 && channels.isMultiple(of: 8)
    return [("discriminator-spectral-norm", "true"), ("discriminator-attention", attends ? "\(map)" : "none")]
  }
}

extension DiscriminatorShape {
  /// The settings that stand for this network, beside a generator.
  ///
  /// - Parameters:
  ///   - generator: The other network.
  ///   - file: Where it was found.
  /// - Returns: Keys and values.
  /// - Throws: `FileError` naming what this program has no setting for.
  func settings(beside generator: GeneratorShape, _ file: PeerFile) throws(FileError) -> Settings {
    guard classes == generator.classes, imageChannels == generator.imageChannels else {
      throw file.refusal(
        "its discriminator knows \(classes) classes and images of \(counted(imageChannels, "channel")), and the "
          + "generator \(generator.classes) classes and \(counted(generator.imageChannels, "channel"))",
        advice: "name two networks of one run")
    }
    let resolution = generator.resolution
    let first = blocks.first?.channels ?? 0
    let width = max(1, resolution == 32 ? first / 2 : first)
    func table(isThin: Bool, isFirstThin: Bool) -> DiscriminatorArchitecture? {
      .published(
        resolution: resolution, width: width, isThin: isThin, isFirstThin: isFirstThin, attentionMaps: [],
        isSpectrallyNormalized: isNormalized,
        head: head, classes: classes, imageChannels: imageChannels)
    }
    let fitting = [(false, false), (true, false), (true, true)].first { isThin, isFirstThin in
      table(isThin: isThin, isFirstThin: isFirstThin).map {
        $0.blocks.map(\.channels) == blocks.map(\.channels) && $0.blocks.map(\.hiddenChannels) == blocks.map(\.hidden)
      } ?? false
    }
    guard let (isThin, isFirstThin) = fitting, let maps = table(isThin: isThin, isFirstThin: isFirstThin)?.maps else {
      throw file.refusal(
        "its discriminator has \(listed(blocks.map(\.channels))) channels behind its blocks and "
          + "\(listed(blocks.map(\.hidden))) inside, and sagan's for \(resolution) pixels have "
          + (table(isThin: false, isFirstThin: false).map { listed($0.blocks.map(\.channels)) } ?? "others")
          + " behind them, and inside as many as behind (wide) or before them (thin)")
    }
    for block in attention where maps.firstIndex(of: maps[block]) != block {
      throw file.refusal(
        "its discriminator has attention behind block \(block + 1), whose map of \(maps[block]) pixels is not the first of that "
          + "height, and sagan has attention behind the first alone")
    }
    return [
      ("discriminator-width", "\(width)"), ("thin-discriminator", "\(isThin)"),
      ("thin-first-block", "\(isFirstThin)"), ("discriminator-attention", heights(attention.map { maps[$0] })),
      ("discriminator-spectral-norm", "\(isNormalized)"), ("head", head.rawValue),
    ] + kind("discriminator-attention-kind", attention)
      + (isShortcutRectified.map { [("discriminator-shortcut", $0 ? "rectified" : "input")] } ?? [])
  }
}

/// What stands behind the maps of `attention`, which a setting could have otherwise.
private func kind(_ key: String, _ attention: [Int]) -> Settings { attention.isEmpty ? [] : [(key, "attention")] }

private func checkChannels(_ channels: Int, _ file: PeerFile) throws(FileError) {
  guard channels == 1 || channels == 3 else {
    throw file.refusal("its images have \(channels) channels, and sagan's have 1 or 3")
  }
}

private func heights(_ maps: [Int]) -> String { maps.isEmpty ? "none" : maps.map(String.init).joined(separator: ",") }

/// Numbers with commas between, as many as anybody reads.
private func listed(_ numbers: [Int]) -> String {
  numbers.prefix(8).map(String.init).joined(separator: ", ") + (numbers.count > 8 ? " …" : "")
}
