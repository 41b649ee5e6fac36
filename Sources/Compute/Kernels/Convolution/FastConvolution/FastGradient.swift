internal import Tensors
internal import Threads

/// One map of a weight gradient, the transform of its tiles, and what happens to its pixels first.
struct GradientOperand<Side: LinearMap>: Sendable {
  let map: TiledMap
  let activation: InputActivation<Float>
}

/// The weight gradient of a convolution over one shard, in a transformed domain.
///
///     gradient of transformed filters = Σ over tiles of (transformed input)ᵀ · (transformed output gradient)
///
/// `Rows` is the side that gives the input channels, `Columns` the one that gives the output channels.
struct FastGradient<Scheme: TransformScheme, Rows: LinearMap, Columns: LinearMap> {
  let plan: TilePlan
  let inputs: Int
  let outputs: Int
  /// Whether the rows' side is the coarse one.
  let rowsAreCoarse: Bool
  /// Ranges of images whose sums are taken apart and then added in order; 1 where all workers share each block.
  let parts: Int

  static var streamedRows: Int { 128 }
  private static var products: Int { Scheme.products * Scheme.products }

  init(images: Int, fineHeight: Int, fineWidth: Int, inputs: Int, outputs: Int, rowsAreCoarse: Bool) {
    let grid = Scheme.grid(fineHeight: fineHeight, fineWidth: fineWidth)
    // Larger gradients would leave the caches, one for each worker.
    let isLong = inputs * outputs <= 128 * 128 && images * grid.count >= 1024
    plan = TilePlan(
      gradientOf: images, grid: grid, filterCount: inputs * outputs, isLong: isLong, canStream: Scheme.rim == 0)
    parts = isLong ? min(8, plan.groups) : 1
    self.inputs = inputs
    self.outputs = outputs
    self.rowsAreCoarse = rowsAreCoarse
  }

  // MARK: Memory

  private var gradientStride: Int { inputs * outputs + 80 }
  private var pieceStride: Int { Self.streamedRows * FilterPanels.columns + 80 }
  private var rowElements: Int {
    Rows.outputs * Rows.outputs * TilePanels.componentStride(plan.blockTiles, inputs, .transposedProduct)
  }
  private var columnElements: Int {
    Columns.outputs * Columns.outputs * TilePanels.componentStride(plan.blockTiles, outputs, .transposedProduct)
  }
  private var gradientElements: Int { plan.filters == .stored ? Self.products * gradientStride : 0 }
  private var pieceElements: Int { plan.filters == .streamed ? Self.products * pieceStride : 0 }
  private var partElements: Int { parts > 1 ? 9 * inputs * outputs : 0 }

  /// Elements of scratch memory that a gradient takes.
  func scratchElements(workers: Int) -> Int {
    let blocks = plan.sharing == .blocks ? workers : 1
    let each = [rowElements, columnElements, gradientElements].reduce(0) { $0 + ScratchCutter.rounded($1) }
    return blocks * each + workers * (ScratchCutter.rounded(pieceElements) + transformScratch)
      + parts * ScratchCutter.rounded(partElements)
  }

  struct Memory: Sendable {
    let rows: Slices
    let columns: Slices
    let gradients: Slices
    let pieces: Slices
    let workers: Slices
    let parts: Slices
  }

  // MARK: The gradient

  /// Writes the gradient of one shard.
  ///
  /// - Parameters:
  ///   - rows: The map that gives the input channels.
  ///   - columns: The map that gives the output channels.
  ///   - result: Receives the gradient, overwritten.
  ///   - scale: Factor of the gradient.
  ///   - scratch: `scratchElements` of memory.
  ///   - pool: Shares out work.
  func run(
    _ rows: (map: PassMap, activation: InputActivation<Float>),
    _ columns: (map: PassMap, activation: InputActivation<Float>),
    into result: FilterPanels, scale: Float, scratch: Tensor<Float>, pool: WorkerPool
  ) {
    var cutter = ScratchCutter(scratch)
    let blocks = plan.sharing == .blocks ? pool.threads : 1
    let memory = Memory(
      rows: Slices(&cutter, rowElements, count: blocks), columns: Slices(&cutter, columnElements, count: blocks),
      gradients: Slices(&cutter, gradientElements, count: blocks),
      pieces: Slices(&cutter, pieceElements, count: pool.threads),
      workers: Slices(&cutter, transformScratch, count: pool.threads),
      parts: Slices(&cutter, partElements, count: parts))
    let (coarse, fine) = (Scheme.coarse, Scheme.fine)
    let left = GradientOperand<Rows>(
      map: rows.map.tiled(plan.grid, rowsAreCoarse ? coarse : fine), activation: rows.activation)
    let right = GradientOperand<Columns>(
      map: columns.map.tiled(plan.grid, rowsAreCoarse ? fine : coarse), activation: columns.activation)
    if parts > 1 {
      sumParts(left, right, into: result, scale, memory, pool)
    } else {
      sumBlocks(left, right, into: result, scale, memory, pool)
    }
  }

