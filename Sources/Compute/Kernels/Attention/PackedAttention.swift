internal import CVectors
internal import Tensors

/// Attention in single precision by the products of 1 × 1 convolutions: keys and values of an image are put into panels
/// once, then queries, weights and gradients are read where they are written; sums over queries take panels of these.
///
/// Products of a few hundred rows and columns spend much of their time in a library's packing: on an Emerald Rapids they
/// reached 85 to 105 GFLOP/s there.
struct PackedAttention {
  let queries: Int
  let keys: Int
  let depth: Int
  let width: Int

  /// Queries of a tile; one chain of multiply-adds goes over them.
  private static var rowsPerTile: Int { 16 &* VectorLanes.rowsPerPanel }

  /// Attention of these extents, unless panels do not cover them.
  init?(queries: Int, keys: Int, depth: Int, width: Int) {
    let panel = FilterPanels.columns
    guard depth % cacheLine == 0, keys % panel == 0, width % panel == 0 else { return nil }
    (self.queries, self.keys, self.depth, self.width) = (queries, keys, depth, width)
  }

  /// The depth with zeros up to whole panels.
  private var paddedDepth: Int { (depth + FilterPanels.columns - 1) / FilterPanels.columns * FilterPanels.columns }

  /// Elements of scratch memory of one worker.
  var scratchElements: Int {
    2 * Self.rowsPerTile * keys + 3 * keys * (paddedDepth + width) + Self.rowsPerTile * (2 * paddedDepth + width)
      + ScratchCutter.rounded(panelElements(keys)) + ScratchCutter.rounded(panelElements(max(paddedDepth, width)))
  }

  private func panelElements(_ columns: Int) -> Int {
    TilePanels.componentStride(Self.rowsPerTile, columns, .transposedProduct)
  }

  /// The parts of one worker's scratch memory.
  private struct Memory {
    /// Weights of a tile, and their gradients: `[rows, keys]`.
    let weights, dWeights: UnsafeMutablePointer<Float>
    /// Columns of keyᵀ, value, valueᵀ and key.
    let keyColumns, valueColumns, valueRows, keyRows: UnsafeMutablePointer<Float>
    /// Gradients in panels of columns.
    let dKey, dValue: UnsafeMutablePointer<Float>
    /// Copies of rows where a tile's own fill no panels, or are narrower than one.
    let query, narrow, wide: UnsafeMutablePointer<Float>
    /// Panels of rows: a tile's weights, and what they are multiplied with.
    let weightPanels, otherPanels: UnsafeMutablePointer<Float>

    init(_ shape: PackedAttention, _ scratch: Tensor<Float>) {
      var cutter = ScratchCutter(scratch)
      let (rows, keys, depth) = (PackedAttention.rowsPerTile, shape.keys, shape.paddedDepth)
      weights = cutter.take(rows * keys)
      dWeights = cutter.take(rows * keys)
      keyColumns = cutter.take(keys * depth)
      valueColumns = cutter.take(keys * shape.width)
      valueRows = cutter.take(keys * shape.width)
      keyRows = cutter.take(keys * depth)
      dKey = cutter.take(keys * depth)
      dValue = cutter.take(keys * shape.width)
      query = cutter.take(rows * depth)
      narrow = cutter.take(rows * depth)
      wide = cutter.take(rows * shape.width)
      weightPanels = cutter.take(shape.panelElements(keys))
      otherPanels = cutter.take(shape.panelElements(max(depth, shape.width)))
    }
  }

  /// Writes the output of one image, and shows the weights of each tile of queries.
  @inline(__always)
  func forward(
    query: UnsafePointer<Float>, key: UnsafePointer<Float>, value: UnsafePointer<Float>,
    into output: UnsafeMutablePointer<Float>, scratch: Tensor<Float>,
    seeWeights: (_ tile: Range<Int>, _ weights: UnsafePointer<Float>) -> Void
  ) {
    let memory = Memory(self, scratch)
    packTransposed(key, rows: keys, columns: depth, into: memory.keyColumns)
    pack(value, rows: keys, columns: width, into: memory.valueColumns)
    forEachTile { tile, panels, isWhole in
      weigh(query + tile.lowerBound * depth, tile.count, panels, isWhole, memory)
      seeWeights(tile, memory.weights)
      let result = isWhole ? output + tile.lowerBound * width : memory.wide
      multiply(panels, memory.weights, keys, memory.valueColumns, width, into: result)
      if !isWhole { (output + tile.lowerBound * width).update(from: memory.wide, count: tile.count * width) }
    }
  }

