/// The published networks, by resolution; `ch` is the width multiplier, 64 in print.
///
/// The generator is the same in SNGAN-projection, AC-GAN and SAGAN but for spectral normalization and attention (Miyato and
/// Koyama 2018; Zhang et al. 2019). At 64 × 64 both follow BigGAN-PyTorch's SAGAN.
extension GeneratorArchitecture {
  /// The generator for images of 128, 64 or 32 pixels.
  public static func published(
    resolution: Int, width ch: Int, attentionMaps: [Int], isSpectrallyNormalized: Bool, classes: Int, imageChannels: Int
  ) -> Self? {
    let table: (initial: Int, blocks: [Int])
    switch resolution {
    case 128: table = (16, [16, 8, 4, 2, 1])  // 8, 16, 32, 64, 128
    case 64: table = (16, [16, 8, 4, 2])  // 8, 16, 32, 64
    case 32: table = (4, [4, 4, 4])  // 8, 16, 32
    default: return nil
    }
    return Self(
      initialChannels: table.initial * ch, blockChannels: table.blocks.map { $0 * ch }, attentionMaps: attentionMaps,
      isSpectrallyNormalized: isSpectrallyNormalized, classes: classes, imageChannels: imageChannels)
  }
}

extension DiscriminatorArchitecture {
  /// The discriminator for images of 128, 64 or 32 pixels.
  ///
  /// In SAGAN's wide blocks the map between the two convolutions has the block's output channels, in SNGAN's thin ones its
  /// input channels (but for the first block, unless it is to be thin as well, as BigGAN-PyTorch has it).
  public static func published(
    resolution: Int, width ch: Int, isThin: Bool, isFirstThin: Bool = false, attentionMaps: [Int],
    isSpectrallyNormalized: Bool, head: Head, classes: Int, imageChannels: Int
  ) -> Self? {
    let pooled: [Int]
    let flat: [Int]
    switch resolution {
    case 128: (pooled, flat) = ([1, 2, 4, 8, 16], [16])  // 64, 32, 16, 8, 4; 4
    case 64: (pooled, flat) = ([1, 2, 4, 8], [16])  // 32, 16, 8, 4; 4
    case 32: (pooled, flat) = ([2, 2], [2, 2])  // 16, 8; 8, 8
    default: return nil
    }
    let rows = pooled.map { ($0 * ch, true) } + flat.map { ($0 * ch, false) }
    let blocks = rows.enumerated().map { index, row in
      let before = index > 0 ? (isThin ? rows[index - 1].0 : nil) : (isFirstThin ? imageChannels : nil)
      return Block(hiddenChannels: before ?? row.0, channels: row.0, isPooled: row.1)
    }
    return Self(
      resolution: resolution, blocks: blocks, attentionMaps: attentionMaps,
      isSpectrallyNormalized: isSpectrallyNormalized,
      head: head, classes: classes, imageChannels: imageChannels)
  }
}
