internal import CVectors
internal import Tensors

/// Products of tiles as rows, `[component][tile][channels]`, padded like `TilePanels`.
///
/// Sent to tasks like a `Tensor`: each writes parts that no other touches.
struct TileRows: @unchecked Sendable {
  let base: UnsafeMutablePointer<Float>
  let componentStride: Int
  let rowStride: Int

  init(_ base: UnsafeMutablePointer<Float>, tiles: Int, channels: Int) {
    self.base = base
    rowStride = Self.rowStride(channels)
    componentStride = Self.componentStride(tiles, channels)
  }

  static func rowStride(_ channels: Int) -> Int { channels + 16 }

  static func componentStride(_ tiles: Int, _ channels: Int) -> Int {
    TilePanels.panels(tiles) * VectorLanes.rowsPerPanel * rowStride(channels) + 80
  }

  @inline(__always)
  func component(_ index: Int) -> UnsafeMutablePointer<Float> { base + index &* componentStride }
}

/// What a scatter does to its sums: a factor, and what is added to each pixel.
struct TileOutput {
  var scale: Float
  var epilogue = Epilogue<Float>()
}

/// Transforms the products of tiles back into pixels.
///
/// Where windows overlap, a tile adds to what tiles above and to the left of it have written: tiles of one image must come in
/// order, in one call or several. Every pixel is written by one tile first, which also adds the epilogue.
///
/// - Parameters:
///   - map: The scheme's map in one direction; it writes whole windows.
///   - rows: The block's products.
///   - tiles: The tiles of the block, in the batch.
///   - part: Which of them to transform.
///   - target: Where pixels are written; windows may reach beyond it.
///   - output: Factor and epilogue.
///   - scratch: `transformScratch` elements of this worker.
@inline(never)
func scatter<Map: LinearMap>(
  _ map: Map.Type, _ rows: TileRows, tiles: Range<Int>, part: Range<Int>, into target: TiledMap, _ output: TileOutput,
  scratch: UnsafeMutablePointer<Float>
) {
  let (n, points, channels) = (Map.outputs, Map.inputs, target.channels)
  let overlap = target.window.size &- target.window.step
  let passesCaches = overlap == 0 && target.exceedsCaches
  let line = scratch + points &* n &* VectorLanes.count
  defer { if passesCaches { finish_stores() } }
  for row in part {
    let place = target.place(tiles.lowerBound &+ row)
    let from = rows.base + row &* rows.rowStride
    let (xs, ys) = (
      max(0, -place.x)..<min(n, target.width &- place.x), max(0, -place.y)..<min(n, target.height &- place.y)
    )
    let firstX = place.column == 0 ? 0 : overlap
    let firstY = place.row == 0 ? 0 : overlap
    for channel in stride(from: 0, to: channels, by: VectorLanes.count) {
      for p in 0..<points {
        Map.apply(
          from + (p &* rows.componentStride &+ channel), points &* rows.componentStride,
          scratch + p &* VectorLanes.count,
          points &* VectorLanes.count)
      }
      for i in ys {
        Map.apply(scratch + i &* points &* VectorLanes.count, VectorLanes.count, line, VectorLanes.count)
        let y = place.y &+ i
        let pixel = (place.image &* target.height &+ y) &* target.width &+ place.x
        if overlap > 0 {
          for j in xs where i < firstY || j < firstX {
            let to = target.base + ((pixel &+ j) &* channels &+ channel)
            store(load(to) + output.scale * load(line + j &* VectorLanes.count), to: to)
          }
          if i < firstY { continue }
        }
        for j in max(xs.lowerBound, overlap > 0 ? firstX : 0)..<max(xs.upperBound, overlap > 0 ? firstX : 0) {
          let at = (pixel &+ j) &* channels &+ channel
          var value = output.scale * load(line + j &* VectorLanes.count)
          if let bias = output.epilogue.bias { value += load(bias.base + channel) }
          switch output.epilogue.residual {
          case .none: break
          case .same(let other): value += load(other.base + at)
          case .upsampled(let other):
            let half = (place.image &* (target.height >> 1) &+ (y >> 1)) &* (target.width >> 1) &+ ((place.x &+ j) >> 1)
            value += load(other.base + (half &* channels &+ channel))
          }
          if passesCaches { store_past_caches(target.base + at, value) } else { store(value, to: target.base + at) }
        }
      }
    }
  }
}
