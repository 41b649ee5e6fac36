internal import Tensors

/// A window of 1 × 7 or 7 × 1: rows or columns of a map are strips, each of which is convolved by itself.
struct Strip {
  /// Whether the strips are columns.
  let isVertical: Bool
  /// Zeros at either end of a strip.
  let padding: Int

  var window: Window {
    isVertical
      ? Window(height: StripScheme.taps, width: 1, padding: Window.Padding(vertical: padding))
      : Window(height: 1, width: StripScheme.taps, padding: Window.Padding(horizontal: padding))
  }

  /// Tiles that cover the strips of an output.
  func tiles(height: Int, width: Int) -> Int {
    let (strips, length) = isVertical ? (width, height) : (height, width)
    return strips * ((length + StripScheme.step - 1) / StripScheme.step)
  }
}

/// A map as strips, cut into tiles of `StripScheme.step` pixels.
private struct StripMap {
  let base: UnsafeMutablePointer<Float>
  /// Pixels of a strip.
  let length: Int
  /// Elements from one strip to the next.
  let stripStride: Int
  /// Elements from one pixel of a strip to the next.
  let stride: Int

  init(_ map: PixelMap, _ strip: Strip) {
    base = map.base
    length = strip.isVertical ? map.height : map.width
    let row = map.width &* map.stride
    (stripStride, stride) = strip.isVertical ? (map.stride, row) : (row, map.stride)
  }
}

/// Where each pixel lies that `StripScheme.PixelsToPoints` reads.
private typealias StripPixels = InlineArray<10, UnsafePointer<Float>>

/// One vector of channels of pixels that lie anywhere.
private struct PixelsSource: VectorSource {
  let pixels: StripPixels
  let channel: Int
  @inline(__always) func callAsFunction(_ index: Int) -> Vector { load(pixels[unchecked: index] + channel) }
}

extension WinogradFilters {
  /// Convolves by F(4, 7).
  func convolve(
    _ x: PixelMap, into y: PixelMap, _ strip: Strip, _ activation: OutputActivation, scratch: InferenceScratch
  ) {
    let count = strip.tiles(height: y.height, width: y.width)
    let (source, target) = (StripMap(x, strip), StripMap(y, strip))
    let tilesOfStrip = (target.length &+ StripScheme.step &- 1) / StripScheme.step
    for first in stride(from: 0, to: count, by: scheme.tilesPerBlock) {
      let tiles = first..<min(first + scheme.tilesPerBlock, count)
      let (panels, rows, _) = block(tiles, scratch)
      gather(source, padding: strip.padding, tilesOfStrip, tiles, into: panels, zeros: scratch.zeros.base)
      for component in 0..<scheme.components { multiply(component, tiles, panels, into: rows) }
      write(rows, tilesOfStrip, tiles, into: target, activation)
    }
  }

  /// Transforms the pixels of tiles; rows beyond the last tile become zeros.
  @inline(never)
  private func gather(
    _ source: StripMap, padding: Int, _ tilesOfStrip: Int, _ tiles: Range<Int>, into panels: TilePanels,
    zeros: UnsafePointer<Float>
  ) {
    for row in 0..<TilePanels.panels(tiles.count) &* VectorLanes.rowsPerPanel {
      let tile = tiles.lowerBound &+ row
      let strip = tile / tilesOfStrip
      let start = (tile &- strip &* tilesOfStrip) &* StripScheme.step &- padding
      let isTile = row < tiles.count
      let pixels = StripPixels { index in
        let pixel = start &+ index
        return isTile && pixel >= 0 && pixel < source.length
          ? UnsafePointer(source.base + (strip &* source.stripStride &+ pixel &* source.stride)) : zeros
      }
      for channel in stride(from: 0, to: inputs, by: VectorLanes.count) {
        StripScheme.PixelsToPoints.apply(
          PixelsSource(pixels: pixels, channel: channel),
          StridedTarget(base: panels.place(row: row, channel: channel), stride: panels.componentStride))
      }
    }
  }

  /// Transforms the products of tiles back into pixels.
  @inline(never)
  private func write(
    _ rows: TileRows, _ tilesOfStrip: Int, _ tiles: Range<Int>, into target: StripMap, _ activation: OutputActivation
  ) {
    let (low, high) = (Vector(repeating: activation.bounds.low), Vector(repeating: activation.bounds.high))
    for tile in tiles {
      let strip = tile / tilesOfStrip
      let start = (tile &- strip &* tilesOfStrip) &* StripScheme.step
      let from = rows.base + (tile &- tiles.lowerBound) &* rows.rowStride
      let to = target.base + (strip &* target.stripStride &+ start &* target.stride)
      let width = min(StripScheme.step, target.length &- start)
      for channel in stride(from: 0, to: outputs, by: VectorLanes.count) {
        StripScheme.ProductsToPixels.apply(
          StridedSource(base: from + channel, stride: rows.componentStride, reader: PlainReader()),
          ActivatedRow(
            to: to + channel, stride: target.stride, width: width, bias: load(bias.base + channel), low: low, high: high
          )
        )
      }
    }
  }
}
