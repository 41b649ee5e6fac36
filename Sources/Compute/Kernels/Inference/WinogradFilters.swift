package import Tensors

/// The filters of a convolution with stride 1, transformed once so that outputs take fewer products.
///
/// | window | scheme | products of a tile | of the sum of its definition |
/// |---|---|---|---|
/// | 3 × 3 | F(4 × 4, 3 × 3), as in `FastConvolution/` | 36 | 144 |
/// | 1 × 7, 7 × 1 | F(4, 7), `StripScheme` | 10 | 28 |
///
/// The products are those of `FastConvolution/`; here filters are stored transformed, one image is cut into tiles, and the map
/// may have no padding. Like there, a tile's bits depend on its own pixels alone.
package struct WinogradFilters: @unchecked Sendable {
  /// How a window is cut into tiles.
  enum Scheme {
    /// Tiles of 4 × 4 outputs, with so many zeros around the map.
    case plane(padding: Int)
    /// Tiles of 4 outputs along a strip.
    case strip(Strip)
  }

  /// Fewer tiles do not pay for more numbers than the filters have.
  private static let leastTiles = 48

  let scheme: Scheme
  /// Channels that are read.
  package let inputs: Int
  /// Channels that are written.
  package let outputs: Int
  /// `[component][O / 32][C][32]`.
  private let filters: Tensor<Float>
  let bias: Tensor<Float>

  /// Whether a scheme covers a convolution, and is worth it.
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
    guard let scheme = Scheme(window), inputs % cacheLine == 0, outputs % FilterPanels.columns == 0 else {
      return false
    }
    return scheme.tiles(height: places.height, width: places.width) >= leastTiles
  }

  /// Transforms filters, in double precision.
  ///
  /// - Parameters:
  ///   - weights: `[O, C, kh, kw]`, as files have them.
  ///   - bias: `[O]`.
  ///   - window: A window that a scheme covers.
  ///   - inputs: C, a multiple of 16.
  ///   - outputs: O, a multiple of 32.
  ///   - workspace: Gives the memory.
  package init(
    _ weights: [Float], bias: [Float], window: Window, inputs: Int, outputs: Int, in workspace: Workspace
  ) {
    guard let scheme = Scheme(window), inputs % cacheLine == 0, outputs % FilterPanels.columns == 0,
      weights.count == outputs * inputs * window.taps, bias.count == outputs
    else {
      preconditionFailure(
        "\(weights.count) weights and \(bias.count) biases for [\(outputs), \(inputs), \(window.height), \(window.width)]"
      )
    }
    (self.scheme, self.inputs, self.outputs) = (scheme, inputs, outputs)
    self.bias = workspace.tensor(Shape(outputs))
    for (i, number) in bias.enumerated() { self.bias.base[i] = number }
    filters = workspace.tensor(
      Shape(scheme.components, outputs / FilterPanels.columns, inputs, FilterPanels.columns))
    for output in 0..<outputs {
      for input in 0..<inputs {
        let first = (output * inputs + input) * window.taps
        let (panel, column) = (output / FilterPanels.columns, output % FilterPanels.columns)
        let to = filters.base + ((panel * inputs + input) * FilterPanels.columns + column)
        let products = scheme.transform(weights[first..<first + window.taps].map(Double.init))
        for (component, product) in products.enumerated() { to[component * inputs * outputs] = Float(product) }
      }
    }
  }

  /// Multiply-adds for a map of `height` × `width` pixels, as a direct convolution counts them.
  package func multiplyAdds(height: Int, width: Int) -> Int {
    let window = scheme.window
    let places = window.places(height: height, width: width)
    return places.height * places.width * window.taps * inputs * outputs
  }

  /// Elements of scratch memory.
  var scratchElements: Int {
    scheme.components * (panelElements + TileRows.componentStride(scheme.tilesPerBlock, outputs)) + transformScratch
  }

  /// Elements of a component of a block's transformed pixels.
  private var panelElements: Int { TilePanels.componentStride(scheme.tilesPerBlock, inputs) }

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
    let window = scheme.window
    precondition(
      x.channels == inputs && x.stride == inputs && y.channels == outputs
        && window.places(height: x.height, width: x.width) == (y.height, y.width),
      "a window of \(window.height) × \(window.width) from \(x) to \(y), filters [\(outputs), \(inputs)]")
    switch scheme {
    case .plane(let padding): convolve(x, into: y, padding: padding, activation, scratch: scratch)
    case .strip(let strip): convolve(x, into: y, strip, activation, scratch: scratch)
    }
  }

  /// The memory of one block: transformed pixels, products, and what transforms need.
  func block(
    _ tiles: Range<Int>, _ scratch: InferenceScratch
  ) -> (panels: TilePanels, rows: TileRows, rest: UnsafeMutablePointer<Float>) {
    let rows = scratch.tiles.base + scheme.components &* panelElements
    let rest = rows + scheme.components &* TileRows.componentStride(scheme.tilesPerBlock, outputs)
    return (
      TilePanels(scratch.tiles.base, tiles: tiles.count, channels: inputs),
      TileRows(rows, tiles: tiles.count, channels: outputs), rest
    )
  }

  /// The products of a block's transformed pixels with one component of all filters.
  func multiply(_ component: Int, _ tiles: Range<Int>, _ panels: TilePanels, into rows: TileRows) {
    for column in stride(from: 0, to: outputs, by: FilterPanels.columns) {
      multiplyPanel(
        panels: TilePanels.panels(tiles.count), depth: inputs, panels.component(component),
        filters.base + (component &* outputs &+ column) &* inputs,
        into: rows.component(component) + column, stride: rows.rowStride, adding: false)
    }
  }
}

extension WinogradFilters.Scheme {
  /// The scheme that covers a window, or none.
  init?(_ window: Window) {
    let padding = window.padding
    guard window.stride == 1, padding == Window.Padding(vertical: padding.top, horizontal: padding.left) else {
      return nil
    }
    switch (window.height, window.width) {
    case (3, 3) where padding.top == padding.left && padding.top <= 1: self = .plane(padding: padding.top)
    case (1, StripScheme.taps): self = .strip(Strip(isVertical: false, padding: padding.left))
    case (StripScheme.taps, 1): self = .strip(Strip(isVertical: true, padding: padding.top))
    default: return nil
    }
  }

  var window: Window {
    switch self {
    case .plane(let padding):
      Window(height: 3, width: 3, padding: Window.Padding(vertical: padding, horizontal: padding))
    case .strip(let strip): strip.window
    }
  }

  /// Products of a tile.
  var components: Int {
    switch self {
    case .plane: Winograd.products * Winograd.products
    case .strip: StripScheme.products
    }
  }

  /// Tiles of a block, whole panels on every machine: its transformed pixels and products stay in the L2 cache.
  var tilesPerBlock: Int {
    switch self {
    case .plane: 24
    case .strip: 48
    }
  }

  /// Tiles of an output.
  func tiles(height: Int, width: Int) -> Int {
    switch self {
    case .plane: Winograd.grid(fineHeight: height, fineWidth: width).count
    case .strip(let strip): strip.tiles(height: height, width: width)
    }
  }

  /// What a filter's taps, row by row, become.
  func transform(_ taps: [Double]) -> [Double] {
    switch self {
    case .plane: Winograd.transform(taps)
    case .strip: StripScheme.transform(taps)
    }
  }
}

/// One vector of channels of the pixels in a row of a tile.
struct ActivatedRow: VectorTarget {
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
