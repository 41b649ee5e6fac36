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
