internal import CVectors
internal import Tensors

/// One side of a batch of tiles: a map, and where the tiles' windows lie in it.
struct TiledMap {
  let base: UnsafeMutablePointer<Float>
  let images: Int
  let height: Int
  let width: Int
  let channels: Int
  let tiles: TileGrid
  let window: TileWindow

  /// Whether the map will be out of the caches before somebody reads it again.
  var exceedsCaches: Bool { images &* height &* width &* channels >= cachedElements }

  /// The tile number `index` of the batch: its image, its row and column of tiles, and its window's first pixel.
  @inline(__always)
  func place(_ index: Int) -> (image: Int, row: Int, column: Int, y: Int, x: Int) {
    let image = index / tiles.count
    let rest = index &- image &* tiles.count
    let row = rest / tiles.columns
    let column = rest &- row &* tiles.columns
    return (image, row, column, window.origin &+ row &* window.step, window.origin &+ column &* window.step)
  }
}

/// The tiles of one image.
struct TileGrid {
  let rows: Int
  let columns: Int
  /// Tiles of one image.
  var count: Int { rows &* columns }
}

/// Transformed tiles in panels of rows: `[component][tile / rowsPerPanel][channel / lanes][rowsPerPanel][lanes]`.
struct TilePanels {
  let base: UnsafeMutablePointer<Float>
  /// Elements from one component to the next, and from one panel to the next.
  ///
  /// Both are padded: at powers of two, the components of a tile would compete for the same lines of the caches.
  let componentStride: Int
  let panelStride: Int

  init(_ base: UnsafeMutablePointer<Float>, tiles: Int, channels: Int) {
    self.base = base
    panelStride = Self.panelStride(channels)
    componentStride = Self.componentStride(tiles, channels)
  }

  static func panelStride(_ channels: Int) -> Int { Lanes.rowsPerPanel * channels + 16 }

  static func componentStride(_ tiles: Int, _ channels: Int) -> Int {
    panels(tiles) * panelStride(channels) + 80
  }

  static func panels(_ tiles: Int) -> Int { (tiles + Lanes.rowsPerPanel - 1) / Lanes.rowsPerPanel }

  @inline(__always)
  func component(_ index: Int) -> UnsafeMutablePointer<Float> { base + index &* componentStride }
}

/// Scratch elements that one worker needs for a transform.
let transformScratch = 4096

/// Channels of a pixel that are read at a time: whole runs of cache lines, which the processor's prefetching follows.
private let channelsAtOnce = 64

/// Activates and transforms tiles into panels; rows beyond the last tile become zeros.
///
/// - Parameters:
///   - map: The scheme's map in one direction; it reads whole windows.
///   - source: Where the tiles are read; pixels outside of it are 0, after activation.
///   - prologue: What happens to the pixels first.
///   - tiles: The tiles of the block, in the batch.
///   - panels: Which row panels to write.
///   - result: The block's panels.
///   - scratch: `transformScratch` elements of this worker.
@inline(never)
func gather<Map: LinearMap>(
  _ map: Map.Type, _ source: TiledMap, _ prologue: Prologue<Float>, tiles: Range<Int>, panels: Range<Int>,
  into result: TilePanels, scratch: UnsafeMutablePointer<Float>
) {
  let (n, points, channels) = (Map.inputs, Map.outputs, source.channels)
  let columns = scratch + channelsAtOnce &* n &* n
  for row in panels.lowerBound &* Lanes.rowsPerPanel..<panels.upperBound &* Lanes.rowsPerPanel {
    let panel = row / Lanes.rowsPerPanel
    let to = result.base + (panel &* result.panelStride &+ (row &- panel &* Lanes.rowsPerPanel) &* Lanes.count)
    guard row < tiles.count else {
      for component in 0..<points * points {
        for group in 0..<channels / Lanes.count {
          store(.zero, to: to + (component &* result.componentStride &+ group &* Lanes.group))
        }
      }
      continue
    }
    let place = source.place(tiles.lowerBound &+ row)
    for channel in stride(from: 0, to: channels, by: channelsAtOnce) {
      let vectors = min(channelsAtOnce, channels &- channel) / Lanes.count
      stage(source, place, prologue, size: n, channel: channel, vectors: vectors, into: scratch)
      for v in 0..<vectors {
        let window = scratch + v &* n &* n &* Lanes.count
        for x in 0..<n {
          Map.apply(window + x &* Lanes.count, n &* Lanes.count, columns + x &* Lanes.count, n &* Lanes.count)
        }
        let out = to + (channel / Lanes.count &+ v) &* Lanes.group
        for p in 0..<points {
          Map.apply(
            columns + p &* n &* Lanes.count, Lanes.count, out + p &* points &* result.componentStride,
            result.componentStride)
        }
      }
    }
  }
}

/// Copies a window's pixels, activated, as `[vector][y][x]`.
@inline(__always)
private func stage(
  _ source: TiledMap, _ place: (image: Int, row: Int, column: Int, y: Int, x: Int), _ prologue: Prologue<Float>,
  size: Int, channel: Int, vectors: Int, into scratch: UnsafeMutablePointer<Float>
) {
  let area = size &* size &* Lanes.count
  let image = source.base + place.image &* source.height &* source.width &* source.channels + channel
  // The next tile's window overlaps this one; what it adds lies one step to the right.
  let (added, ahead) = (size &- source.window.step, source.window.step &* source.channels)
  for i in 0..<size {
    let y = place.y &+ i
    for j in 0..<size {
      let x = place.x &+ j
      let to = scratch + (i &* size &+ j) &* Lanes.count
      if y < 0 || y >= source.height || x < 0 || x >= source.width {
        for v in 0..<vectors { store(.zero, to: to + v &* area) }
        continue
      }
      let from = image + (y &* source.width &+ x) &* source.channels
      if j >= added { for v in 0..<vectors { prefetch_near(from + (ahead &+ v &* Lanes.count)) } }
      switch prologue {
      case .identity:
        for v in 0..<vectors { store(load(from + v &* Lanes.count), to: to + v &* area) }
      case .relu:
        for v in 0..<vectors { store(rectified(load(from + v &* Lanes.count)), to: to + v &* area) }
      case .scaleShiftReLU(let scales, let shifts):
        let scale = scales.base + place.image &* source.channels + channel
        let shift = shifts.base + place.image &* source.channels + channel
        for v in 0..<vectors {
          let at = v &* Lanes.count
          let value = preactivation(load(from + at), scale: load(scale + at), shift: load(shift + at))
          store(rectified(value), to: to + v &* area)
        }
      }
    }
  }
}
