internal import Files
internal import Tensors

/// How a pass over a batch of tiles is cut, and the scratch memory it takes.
///
/// The rows of a product do not depend on each other, and streamed filters give the same chains of sums as stored ones. So
/// the bits of outputs and input gradients do not depend on the cut, which may cross shards and follows the machine's caches;
/// those of a weight gradient, a sum over tiles, do: it sees one shard, and its cut is a function of shapes alone.
struct TilePlan {
  /// How the filters get into the transformed domain.
  enum Filters {
    /// All at once, then read block by block.
    case stored
    /// In pieces that stay in the inner caches, each used for all tiles at once: pays where tiles are few.
    case streamed
  }

  /// How work is shared out.
  enum Sharing {
    /// Every worker takes blocks of its own: many blocks, filters that the caches hold.
    case blocks
    /// All workers take part in each block: few blocks, or filters that are read once per block.
    case parts
  }

  /// Filters up to which workers take blocks of their own, whatever their number.
  static let smallFilters = 128 * 256
  /// Filters up to which workers may take blocks of their own, all of which the third cache holds once transformed.
  ///
  /// In its own block a worker finds operands and results in its own caches, and the results take the place of operands: with
  /// 256 channels in and out on maps of 32 one thread takes 3 % less than with `parts`, and two wait less for each other's lines.
  static let ownFilters = 256 * 256
  /// Filters are streamed up to so many tiles.
  private static let streamedTiles = 64

  let images: Int
  let grid: TileGrid
  let filters: Filters
  let sharing: Sharing
  /// Images of one group, which is cut into blocks.
  let imagesPerBlock: Int
  /// Tiles of the largest block.
  let blockTiles: Int

  /// The cut of a pass.
  ///
  /// - Parameters:
  ///   - images: Images of the pass.
  ///   - grid: The tiles of one image.
  ///   - size: What tiles and filters take.
  ///   - canStream: Whether the sums of streamed filters are those of stored ones.
  ///   - hasRim: Whether a rim of each image is left, which is best done while the image is in the caches.
  ///   - threads: Threads that share the pass.
  ///   - caches: The caches that blocks are cut for.
  init(
    images: Int, grid: TileGrid, _ size: PassSize, canStream: Bool, hasRim: Bool, threads: Int, caches: CacheSizes
  ) {
    self.images = images
    self.grid = grid
    let isSmall = size.filterCount <= Self.smallFilters
    // More tiles, too, where one block holds them: each block transforms the filters anew.
    let mostStreamed = size.filterCount <= 256 * 256 ? Self.streamedTiles : 2 * Self.streamedTiles
    filters = images * grid.count <= mostStreamed && !isSmall && canStream ? .streamed : .stored
    let panel = VectorLanes.rowsPerPanel
    // Rows stay empty where the tiles of an image fill no whole panels: with a rim, more images pay for it.
    let middle = grid.count % 8 == 0 ? 64 : 128
    if !isSmall, filters == .stored, size.filterCount <= Self.ownFilters {
      let target = hasRim ? middle : (64 + panel - 1) / panel * panel
      // With a few blocks for each thread, those that are done first would wait too long for the others.
      if images * grid.count >= 4 * threads * target {
        sharing = .blocks
        let block = Self.block(of: target, images, grid, together: hasRim ? 1 : Self.together(grid))
        (imagesPerBlock, blockTiles) = (block.images, hasRim ? block.tiles : target)
        return
      }
    }
    sharing = isSmall ? .blocks : .parts
    guard isSmall || hasRim else {
      // Blocks go on from one image to the next, so that only the last one has panels that are not full.
      let target = (size.filterCount <= 256 * 256 ? 64 : 256) / panel * panel
      (imagesPerBlock, blockTiles) = (images, min(target, images * grid.count))
      return
    }
    // Many channels: enough tiles to pay for reading all filters, and for the rows that stay empty where the tiles of an image
    // fill no whole panels.
    let target = isSmall ? size.tiles(in: caches) : size.filterCount <= 256 * 256 ? middle : 256
    let block = Self.block(of: target, images, grid, together: isSmall ? Self.together(grid) : 1)
    (imagesPerBlock, blockTiles) = (
      block.images, isSmall && !hasRim ? min(target, images * grid.count) : block.tiles
    )
  }

  /// The cut of a weight gradient over one shard; `isLong` where each worker is to sum ranges of images of its own.
  ///
  /// A block rewrites the whole gradient, which few caches hold, so blocks are larger than those of other passes: with 64 tiles in
  /// place of 128 a gradient of 256 → 256 channels took 5 % longer on maps of 32, and 46 % where they are pooled, with 100
  /// products for 36 (Zen 5, AVX-512). `canStream` tells whether a piece of the gradient is complete once all tiles are summed.
  init(gradientOf images: Int, grid: TileGrid, filterCount: Int, isLong: Bool, canStream: Bool) {
    self.images = images
    self.grid = grid
    sharing = isLong ? .blocks : .parts
    filters =
      images * grid.count <= Self.streamedTiles && filterCount > Self.smallFilters && canStream ? .streamed : .stored
    let target = filterCount <= 64 * 64 ? 64 : filterCount <= 256 * 256 ? 128 : 256
    (imagesPerBlock, blockTiles) = Self.block(of: target, images, grid, together: grid.count % 8 == 0 ? 1 : 4)
  }

  /// Images whose blocks go on from one to the next.
  ///
  /// Rows of products come in panels: where images have an odd number of tiles, and not so many that it does not matter, fewer of
  /// the panels' rows stay empty.
  private static func together(_ grid: TileGrid) -> Int { grid.count % 8 == 0 || grid.count >= 256 ? 1 : 4 }

