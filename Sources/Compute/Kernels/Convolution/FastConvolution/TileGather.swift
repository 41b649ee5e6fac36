internal import CVectors
internal import Tensors

/// One side of a batch of tiles: a map, and where the tiles' windows lie in it.
///
/// Sent to tasks like a `Tensor`: each writes parts that no other touches.
struct TiledMap: @unchecked Sendable {
  let base: UnsafeMutablePointer<Float>
  let images: Int
  let height: Int
  let width: Int
  let channels: Int
  let tiles: TileGrid
  let window: TileWindow

  /// The map without its tiles.
  var map: PassMap { PassMap(base: base, images: images, height: height, width: width, channels: channels) }

  /// Whether the map will be out of the caches before somebody reads it again.
  var exceedsCaches: Bool { images &* height &* width &* channels >= cachedElements }

  /// The same of another map of this size.
  func replacing(_ base: UnsafeMutablePointer<Float>) -> TiledMap {
    TiledMap(base: base, images: images, height: height, width: width, channels: channels, tiles: tiles, window: window)
  }

  /// Where a tile lies: its image, its row and column of tiles, and its window's first pixel.
  struct Place {
    let image: Int
    let row: Int
    let column: Int
    let y: Int
    let x: Int
  }

  /// The tile number `index` of the batch.
  @inline(__always)
  func place(_ index: Int) -> Place {
    let image = index / tiles.count
    let rest = index &- image &* tiles.count
    let row = rest / tiles.columns
    let column = rest &- row &* tiles.columns
    return Place(
      image: image, row: row, column: column, y: window.origin &+ row &* window.step,
      x: window.origin &+ column &* window.step)
  }

  /// Asks for the pixels that the tile to the right adds to those of a tile.
  @inline(__always)
  func prefetchNext(after place: Place, channels range: Range<Int>) {
    guard place.x &+ window.size &+ window.step <= width else { return }
    for y in max(place.y, 0)..<min(place.y &+ window.size, height) {
      let pixel = base + ((place.image &* height &+ y) &* width &+ place.x &+ window.size) &* channels
      for x in 0..<window.step {
        for channel in stride(from: range.lowerBound, to: range.upperBound, by: cacheLine) {
          prefetch_near(pixel + (x &* channels &+ channel))
        }
      }
    }
  }
}

/// The tiles of one image.
struct TileGrid {
  let rows: Int
  let columns: Int
  /// Tiles of one image.
  var count: Int { rows &* columns }
}

/// Scratch elements that one worker needs for a transform.
let transformScratch = 4096

/// Channels of a pixel that are read at a time: whole runs of cache lines, which the processor's prefetching follows.
///
/// They divide a chain: the panels of the next one lie elsewhere.
private let channelsAtOnce = 64

/// Activates and transforms tiles into panels; rows beyond the last tile become zeros.
///
/// - Parameters:
///   - map: The scheme's map in one direction; it reads whole windows.
///   - source: Where the tiles are read; pixels outside of it are 0, after activation.
///   - activation: What happens to the pixels first.
///   - tiles: The tiles of the block, in the batch.
///   - panels: Which row panels to write.
///   - result: The block's panels.
///   - scratch: `transformScratch` elements of this worker.
func gather<Map: LinearMap>(
  _ map: Map.Type, _ source: TiledMap, _ activation: InputActivation<Float>, tiles: Range<Int>, panels: Range<Int>,
  into result: TilePanels, scratch: UnsafeMutablePointer<Float>
) {
  switch activation {
  case .identity:
    gather(map, PlainReader.self, source, (), tiles: tiles, panels: panels, into: result, scratch: scratch)
  case .relu:
    gather(map, RectifiedReader.self, source, (), tiles: tiles, panels: panels, into: result, scratch: scratch)
  case .scaleShiftReLU(let scales, let shifts):
    let factors = NormalizedReader.Source(scales: scales.base, shifts: shifts.base, channels: source.channels)
    gather(map, NormalizedReader.self, source, factors, tiles: tiles, panels: panels, into: result, scratch: scratch)
  }
}

/// The same for one kind of activation.
@inline(never)
private func gather<Map: LinearMap, Reader: VectorReader>(
  _ map: Map.Type, _ reader: Reader.Type, _ source: TiledMap, _ factors: Reader.Source, tiles: Range<Int>,
  panels: Range<Int>, into result: TilePanels, scratch: UnsafeMutablePointer<Float>
) {
  let (n, channels) = (Map.inputs, source.channels)
  for row in panels.lowerBound &* VectorLanes.rowsPerPanel..<panels.upperBound &* VectorLanes.rowsPerPanel {
    guard row < tiles.count else {
      for channel in stride(from: 0, to: channels, by: VectorLanes.count) {
        let to = result.place(row: row, channel: channel)
        for component in 0..<Map.outputs * Map.outputs { store(.zero, to: to + component &* result.componentStride) }
      }
      continue
    }
    let place = source.place(tiles.lowerBound &+ row)
    let line = source.width &* channels
    let window = source.base + ((place.image &* source.height &+ place.y) &* line &+ place.x &* channels)
    let (ys, xs) = (
      max(0, -place.y)..<min(n, source.height &- place.y), max(0, -place.x)..<min(n, source.width &- place.x)
    )
    let isInside = ys.count == n && xs.count == n
    // What lies outside of the map is the same for all channels: columns of it stay zeros.
    if !isInside { for i in 0..<n &* Map.outputs { store(.zero, to: scratch + i &* VectorLanes.count) } }
    for first in stride(from: 0, to: channels, by: channelsAtOnce) {
      let last = min(first &+ channelsAtOnce, channels)
      source.prefetchNext(after: place, channels: first..<last)
      let to = result.place(row: row, channel: first)
      for channel in stride(from: first, to: last, by: VectorLanes.count) {
        let reader = Reader(factors, image: place.image, channel: channel)
        // Down the columns, then along the rows.
        if isInside {
          for x in 0..<n {
            Map.apply(
              window + (x &* channels &+ channel), line, scratch + x &* VectorLanes.count, n &* VectorLanes.count,
              reader)
          }
        } else {
          for x in xs {
            Map.apply(
              PartialSource(base: window + (x &* channels &+ channel), stride: line, range: ys, reader: reader),
              StridedTarget(base: scratch + x &* VectorLanes.count, stride: n &* VectorLanes.count))
          }
        }
        let out = to + result.step(to: channel &- first)
        for p in 0..<Map.outputs {
          Map.apply(
            scratch + p &* n &* VectorLanes.count, VectorLanes.count, out + p &* Map.outputs &* result.componentStride,
            result.componentStride)
        }
      }
    }
  }
}
