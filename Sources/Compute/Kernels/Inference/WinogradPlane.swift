internal import Tensors

extension WinogradFilters {
  /// Convolves by F(4 × 4, 3 × 3).
  func convolve(
    _ x: PixelMap, into y: PixelMap, padding: Int, _ activation: OutputActivation, scratch: InferenceScratch
  ) {
    let grid = Winograd.grid(fineHeight: y.height, fineWidth: y.width)
    let source = TiledMap(
      base: x.base, images: 1, height: x.height, width: x.width, channels: inputs, tiles: grid,
      window: TileWindow(size: Winograd.coarse.size, step: Winograd.coarse.step, origin: -padding))
    for first in stride(from: 0, to: grid.count, by: scheme.tilesPerBlock) {
      let tiles = first..<min(first + scheme.tilesPerBlock, grid.count)
      let (panels, rows, rest) = block(tiles, scratch)
      gather(
        Winograd.CoarseToPoints.self, source, .identity, tiles: tiles, panels: 0..<TilePanels.panels(tiles.count),
        into: panels, scratch: rest)
      let next = tiles.upperBound..<min(tiles.upperBound + scheme.tilesPerBlock, grid.count)
      let ahead = TilesAhead(source, next, steps: scheme.components)
      for component in 0..<scheme.components {
        ahead.fetch(component)
        multiply(component, tiles, panels, into: rows)
      }
      write(rows, tiles, grid, into: y, activation, scratch: rest)
    }
  }

  /// Transforms the products of tiles back into pixels.
  private func write(
    _ rows: TileRows, _ tiles: Range<Int>, _ grid: TileGrid, into y: PixelMap, _ activation: OutputActivation,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let (points, n) = (Winograd.products, Winograd.fine.size)
    let (low, high) = (Vector(repeating: activation.bounds.low), Vector(repeating: activation.bounds.high))
    for tile in tiles {
      let (row, column) = (tile / grid.columns &* n, tile % grid.columns &* n)
      let from = rows.base + (tile &- tiles.lowerBound) &* rows.rowStride
      let (height, width) = (min(n, y.height &- row), min(n, y.width &- column))
      for channel in stride(from: 0, to: outputs, by: VectorLanes.count) {
        for p in 0..<points {
          Winograd.ProductsToFine.apply(
            from + (p &* rows.componentStride &+ channel), points &* rows.componentStride,
            scratch + p &* VectorLanes.count, points &* VectorLanes.count)
        }
        let bias = load(bias.base + channel)
        for i in 0..<height {
          Winograd.ProductsToFine.apply(
            StridedSource(
              base: scratch + i &* points &* VectorLanes.count, stride: VectorLanes.count, reader: PlainReader()),
            ActivatedRow(
              to: y.pixel(row &+ i, column) + channel, stride: y.stride, width: width, bias: bias, low: low, high: high)
          )
        }
      }
    }
  }
}

extension Winograd {
  /// G of `TapsToProducts` in both directions, in double precision.
  static func transform(_ taps: [Double]) -> [Double] {
    let g = tapsToProducts
    return (0..<products * products).map { index in
      var sum = 0.0
      for i in 0..<3 {
        for j in 0..<3 { sum += g[index / products][i] * taps[3 * i + j] * g[index % products][j] }
      }
      return sum
    }
  }

  /// Powers of the points 0, ±a, ±b and ∞ with Lagrange's divisors.
  private static let tapsToProducts: [[Double]] = {
    let (a, b) = (0.75, 1.5)
    let atA = 1 / (2 * a * a * (a * a - b * b))
    let atB = 1 / (2 * b * b * (b * b - a * a))
    return [
      [1 / (a * a * b * b), 0, 0], [atA, atA * a, atA * a * a], [atA, -atA * a, atA * a * a],
      [atB, atB * b, atB * b * b], [atB, -atB * b, atB * b * b], [0, 0, 1],
    ]
  }()
}