  /// Images of a group, and tiles of a block, of about `target` tiles.
  private static func block(
    of target: Int, _ images: Int, _ grid: TileGrid, together: Int
  ) -> (images: Int, tiles: Int) {
    let count = max(1, min(images, max(together, target / grid.count)))
    return (count, min(target, count * grid.count))
  }

  /// Groups of images, each cut into blocks.
  var groups: Int { (images + imagesPerBlock - 1) / imagesPerBlock }

  /// The images of one group.
  func images(ofGroup group: Int) -> Range<Int> {
    group * imagesPerBlock..<min((group + 1) * imagesPerBlock, images)
  }

  /// Tiles of all images.
  var tiles: Int { images * grid.count }

  /// How many tiles a worker takes at a time where it has blocks of its own; at least one.
  ///
  /// - Parameters:
  ///   - threads: Threads that share the pass.
  ///   - hasRim: Whether a rim of each image is left, which is done while a group is in the caches.
  ///   - windowsOverlap: Whether windows that are written overlap, so that one worker adds all of an image.
  /// - Returns: Tiles of a task.
  func tilesPerTask(threads: Int, hasRim: Bool, windowsOverlap: Bool) -> Int {
    if hasRim { return imagesPerBlock * grid.count }
    // Blocks go on from one image to the next, so that only the last one has panels that are not full.
    if threads == 1 { return max(tiles, 1) }
    if !windowsOverlap { return blockTiles }
    return max(1, groups / (8 * threads)) * imagesPerBlock * grid.count
  }

  /// The images that a block has tiles of.
  func images(ofBlock tiles: Range<Int>) -> Range<Int> {
    tiles.lowerBound / grid.count..<(tiles.upperBound + grid.count - 1) / grid.count
  }

  /// Where the tiles of an image stand in a block.
  func part(ofImage image: Int, inBlock tiles: Range<Int>) -> Range<Int> {
    let part = (image * grid.count..<(image + 1) * grid.count).clamped(to: tiles)
    return part.lowerBound - tiles.lowerBound..<part.upperBound - tiles.lowerBound
  }

  /// The tiles of the block that comes next, of images before `end`.
  func tiles(after tiles: Range<Int>, before end: Int) -> Range<Int> {
    tiles.upperBound..<max(tiles.upperBound, min(tiles.upperBound + blockTiles, end * grid.count))
  }

  /// Calls `body` with the tiles of each block of a group, in order.
  @inline(__always)
  func forEachBlock(ofGroup group: Int, _ body: (_ tiles: Range<Int>) -> Void) {
    let images = images(ofGroup: group)
    forEachBlock(of: images.lowerBound * grid.count..<images.upperBound * grid.count, body)
  }

  /// The same of any tiles.
  @inline(__always)
  func forEachBlock(of tiles: Range<Int>, _ body: (_ tiles: Range<Int>) -> Void) {
    for first in stride(from: tiles.lowerBound, to: tiles.upperBound, by: blockTiles) {
      body(first..<min(first + blockTiles, tiles.upperBound))
    }
  }
}

/// What the tiles and filters of a pass take in the transformed domain.
struct PassSize {
  /// Channels of the map that is read and of the one that is written.
  let inputs, outputs: Int
  /// Components of a tile, which operands and results share, and products.
  let components, products: Int

  var filterCount: Int { inputs * outputs }

  private var tileBytes: Int { MemoryLayout<Float>.stride * components * max(inputs, outputs) }
  private var filterBytes: Int { MemoryLayout<Float>.stride * products * filterCount }

  /// Tiles of a block for which the fewest bytes come from beyond the second cache, in whole panels of rows.
  ///
  /// A block's tiles are written once and read once, its filters are read once for the block. Either costs nothing where it
  /// stays in the cache; where it does not, a tile costs what it takes, and filters cost the less the more tiles share them.
  /// On 2 MiB 16 tiles were best for 64 channels and up to 64 as fast as 32 for 128, on 512 KiB 48 for 64 (Zen 3): where this
  /// sum is least.
  func tiles(in caches: CacheSizes) -> Int {
    let room = caches.level2 / 10 * 9
    let panel = VectorLanes.rowsPerPanel
    var (best, least) = (0, Int.max)
    for tiles in stride(from: (16 + panel - 1) / panel * panel, through: 64 + panel - 1, by: panel) {
      let tilesFit = tiles * tileBytes <= room
      let allFit = tiles * tileBytes + filterBytes <= room
      let bytes = (tilesFit ? 0 : 2 * tileBytes) + (allFit ? 0 : filterBytes / tiles)
      if bytes < least { (best, least) = (tiles, bytes) }
    }
    return best
  }
}

/// Hands out parts of one scratch buffer, 64-byte aligned.
struct ScratchCutter {
  private var next: UnsafeMutablePointer<Float>
  private var left: Int

  init(_ tensor: Tensor<Float>) {
    next = tensor.base
    left = tensor.count
  }

  /// The next `count` elements.
  mutating func take(_ count: Int) -> UnsafeMutablePointer<Float> {
    let size = Self.rounded(count)
    precondition(size <= left, "a fast convolution needs \(size) more elements of scratch than were planned")
    defer {
      next += size
      left -= size
    }
    return next
  }

  static func rounded(_ count: Int) -> Int { (count + 15) / 16 * 16 }
}

/// Equal slices of scratch memory, one per worker or one for all.
///
/// Sent to tasks like a `Tensor`: each writes parts that no other touches.
struct Slices: @unchecked Sendable {
  private let base: UnsafeMutablePointer<Float>
  private let stride: Int

  init(_ cutter: inout ScratchCutter, _ elements: Int, count: Int) {
    stride = ScratchCutter.rounded(elements)
    base = cutter.take(stride * count)
  }

  @inline(__always) subscript(index: Int) -> UnsafeMutablePointer<Float> { base + index &* stride }
}