  /// Writes the gradients of one image.
  func backward(
    query: UnsafePointer<Float>, key: UnsafePointer<Float>, value: UnsafePointer<Float>,
    dOutput: UnsafePointer<Float>, dQuery: UnsafeMutablePointer<Float>, dKey: UnsafeMutablePointer<Float>,
    dValue: UnsafeMutablePointer<Float>, scratch: Tensor<Float>
  ) {
    let memory = Memory(self, scratch)
    packTransposed(key, rows: keys, columns: depth, into: memory.keyColumns)
    pack(key, rows: keys, columns: depth, into: memory.keyRows)
    packTransposed(value, rows: keys, columns: width, into: memory.valueRows)
    forEachTile { tile, panels, isWhole in
      let query = query + tile.lowerBound * depth
      weigh(query, tile.count, panels, isWhole, memory)
      var dOutput = dOutput + tile.lowerBound * width
      if !isWhole {
        copyRows(dOutput, tile.count, panels, columns: width, padded: width, into: memory.wide)
        dOutput = UnsafePointer(memory.wide)
      }
      addTransposed(tile, memory.weights, dOutput, width, to: memory.dValue, memory)
      multiply(panels, dOutput, width, memory.valueRows, keys, into: memory.dWeights)
      for row in 0..<tile.count { softmaxBackward(memory.weights + row * keys, memory.dWeights + row * keys) }
      multiply(panels, memory.dWeights, keys, memory.keyRows, paddedDepth, into: memory.narrow)
      for row in 0..<tile.count {
        (dQuery + (tile.lowerBound + row) * depth).update(from: memory.narrow + row * paddedDepth, count: depth)
      }
      copyRows(query, tile.count, panels, columns: depth, padded: paddedDepth, into: memory.query)
      addTransposed(tile, memory.dWeights, memory.query, paddedDepth, to: memory.dKey, memory)
    }
    unpack(memory.dKey, rows: keys, columns: depth, into: dKey)
    unpack(memory.dValue, rows: keys, columns: width, into: dValue)
  }

  // MARK: Tiles

  /// Calls `body` with each tile of queries, how many panels its rows take, and whether they fill them.
  @inline(__always)
  private func forEachTile(_ body: (_ tile: Range<Int>, _ panels: Int, _ isWhole: Bool) -> Void) {
    for first in stride(from: 0, to: queries, by: Self.rowsPerTile) {
      let tile = first..<min(first + Self.rowsPerTile, queries)
      body(tile, TilePanels.panels(tile.count), tile.count % VectorLanes.rowsPerPanel == 0)
    }
  }

  /// Writes softmax(query · keyᵀ) of a tile.
  private func weigh(
    _ query: UnsafePointer<Float>, _ rows: Int, _ panels: Int, _ isWhole: Bool, _ memory: Memory
  ) {
    if !isWhole { copyRows(query, rows, panels, columns: depth, padded: depth, into: memory.query) }
    multiply(
      panels, isWhole ? query : UnsafePointer(memory.query), depth, memory.keyColumns, keys, into: memory.weights)
    softmax(memory.weights, rows: rows, count: keys)
  }

  /// Turns the gradient `d` of a row of weights `a` into that of its scores: a ∘ (d − ⟨a, d⟩).
  private func softmaxBackward(_ a: UnsafePointer<Float>, _ d: UnsafeMutablePointer<Float>) {
    var sums = Vector.zero
    for i in stride(from: 0, to: keys, by: VectorLanes.count) { sums.accumulate(load(a + i), load(d + i)) }
    let mean = sums.sum()
    for i in stride(from: 0, to: keys, by: VectorLanes.count) { store(load(a + i) * (load(d + i) - mean), to: d + i) }
  }

