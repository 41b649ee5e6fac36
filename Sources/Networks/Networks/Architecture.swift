/// A generator as a table: a linear layer to a 4 × 4 map, blocks that each double height and width, an output layer.
public struct GeneratorArchitecture: NetworkTable {
  /// Length of the latent vector.
  public var latentSize: Int
  /// Channels of the first, 4 × 4 map.
  public var initialChannels: Int
  /// Output channels of each block.
  public var blockChannels: [Int]
  /// Heights of the maps that attention follows; empty for none.
  public var attentionMaps: [Int]
  /// What stands behind these maps.
  public var attentionKind = AttentionKind.attention
  /// Whether every convolution and linear layer is spectrally normalized.
  public var isSpectrallyNormalized: Bool
  /// Number of classes.
  public var classes: Int
  /// Channels of an image, 1 or 3.
  public var imageChannels: Int
  /// Where attention's γ starts; 0 in the paper.
  public var initialGamma = 0.0
  /// How the blocks double height and width.
  public var upsampling = Upsampling.nearest

  /// How maps are doubled in height and width.
  public enum Upsampling: String, Hashable, Sendable, CaseIterable {
    /// Each pixel four times.
    case nearest
    /// Weighted means of up to four pixels.
    case bilinear
  }

  /// A generator's table.
  public init(
    initialChannels: Int, blockChannels: [Int], attentionMaps: [Int], isSpectrallyNormalized: Bool, classes: Int,
    imageChannels: Int, latentSize: Int = 128
  ) {
    self.latentSize = latentSize
    self.initialChannels = initialChannels
    self.blockChannels = blockChannels
    self.attentionMaps = attentionMaps
    self.isSpectrallyNormalized = isSpectrallyNormalized
    self.classes = classes
    self.imageChannels = imageChannels
  }

  /// Height and width of an image.
  public var resolution: Int { 4 << blockChannels.count }

  /// Height of each block's output.
  public var maps: [Int] { blockChannels.indices.map { 8 << $0 } }

  /// Every layer, in forward order.
  public var rows: [LayerRow] {
    var map = LayerRow.Extents(side: 4, channels: initialChannels)
    var rows = [LayerRow(.linear, "linear", from: .init(side: 1, channels: latentSize), to: map)]
    let attentionBlocks = attentionBlocks
    for (index, channels) in blockChannels.enumerated() {
      let block = LayerRow(
        .upBlock(classes: classes, upsampling), "block\(index)", from: map,
        to: .init(side: 2 * map.side, channels: channels))
      rows.append(block)
      if attentionBlocks.contains(index) { rows.append(attention(behind: block)) }
      map = block.output
    }
    return rows + [LayerRow(.output, "to_image", from: map, to: .init(side: map.side, channels: imageChannels))]
  }
}

/// A discriminator as a table: residual blocks, a sum over the last map, and a head.
public struct DiscriminatorArchitecture: NetworkTable {
  /// One residual block.
  public struct Block: Hashable, Sendable {
    /// Channels of the map between the block's two convolutions.
    public var hiddenChannels: Int
    /// Output channels.
    public var channels: Int
    /// Whether the block halves height and width.
    public var isPooled: Bool

    /// A block's row.
    public init(hiddenChannels: Int, channels: Int, isPooled: Bool) {
      self.hiddenChannels = hiddenChannels
      self.channels = channels
      self.isPooled = isPooled
    }
  }

  /// How the class enters.
  public enum Head: String, Hashable, Sendable, CaseIterable {
    /// An embedding's projection is added to the logit (Miyato and Koyama 2018).
    case projection
    /// An auxiliary classifier beside the logit (Odena, Olah and Shlens 2017).
    case classifier
  }

  /// Height and width of an image.
  public var resolution: Int
  /// The blocks, in forward order.
  public var blocks: [Block]
  /// Heights of the maps that attention follows, of several such maps the first; empty for none.
  public var attentionMaps: [Int]
  /// What stands behind these maps.
  public var attentionKind = AttentionKind.attention
  /// Whether every convolution, linear layer and embedding is spectrally normalized.
  public var isSpectrallyNormalized: Bool
  /// How the class enters.
  public var head: Head
  /// Number of classes.
  public var classes: Int
  /// Channels of an image, 1 or 3.
  public var imageChannels: Int
  /// Where attention's γ starts; 0 in the paper.
  public var initialGamma = 0.0
  /// What the blocks' shortcuts read.
  public var shortcut = Shortcut.input

  /// What a block's shortcut reads.
  public enum Shortcut: String, Hashable, Sendable, CaseIterable {
    /// The block's input.
    case input
    /// The input after the ReLU, but for the first block: what a ReLU in place makes of it.
    case rectified
  }

  /// A discriminator's table.
  public init(
    resolution: Int, blocks: [Block], attentionMaps: [Int], isSpectrallyNormalized: Bool, head: Head,
    classes: Int, imageChannels: Int
  ) {
    self.resolution = resolution
    self.blocks = blocks
    self.attentionMaps = attentionMaps
    self.isSpectrallyNormalized = isSpectrallyNormalized
    self.head = head
    self.classes = classes
    self.imageChannels = imageChannels
  }

  /// Height of each block's output.
  public var maps: [Int] {
    var side = resolution
    return blocks.map { block in
      if block.isPooled { side /= 2 }
      return side
    }
  }

  /// Every layer, in forward order.
  public var rows: [LayerRow] {
    var map = LayerRow.Extents(side: resolution, channels: imageChannels)
    var rows: [LayerRow] = []
    let attentionBlocks = attentionBlocks
    for (index, block) in blocks.enumerated() {
      let row = LayerRow(
        .downBlock(
          hidden: block.hiddenChannels, isFirst: index == 0, isShortcutRectified: shortcut == .rectified && index > 0),
        "block\(index)", from: map,
        to: .init(side: block.isPooled ? map.side / 2 : map.side, channels: block.channels))
      rows.append(row)
      if attentionBlocks.contains(index) { rows.append(attention(behind: row)) }
      map = row.output
    }
    return rows + [LayerRow(.head(head, classes: classes), "linear", from: map, to: .init(side: 1, channels: 1))]
  }
}