  /// Every worker sums parts of the shard; their sums are then added in order.
  private func sumParts(
    _ rows: GradientOperand<Rows>, _ columns: GradientOperand<Columns>, into result: FilterPanels, _ scale: Float,
    _ memory: Memory, _ pool: WorkerPool
  ) {
    pool.run(parts) { part, worker in
      var isFirst = true
      let groups = part * plan.groups / parts..<(part + 1) * plan.groups / parts
      let end = plan.images(ofGroup: groups.upperBound - 1).upperBound
      for group in groups {
        plan.forEachBlock(ofGroup: group) { tiles in
          let panels = 0..<TilePanels.panels(tiles.count)
          let operands = operands(tiles, memory, worker)
          gather(
            Rows.self, rows.map, rows.activation, tiles: tiles, panels: panels, into: operands.rows,
            scratch: memory.workers[worker])
          gather(
            Columns.self, columns.map, columns.activation, tiles: tiles, panels: panels, into: operands.columns,
            scratch: memory.workers[worker])
          let next = plan.tiles(after: tiles, before: end)
          let ahead = (
            TilesAhead(rows.map, next, steps: Self.products), TilesAhead(columns.map, next, steps: Self.products)
          )
          for product in 0..<Self.products {
            ahead.0.fetch(product)
            ahead.1.fetch(product)
            multiply(
              product, blocks: 0..<outputs / VectorLanes.gradientColumns, operands, tiles.count,
              into: memory.gradients[worker], adding: !isFirst)
          }
          isFirst = false
        }
        if Scheme.rim > 0 { addRim(rows, columns, plan.images(ofGroup: group), memory, worker, sharingWith: nil) }
      }
      let filters = FilterPanels(
        base: memory.parts[part], inputs: inputs, outputs: outputs, isReversed: result.isReversed)
      for panel in 0..<outputs / FilterPanels.columns {
        transformBack(memory.gradients[worker], panel: panel, 0..<inputs, into: filters, scale, memory.workers[worker])
      }
    }
    let count = 9 * inputs * outputs
    forEachBlock(of: count, size: 4096, pool: pool) { range in
      for i in stride(from: range.lowerBound, to: range.upperBound, by: VectorLanes.count) {
        var sum = load(memory.parts[0] + i)
        for part in 1..<parts { sum += load(memory.parts[part] + i) }
        store(sum, to: result.base + i)
      }
    }
  }

  /// All workers share each block.
  private func sumBlocks(
    _ rows: GradientOperand<Rows>, _ columns: GradientOperand<Columns>, into result: FilterPanels, _ scale: Float,
    _ memory: Memory, _ pool: WorkerPool
  ) {
    let chunk = 256
    let chunks = (inputs + chunk - 1) / chunk
    var isFirst = true
    for group in 0..<plan.groups {
      plan.forEachBlock(ofGroup: group) { tiles in
        let operands = operands(tiles, memory, 0)
        let count = TilePanels.panels(tiles.count)
        pool.run(2 * count) { task, worker in
          if task < count {
            gather(
              Rows.self, rows.map, rows.activation, tiles: tiles, panels: task..<task + 1, into: operands.rows,
              scratch: memory.workers[worker])
          } else {
            gather(
              Columns.self, columns.map, columns.activation, tiles: tiles, panels: task - count..<task - count + 1,
              into: operands.columns, scratch: memory.workers[worker])
          }
        }
        if plan.filters == .streamed {
          pool.run(outputs / FilterPanels.columns) { panel, worker in
            stream(operands, tiles.count, panel: panel, into: result, scale, memory, worker)
          }
        } else {
          let next = plan.tiles(after: tiles, before: plan.images)
          let ahead = (
            TilesAhead(rows.map, next, steps: Self.products), TilesAhead(columns.map, next, steps: Self.products)
          )
          // Nine products would be shared out unevenly.
          let blocks = outputs / VectorLanes.gradientColumns
          let parts = Self.products >= 32 ? 1 : min(8, blocks)
          pool.run(Self.products * parts) { [isFirst] task, _ in
            let (product, part) = (task / parts, task % parts)
            if part == 0 {
              ahead.0.fetch(product)
              ahead.1.fetch(product)
            }
            multiply(
              product, blocks: part * blocks / parts..<(part + 1) * blocks / parts, operands, tiles.count,
              into: memory.gradients[0], adding: !isFirst)
          }
        }
        isFirst = false
      }
    }
    if Scheme.rim > 0 { addRim(rows, columns, 0..<plan.images, memory, 0, sharingWith: pool) }
    if plan.filters == .streamed { return }
    pool.run(outputs / FilterPanels.columns * chunks) { task, worker in
      let first = task % chunks * chunk
      transformBack(
        memory.gradients[0], panel: task / chunks, first..<min(first + chunk, inputs), into: result, scale,
        memory.workers[worker])
    }
  }

