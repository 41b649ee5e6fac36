internal import CVectors
internal import Tensors

/// The pixels that tiles will read or write for the first time, asked for while products run.
///
/// Products use what the inner caches hold and leave memory idle, transforms wait for it. Shares of a block's pixels between
/// its products, some lines at a time, keep it at work: asked for all at once they would hold up the products.
struct TilesAhead {
  /// More bytes would displace what the products read.
  private static let most = 256 << 10

  private let map: TiledMap
  private let tiles: Range<Int>
  /// Rows of pixels, each as long as the tiles' distance.
  private let rows: Int
  /// Rows of a share in parts of 65,536: a division for each share would take longer than what it asks for.
  private let rowsOfShare: Int
  /// Whether the map is stored at half the size that the tiles cover.
  private let isHalf: Bool

  /// Pixels of some tiles, in `steps` shares.
  ///
  /// - Parameters:
  ///   - map: The map; of an upsampled one, its size after upsampling.
  ///   - tiles: The tiles, in the batch; those beyond it are left out.
  ///   - steps: How many shares there are.
  ///   - isHalf: Whether the map is stored at half its size.
  @inline(__always)
  init(_ map: TiledMap, _ tiles: Range<Int>, steps: Int, isHalf: Bool = false) {
    self.map = map
    let pixels = map.window.step &* map.window.step
    let isTooMuch = tiles.count &* pixels &* map.channels &* MemoryLayout<Float>.stride > Self.most
    self.tiles = isTooMuch ? 0..<0 : tiles.clamped(to: 0..<map.images &* map.tiles.count)
    rows = self.tiles.count &* map.window.step
    rowsOfShare = ((rows << 16) &+ steps &- 1) / steps
    self.isHalf = isHalf
  }

  /// Asks for one share.
  @inline(__always)
  func fetch(_ step: Int) {
    let (first, last) = ((step &* rowsOfShare) >> 16, ((step &+ 1) &* rowsOfShare) >> 16)
    if first < min(last, rows) { fetch(from: first, to: min(last, rows)) }
  }

  @inline(never)
  private func fetch(from first: Int, to last: Int) {
    let (step, overlap) = (map.window.step, map.window.size &- map.window.step)
    let shift = isHalf ? 1 : 0
    let (height, width) = (map.height >> shift, map.width >> shift)
    var left = last &- first
    var tile = first / step
    var row = first &- tile &* step
    // Tile by tile: where one lies takes divisions.
    while left > 0 {
      let place = map.place(tiles.lowerBound &+ tile)
      let image = map.base + place.image &* height &* width &* map.channels
      let begin = (max(0, place.x &+ overlap) >> shift) &* map.channels
      let end = (min(map.width, place.x &+ map.window.size) >> shift) &* map.channels
      let count = min(left, step &- row)
      for y in place.y &+ overlap &+ row..<place.y &+ overlap &+ row &+ count {
        guard y >= 0, y < map.height, !isHalf || y & 1 == 0 else { continue }
        let line = image + (y >> shift) &* width &* map.channels
        var element = begin
        while element < end {
          prefetch_far(line + element)
          element &+= cacheLine
        }
      }
      left &-= count
      tile &+= 1
      row = 0
    }
  }
}

extension FastPass {
  /// What a worker asks for while the products of a block run: pixels that the block writes, and those that the next one reads.
  struct Ahead {
    private let next, written: TilesAhead
    private let residual: TilesAhead?

    @inline(__always)
    init(
      _ source: TiledMap, _ target: TiledMap, _ epilogue: Epilogue<Float>, _ tiles: Range<Int>, next: Range<Int>,
      steps: Int
    ) {
      self.next = TilesAhead(source, next, steps: steps)
      written = TilesAhead(
        target, target.exceedsCaches && Pass.outputWindow.size == Pass.outputWindow.step ? 0..<0 : tiles, steps: steps)
      residual =
        switch epilogue.residual {
        case .none: nil
        case .same(let other): TilesAhead(target.replacing(other.base), tiles, steps: steps)
        case .upsampled(let other): TilesAhead(target.replacing(other.base), tiles, steps: steps, isHalf: true)
        }
    }

    @inline(__always)
    func fetch(_ step: Int) {
      next.fetch(step)
      written.fetch(step)
      residual?.fetch(step)
    }
  }
}