  // MARK: Products

  private func multiply(
    _ panels: Int, _ a: UnsafePointer<Float>, _ inputs: Int, _ b: UnsafePointer<Float>, _ outputs: Int,
    into c: UnsafeMutablePointer<Float>
  ) {
    multiplyPixels(
      panels: panels, a, inputs: inputs, b, outputs: outputs, into: c, scale: 1,
      PixelSummands(bias: nil, residual: nil))
  }

  /// Adds aᵀ · b of a tile, where `a` has a column for each key; the first tile overwrites.
  private func addTransposed(
    _ tile: Range<Int>, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ columns: Int,
    to gradient: UnsafeMutablePointer<Float>, _ memory: Memory
  ) {
    let rows = TilePanels(memory.weightPanels, tiles: tile.count, channels: keys, use: .transposedProduct)
    let others = TilePanels(memory.otherPanels, tiles: tile.count, channels: columns, use: .transposedProduct)
    packRows(a, 0..<tile.count, perImage: tile.count, keys, 0..<keys, PlainReader.self, (), into: rows)
    packRows(b, 0..<tile.count, perImage: tile.count, columns, 0..<columns, PlainReader.self, (), into: others)
    multiplyPixelsTransposed(
      pixels: tile.count, rows, inputs: keys, others, columns: 0..<columns / FilterPanels.columns, into: gradient,
      adding: tile.lowerBound > 0)
  }

  // MARK: Panels

  /// Copies rows, with zeros up to `padded` columns and up to whole panels.
  private func copyRows(
    _ x: UnsafePointer<Float>, _ rows: Int, _ panels: Int, columns: Int, padded: Int,
    into copy: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<panels * VectorLanes.rowsPerPanel {
      let to = copy + row * padded
      let count = row < rows ? columns : 0
      to.update(from: x + min(row, rows - 1) * columns, count: count)
      (to + count).update(repeating: 0, count: padded - count)
    }
  }

  /// Panels of the columns of a matrix, `[columns / 32][rows][32]`; the last one may end in zeros.
  private func pack(
    _ x: UnsafePointer<Float>, rows: Int, columns: Int, into panels: UnsafeMutablePointer<Float>
  ) {
    forEachPanelRow(rows: rows, columns: columns) { from, to, count in
      (panels + to).update(from: x + from, count: count)
      (panels + (to + count)).update(repeating: 0, count: FilterPanels.columns - count)
    }
  }

  private func unpack(
    _ panels: UnsafePointer<Float>, rows: Int, columns: Int, into x: UnsafeMutablePointer<Float>
  ) {
    forEachPanelRow(rows: rows, columns: columns) { from, to, count in
      (x + from).update(from: panels + to, count: count)
    }
  }

  /// Calls `body` with where a panel's row begins in the matrix and among the panels, and how many columns it has.
  @inline(__always)
  private func forEachPanelRow(rows: Int, columns: Int, _ body: (_ matrix: Int, _ panels: Int, _ count: Int) -> Void) {
    for first in stride(from: 0, to: columns, by: FilterPanels.columns) {
      for row in 0..<rows {
        body(
          row &* columns &+ first, first &* rows &+ row &* FilterPanels.columns,
          min(FilterPanels.columns, columns &- first))
      }
    }
  }

  /// Panels of the columns of a matrix's transpose, `[rows / 32][columns][32]`.
  private func packTransposed(
    _ x: UnsafePointer<Float>, rows: Int, columns: Int, into panels: UnsafeMutablePointer<Float>
  ) {
    let panel = FilterPanels.columns
    for row in stride(from: 0, to: rows, by: VectorLanes.count) {
      for column in stride(from: 0, to: columns, by: VectorLanes.count) {
        transpose_square(
          x + (row &* columns &+ column), columns,
          panels + ((row / panel &* columns &+ column) &* panel &+ row % panel), panel)
      }
    }
  }
}