  // MARK: Products

  typealias Operands = (rows: TilePanels, columns: TilePanels)

  func operands(_ tiles: Range<Int>, _ memory: Memory, _ slice: Int) -> Operands {
    (
      TilePanels(memory.rows[slice], tiles: tiles.count, channels: inputs, use: .transposedProduct),
      TilePanels(memory.columns[slice], tiles: tiles.count, channels: outputs, use: .transposedProduct)
    )
  }

  /// The components of both operands that a product of the plane multiplies.
  @inline(__always)
  private func components(
    of product: Int, _ operands: Operands
  ) -> (rows: UnsafePointer<Float>, columns: UnsafePointer<Float>) {
    let (y, x) = (product / Scheme.products, product % Scheme.products)
    let point = Scheme.point(of: y) &* Scheme.points &+ Scheme.point(of: x)
    return (
      UnsafePointer(operands.rows.component(rowsAreCoarse ? point : product)),
      UnsafePointer(operands.columns.component(rowsAreCoarse ? product : point))
    )
  }

  /// One product of a block, `[output / gradientColumns][inputs][gradientColumns]`, or some of those blocks of outputs.
  @inline(__always)
  private func multiply(
    _ product: Int, blocks: Range<Int>, _ operands: Operands, _ tiles: Int, into gradient: UnsafeMutablePointer<Float>,
    adding: Bool
  ) {
    let (rows, columns) = components(of: product, operands)
    multiply(product, blocks: blocks, rows, columns, operands, tiles, into: gradient, adding: adding)
  }

  /// The same with the given components.
  @inline(__always)
  func multiply(
    _ product: Int, blocks: Range<Int>, _ rows: UnsafePointer<Float>, _ columns: UnsafePointer<Float>,
    _ operands: Operands, _ tiles: Int, into gradient: UnsafeMutablePointer<Float>, adding: Bool
  ) {
    for block in blocks {
      let column = block &* VectorLanes.gradientColumns
      multiplyTransposed(
        rows: tiles, channels: inputs, rows, operands.rows.panelStride, columns + column &* VectorLanes.rowsPerPanel,
        operands.columns.panelStride, into: gradient + (product &* gradientStride &+ column &* inputs),
        VectorLanes.gradientColumns, adding: adding)
    }
  }

  /// One panel of the result, transformed back piece by piece.
  private func stream(
    _ operands: Operands, _ tiles: Int, panel: Int, into result: FilterPanels, _ scale: Float, _ memory: Memory,
    _ worker: Int
  ) {
    let piece = memory.pieces[worker]
    for first in stride(from: 0, to: inputs, by: Self.streamedRows) {
      let depth = min(Self.streamedRows, inputs - first)
      for product in 0..<Self.products {
        let (rows, columns) = components(of: product, operands)
        for block in 0..<FilterPanels.columns / VectorLanes.gradientColumns {
          multiplyTransposed(
            rows: tiles, channels: depth, rows + first * VectorLanes.rowsPerPanel, operands.rows.panelStride,
            columns + (panel * FilterPanels.columns + block * VectorLanes.gradientColumns) * VectorLanes.rowsPerPanel,
            operands.columns.panelStride,
            into: piece + (product &* pieceStride &+ block &* depth &* VectorLanes.gradientColumns),
            VectorLanes.gradientColumns, adding: false)
        }
      }
      transformGradient(
        Scheme.self, piece, componentStride: pieceStride, blockStride: depth * VectorLanes.gradientColumns,
        rows: first..<first + depth, panel: panel, into: result, scale: scale, scratch: memory.workers[worker])
    }
  }

  private func transformBack(
    _ gradient: UnsafeMutablePointer<Float>, panel: Int, _ rows: Range<Int>, into result: FilterPanels, _ scale: Float,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    transformGradient(
      Scheme.self, gradient + (panel * inputs * FilterPanels.columns + rows.lowerBound * VectorLanes.gradientColumns),
      componentStride: gradientStride, blockStride: inputs * VectorLanes.gradientColumns, rows: rows, panel: panel,
      into: result, scale: scale, scratch: scratch)
  }
}
