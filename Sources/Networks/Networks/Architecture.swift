/// A generator as a table: a linear layer to a 4 × 4 map, blocks that each double height and width, an output layer.
public struct GeneratorArchitecture: Hashable, Sendable {
  /// Length of the latent vector.
  public var latentSize: Int
  /// Channels of the first, 4 × 4 map.
  public var initialChannels: Int
  /// Output channels of each block.
  public var blockChannels: [Int]
  /// Height of the map that self-attention follows, if any.
  public var attentionMap: Int?
  /// Whether every convolution and linear layer is spectrally normalized.
  public var isSpectrallyNormalized: Bool
  /// Number of classes.
  public var classes: Int
  /// Channels of an image, 1 or 3.
  public var imageChannels: Int
  /// Where attention's γ starts; 0 in the paper.
  public var initialGamma = 0.0

  /// A generator's table.
  public init(
    initialChannels: Int, blockChannels: [Int], attentionMap: Int?, isSpectrallyNormalized: Bool, classes: Int,
    imageChannels: Int, latentSize: Int = 128
  ) {
    self.latentSize = latentSize
    self.initialChannels = initialChannels
    self.blockChannels = blockChannels
    self.attentionMap = attentionMap
    self.isSpectrallyNormalized = isSpectrallyNormalized
    self.classes = classes
    self.imageChannels = imageChannels
  }

  /// Height and width of an image.
  public var resolution: Int { 4 << blockChannels.count }

  /// Height of each block's output.
  public var maps: [Int] { blockChannels.indices.map { 8 << $0 } }

  /// The block that attention follows.
  var attentionBlock: Int? { attentionMap.flatMap(maps.firstIndex(of:)) }
}

/// A discriminator as a table: residual blocks, a sum over the last map, and a head.
public struct DiscriminatorArchitecture: Hashable, Sendable {
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
  /// Height of the map that self-attention follows, if any; of several such maps the first.
  public var attentionMap: Int?
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

  /// A discriminator's table.
  public init(
    resolution: Int, blocks: [Block], attentionMap: Int?, isSpectrallyNormalized: Bool, head: Head,
    classes: Int, imageChannels: Int
  ) {
    self.resolution = resolution
    self.blocks = blocks
    self.attentionMap = attentionMap
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

  /// The block that attention follows.
  var attentionBlock: Int? { attentionMap.flatMap(maps.firstIndex(of:)) }
}
