/// Transformed tiles in panels of rows, as `PackedProducts` describes them, for each component.
///
/// Sent to tasks like a `Tensor`: each writes parts that no other touches.
struct TilePanels: @unchecked Sendable {
  /// What multiplies the panels.
  enum Use {
    /// `multiplyPanel`, which takes all channels of some rows.
    ///
    /// A row has whole cache lines, since whoever writes a tile would otherwise come back for their other halves when they may
    /// have left the innermost cache. Panels have the channels of one chain, so that a chain reads memory in order.
    case product
    /// `multiplyTransposed`, which takes few channels of all rows: as few lines as can be.
    case transposedProduct
  }

  let base: UnsafeMutablePointer<Float>
  /// Elements from one component to the next, padded: at powers of two, those of a tile would compete for the same lines of
  /// the caches.
  let componentStride: Int
  /// Elements from one panel to the next, where a panel has all channels: not in products of more than one chain.
  let panelStride: Int
  private let channels: Int
  /// Channels that have panels of their own, and how many of them lie together in a row.
  private let chain: Int
  private let run: Int
  /// Elements from the panels of one chain to those of the next.
  private let chainStride: Int

  init(
    _ base: UnsafeMutablePointer<Float>, tiles: Int, channels: Int, componentStride: Int? = nil, use: Use = .product
  ) {
    self.base = base
    self.channels = channels
    (chain, run) = use == .product ? (chainLength, cacheLine) : (channels, VectorLanes.count)
    panelStride = Self.panelStride(channels, use)
    chainStride = Self.panels(tiles) * Self.panelStride(chain, use)
    self.componentStride = componentStride ?? Self.componentStride(tiles, channels, use)
  }

  /// Elements of a panel, padded where few channels of all rows are read: at powers of two these would meet in a few lines.
  private static func panelStride(_ channels: Int, _ use: Use) -> Int {
    VectorLanes.rowsPerPanel * channels + (use == .product ? 0 : cacheLine)
  }

  static func componentStride(_ tiles: Int, _ channels: Int, _ use: Use = .product) -> Int {
    panels(tiles) * panelStride(channels, use) + 80
  }

  static func panels(_ tiles: Int) -> Int { (tiles + VectorLanes.rowsPerPanel - 1) / VectorLanes.rowsPerPanel }

  @inline(__always)
  func component(_ index: Int) -> UnsafeMutablePointer<Float> { base + index &* componentStride }

  /// Where a row has a vector of channels, in the first component.
  @inline(__always)
  func place(row: Int, channel: Int) -> UnsafeMutablePointer<Float> {
    let panel = row / VectorLanes.rowsPerPanel
    // Which chain: most have one, and a division would take longer.
    let index = channel < chain ? 0 : channel / chainLength
    let first = index &* chain
    let stride = channels <= chain ? panelStride : min(chain, channels &- first) &* VectorLanes.rowsPerPanel
    return base
      + (index &* chainStride &+ panel &* stride &+ (row &- panel &* VectorLanes.rowsPerPanel) &* run
        &+ step(to: channel &- first))
  }

  /// Elements from a row's place for a channel that is a multiple of 16 to the vector so many channels behind it, in one chain.
  @inline(__always)
  func step(to channel: Int) -> Int {
    let rest = channel & (run &- 1)
    return (channel &- rest) &* VectorLanes.rowsPerPanel &+ rest
  }
}

/// Where the operands of a block's products lie, and their results.
///
/// Where one worker makes the products of a block one after the other, operands that are done with give their place to
/// results: a block of as many tiles takes little more than half of the memory, and the caches hold one of twice as many.
struct TileMemory<Pass: TilePass> {
  /// Components of the operands and of the results.
  @inline(__always) static var inputs: Int { Pass.Input.outputs &* Pass.Input.outputs }
  @inline(__always) static var outputs: Int { Pass.Output.inputs &* Pass.Output.inputs }

  /// How many components the operands lie behind the results: each result comes before all operands that are still needed.
  static var lead: Int {
    var (lead, last) = (0, -1)
    for product in 0..<Pass.products {
      let operands = Pass.operands(of: product)
      last = max(last, operands.output)
      lead = max(lead, last - operands.input + 1)
    }
    return lead
  }

  /// Components of a block whose operands and results share memory.
  static var components: Int { max(lead + inputs, outputs) }

  /// Elements from one of those to the next.
  static func componentStride(tiles: Int, inputs: Int, outputs: Int) -> Int {
    max(TilePanels.componentStride(tiles, inputs), TileRows.componentStride(tiles, outputs))
  }

  /// Operands and results in one buffer of `components` for `tiles` tiles.
  static func shared(
    _ base: UnsafeMutablePointer<Float>, tiles: Int, inputs: Int, outputs: Int
  ) -> (panels: TilePanels, rows: TileRows) {
    let stride = componentStride(tiles: tiles, inputs: inputs, outputs: outputs)
    return (
      TilePanels(base + lead * stride, tiles: tiles, channels: inputs, componentStride: stride),
      TileRows(base, tiles: tiles, channels: outputs, componentStride: stride)
    )
  }
}
