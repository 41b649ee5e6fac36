/// How the images of a side are cut into blocks, and which rank works on which.
///
/// A rank owns consecutive blocks. What is computed of an image depends on it alone, and sums go over all images in order, wherever
/// they were computed: so scores have the same bits on any number of ranks.
package struct BlockPlan: Hashable, Sendable {
  /// Images of a block; the last one of a side may have fewer.
  package static let blockSize = 64

  /// Images of the side.
  package let count: Int

  /// The blocks of `count` images.
  package init(count: Int) { self.count = count }

  /// Number of blocks.
  package var blocks: Int { (count + Self.blockSize - 1) / Self.blockSize }

  /// The images of a block.
  package func images(ofBlock block: Int) -> Range<Int> {
    block * Self.blockSize..<min((block + 1) * Self.blockSize, count)
  }

  /// The blocks that a rank works on: consecutive ones, so that its images are, too.
  package func blocks(ofRank rank: Int, of ranks: Int) -> Range<Int> { Self.share(rank, of: ranks, blocks) }

  /// The images of a rank's blocks.
  package func images(ofRank rank: Int, of ranks: Int) -> Range<Int> {
    let blocks = blocks(ofRank: rank, of: ranks)
    return blocks.lowerBound
      * Self.blockSize..<max(
        min(blocks.upperBound * Self.blockSize, count), blocks.lowerBound * Self.blockSize)
  }

  private static func share(_ part: Int, of parts: Int, _ count: Int) -> Range<Int> {
    part * count / parts..<(part + 1) * count / parts
  }
}
