package import Tensors

/// The filters of a 3 × 3 convolution with stride 1, transformed once for F(4 × 4, 3 × 3): a quarter of the products.
///
/// The scheme, its transforms and its products are those of `FastConvolution/`; here filters are stored transformed, one image
/// is cut into tiles, and the map may have no padding. Like there, a tile's bits depend on its own pixels alone.
package struct WinogradFilters: @unchecked Sendable {
  /// Tiles of a block, whole panels on every machine: its transformed pixels and products stay in the L2 cache.
  private static let tilesPerBlock = 24
  private static let components = Winograd.products * Winograd.products
  /// Fewer tiles do not pay for four times as many numbers as the filters have.
  private static let leastTiles = 2 * tilesPerBlock

  private let padding: Int
  /// Channels that are read.
  package let inputs: Int
  /// Channels that are written.
  package let outputs: Int
  /// `[component][O / 32][C][32]`.
  private let filters: Tensor<Float>
  private let bias: Tensor<Float>

  /// Whether the scheme covers a convolution, and is worth it.
  ///
  /// - Parameters:
  ///   - window: The window.
  ///   - inputs: Channels that are read.
  ///   - outputs: Channels that are written.
  ///   - places: The size of the output.
  /// - Returns: A function of shapes alone.
  package static func cover(
    _ window: Window, inputs: Int, outputs: Int, places: (height: Int, width: Int)
  ) -> Bool {
    let padding = window.padding
    return window.height == 3 && window.width == 3 && window.stride == 1 && padding.top <= 1
      && padding == Window.Padding(vertical: padding.top, horizontal: padding.top)
      && inputs % cacheLine == 0 && outputs % FilterPanels.columns == 0
      && grid(places.height, places.width).count >= leastTiles
  }

  /// Transforms filters, in double precision.
  ///
  /// - Parameters:
  ///   - weights: `[O, C, 3, 3]`, as files have them.
  ///   - bias: `[O]`.
  ///   - padding: Zeros around the map, 0 or 1.
  ///   - inputs: C, a multiple of 16.
  ///   - outputs: O, a multiple of 32.
  ///   - workspace: Gives the memory.
  package init(
    _ weights: [Float], bias: [Float], padding: Int, inputs: Int, outputs: Int, in workspace: Workspace
  ) {
    precondition(
      weights.count == outputs * inputs * 9 && bias.count == outputs && inputs % cacheLine == 0
        && outputs % FilterPanels.columns == 0 && (0...1).contains(padding),
      "\(weights.count) weights and \(bias.count) biases for [\(outputs), \(inputs), 3, 3] with padding \(padding)")
    (self.padding, self.inputs, self.outputs) = (padding, inputs, outputs)
    self.bias = workspace.tensor(Shape(outputs))
    for (i, number) in bias.enumerated() { self.bias.base[i] = number }
    filters = workspace.tensor(Shape(Self.components, outputs / FilterPanels.columns, inputs, FilterPanels.columns))
    let g = Winograd.tapsToProducts
    for output in 0..<outputs {
      for input in 0..<inputs {
        let taps = (output * inputs + input) * 9
        let (panel, column) = (output / FilterPanels.columns, output % FilterPanels.columns)
        let to = filters.base + ((panel * inputs + input) * FilterPanels.columns + column)
        for p in 0..<Winograd.products {
          for q in 0..<Winograd.products {
            var sum = 0.0
            for i in 0..<3 {
              for j in 0..<3 { sum += g[p][i] * Double(weights[taps + 3 * i + j]) * g[q][j] }
            }
            to[(p * Winograd.products + q) * inputs * outputs] = Float(sum)
          }
        }
      }
    }
  }

  /// Multiply-adds for a map of `height` × `width` pixels, as a direct convolution counts them.
  package func multiplyAdds(height: Int, width: Int) -> Int {
    let shrink = 2 - 2 * padding
    return (height - shrink) * (width - shrink) * 9 * inputs * outputs
  }

  /// Elements of scratch memory.
  var scratchElements: Int {
    Self.components
      * (TilePanels.componentStride(Self.tilesPerBlock, inputs) + TileRows.componentStride(Self.tilesPerBlock, outputs))
      + transformScratch
  }

  private static func grid(_ height: Int, _ width: Int) -> TileGrid {
    Winograd.grid(fineHeight: height, fineWidth: width)
  }

  /// Convolves one image: `y = activation(x ∗ filters + bias)`.
  ///
  /// - Parameters:
  ///   - x: The input, whose pixels follow each other directly.
  ///   - y: The output, overwritten, perhaps some channels of a wider map.
  ///   - activation: What comes after the sums.
  ///   - scratch: This worker's memory.
  package func convolve(
    _ x: PixelMap, into y: PixelMap, _ activation: OutputActivation, scratch: InferenceScratch
  ) {
    let shrink = 2 - 2 * padding
    precondition(
      x.channels == inputs && x.stride == inputs && y.channels == outputs && y.height == x.height - shrink
        && y.width == x.width - shrink,
      "a window of 3 × 3 with padding \(padding) from \(x) to \(y), filters [\(outputs), \(inputs)]")
    let scratch = scratch.tiles.base
    let grid = Self.grid(y.height, y.width)
    let source = TiledMap(
      base: x.base, images: 1, height: x.height, width: x.width, channels: inputs, tiles: grid,
      window: TileWindow(size: Winograd.coarse.size, step: Winograd.coarse.step, origin: -padding))
    let blocks = (grid.count + Self.tilesPerBlock - 1) / Self.tilesPerBlock
    for block in 0..<blocks {
      let tiles = block * Self.tilesPerBlock..<min((block + 1) * Self.tilesPerBlock, grid.count)
      let panels = TilePanels(scratch, tiles: tiles.count, channels: inputs)
      let after = scratch + Self.components * TilePanels.componentStride(Self.tilesPerBlock, inputs)
      let rows = TileRows(after, tiles: tiles.count, channels: outputs)
      let line = after + Self.components * TileRows.componentStride(Self.tilesPerBlock, outputs)
      let count = TilePanels.panels(tiles.count)
      gather(
        Winograd.CoarseToPoints.self, source, .identity, tiles: tiles, panels: 0..<count, into: panels, scratch: line)
      let next = tiles.upperBound..<min(tiles.upperBound + Self.tilesPerBlock, grid.count)
      let ahead = TilesAhead(source, next, steps: Self.components)
      for component in 0..<Self.components {
        ahead.fetch(component)
        for column in stride(from: 0, to: outputs, by: FilterPanels.columns) {
          multiplyPanel(
            panels: count, depth: inputs, panels.component(component), panelStride: panels.panelStride,
            filters.base + (component &* outputs &+ column) &* inputs, into: rows.component(component) + column,
            stride: rows.rowStride, adding: false)
        }
      }
      write(rows, tiles, grid, into: y, activation, scratch: line)
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

/// One vector of channels of the pixels in a row of a tile.
private struct ActivatedRow: VectorTarget {
  let to: UnsafeMutablePointer<Float>
  /// Elements from one pixel to the next.
  let stride: Int
  /// Pixels of the row that lie on the map.
  let width: Int
  let bias, low, high: Vector

  @inline(__always)
  func callAsFunction(_ index: Int, _ vector: Vector) {
    if index < width { store(clamped(vector + bias, low, high), to: to + index &* stride) }
  }
}

extension Winograd {
  /// G of `TapsToProducts` in double precision: powers of the points 0, ±a, ±b and ∞ with Lagrange's divisors.
  fileprivate static var tapsToProducts: [[Double]] {
    let (a, b) = (0.75, 1.5)
    let atA = 1 / (2 * a * a * (a * a - b * b))
    let atB = 1 / (2 * b * b * (b * b - a * a))
    return [
      [1 / (a * a * b * b), 0, 0], [atA, atA * a, atA * a * a], [atA, -atA * a, atA * a * a],
      [atB, atB * b, atB * b * b], [atB, -atB * b, atB * b * b], [0, 0, 1],
    ]
  }
}
