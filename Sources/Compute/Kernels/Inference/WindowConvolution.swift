internal import CVectors
package import Tensors

/// Scratch memory of one worker for inference; contents mean nothing between calls.
package struct InferenceScratch: @unchecked Sendable {
  let pointers: UnsafeMutableBufferPointer<UnsafePointer<Float>>
  /// Zeros, as many as a tap or a pixel has channels: what lies beyond the edges.
  let zeros: Tensor<Float>
  /// A block of products, for those that reach beyond the result.
  let block: Tensor<Float>
  /// Tiles of `WinogradFilters`.
  let tiles: Tensor<Float>

  /// Scratch for any of `filters` and `winograd`.
  package init(for filters: [PackedFilters], _ winograd: [WinogradFilters] = [], in workspace: Workspace) {
    let rows = PackedFilters.panelsPerBlock * VectorLanes.rowsPerPanel
    pointers = workspace.buffer(
      rows * (filters.map(\.tapCount).max() ?? 0), of: UnsafePointer<Float>.self)
    zeros = workspace.tensor(Shape(max(filters.map(\.tapChannels).max() ?? 0, winograd.map(\.inputs).max() ?? 0)))
    tiles = workspace.tensor(Shape(winograd.map(\.scratchElements).max() ?? 0))
    block = workspace.tensor(Shape(VectorLanes.rowsPerPanel, PackedFilters.columns))
  }
}

extension PackedFilters {
  /// Panels of pixels that stay in the L2 cache while all filters pass by.
  static let panelsPerBlock = 17

  /// Convolves one image: `y = activation(x ∗ filters + bias) + residual`.
  ///
  /// - Parameters:
  ///   - x: The input; with `joinsColumns` its pixels follow each other directly.
  ///   - y: The output, overwritten, perhaps some channels of a wider map.
  ///   - residual: A map like `y` that is added last, or none; not `y` itself.
  ///   - activation: What comes after the sums.
  ///   - scratch: This worker's memory.
  package func convolve(
    _ x: PixelMap, into y: PixelMap, adding residual: PixelMap? = nil, _ activation: OutputActivation,
    scratch: InferenceScratch
  ) {
    let places = window.places(height: x.height, width: x.width)
    precondition(
      x.channels == inputs && y.channels == outputs && places == (y.height, y.width)
        && (!joinsColumns || x.stride == x.channels),
      "a window of \(window.height) × \(window.width) from \(x) to \(y), filters [\(outputs), \(inputs)]")
    precondition(
      residual.map { ($0.height, $0.width, $0.channels) == (y.height, y.width, y.channels) } ?? true,
      "a residual like \(y)")
    guard let pointers = scratch.pointers.baseAddress else { preconditionFailure("scratch without memory") }
    let panels = (y.pixels + VectorLanes.rowsPerPanel - 1) / VectorLanes.rowsPerPanel
    // Blocks of about equal size: a short one would read all filters for a few pixels.
    let blocks = (panels + Self.panelsPerBlock - 1) / Self.panelsPerBlock
    for block in 0..<blocks {
      let range = block * panels / blocks..<(block + 1) * panels / blocks
      for panel in range {
        point(
          panel &* VectorLanes.rowsPerPanel, x, columns: y.width, pixels: y.pixels, zeros: scratch.zeros.base,
          pointers + (panel &- range.lowerBound) &* tapCount &* VectorLanes.rowsPerPanel)
      }
      multiply(range, pointers, into: y, adding: residual, activation, scratch.block.base)
    }
  }

  /// Writes where each tap of the pixels of a panel lies, `[tap][pixel]`.
  private func point(
    _ first: Int, _ x: PixelMap, columns: Int, pixels: Int, zeros: UnsafePointer<Float>,
    _ pointers: UnsafeMutablePointer<UnsafePointer<Float>>
  ) {
    let (rows, across) = (window.height, joinsColumns ? 1 : window.width)
    var (row, column) = (first / columns, first % columns)
    for r in 0..<VectorLanes.rowsPerPanel {
      let isInside = first &+ r < pixels
      for i in 0..<rows {
        let v = row &* window.stride &- window.padding.top &+ i
        let isRow = isInside && v >= 0 && v < x.height
        for j in 0..<across {
          let u = column &* window.stride &- window.padding.left &+ j
          pointers[(i &* across &+ j) &* VectorLanes.rowsPerPanel &+ r] =
            isRow && u >= 0 && u < x.width ? UnsafePointer(x.pixel(v, u)) : zeros
        }
      }
      column &+= 1
      if column == columns { (row, column) = (row &+ 1, 0) }
    }
  }

  /// The products of some panels with all filters.
  private func multiply(
    _ panels: Range<Int>, _ pointers: UnsafePointer<UnsafePointer<Float>>, into y: PixelMap,
    adding residual: PixelMap?, _ activation: OutputActivation, _ tile: UnsafeMutablePointer<Float>
  ) {
    var b = UnsafePointer(filters.base)
    for (index, chain) in chains.enumerated() {
      let (isFirst, isLast) = (index == 0, index == chains.count - 1)
      let bounds = isLast ? activation.bounds : OutputActivation.none.bounds
      let elements = chain.terms &* Self.columns
      let lines = elements / cacheLine
      let share = (lines &+ panels.count &- 1) / panels.count
      for block in 0..<columnBlocks {
        let column = block &* Self.columns
        let width = min(Self.columns, outputs &- column)
        for panel in panels {
          let done = panel &- panels.lowerBound
          // Every panel fetches its part of the filters that come next.
          var line = done &* share
          while line < min((done &+ 1) &* share, lines) {
            prefetch_far(b + (elements &+ line &* cacheLine))
            line &+= 1
          }
          let pixel = panel &* VectorLanes.rowsPerPanel
          let rows = pointers + (done &* tapCount &+ chain.firstTap) &* VectorLanes.rowsPerPanel
          let to = y.base + (pixel &* y.stride &+ column)
          let height = min(VectorLanes.rowsPerPanel, y.pixels &- pixel)
          // A block that reaches beyond the result goes through a copy.
          let isWhole = height == VectorLanes.rowsPerPanel && width == Self.columns
          let (c, stride) = isWhole ? (to, y.stride) : (tile, Self.columns)
          if !isWhole && !isFirst { copy(to, y.stride, into: tile, Self.columns, height, width) }
          windowBlock(
            taps: chain.taps, depth: chain.channels, rows, offset: chain.firstChannel, b, into: c, stride,
            BlockOutput(
              start: isFirst ? UnsafePointer(bias.base + column) : UnsafePointer(c), startStride: isFirst ? 0 : stride,
              low: bounds.low, high: bounds.high))
          if !isWhole { copy(tile, Self.columns, into: to, y.stride, height, width) }
          if isLast, let residual {
            add(residual.base + (pixel &* residual.stride &+ column), residual.stride, to: to, y.stride, height, width)
          }
        }
        b += elements
      }
    }
  }

  private func copy(
    _ from: UnsafePointer<Float>, _ fromStride: Int, into to: UnsafeMutablePointer<Float>, _ toStride: Int,
    _ height: Int, _ width: Int
  ) {
    for row in 0..<height { (to + row &* toStride).update(from: from + row &* fromStride, count: width) }
  }

  private func add(
    _ from: UnsafePointer<Float>, _ fromStride: Int, to: UnsafeMutablePointer<Float>, _ toStride: Int,
    _ height: Int, _ width: Int
  ) {
    for row in 0..<height {
      for column in 0..<width { to[row &* toStride &+ column] += from[row &* fromStride &+ column] }
    }
  }
}
