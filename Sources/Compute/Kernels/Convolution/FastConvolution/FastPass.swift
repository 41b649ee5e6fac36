internal import Files
internal import Tensors
internal import Threads

/// A convolution, or its input gradient, in a transformed domain.
///
///     read windows, activate, transform → products with transformed filters → transform, add what overlaps, write
struct FastPass<Pass: TilePass> {
  let plan: TilePlan
  /// Channels of the map that is read.
  let inputs: Int
  /// Channels of the map that is written.
  let outputs: Int

  /// Rows of a piece of streamed filters, which stays in the L2 cache.
  static var streamedRows: Int { chainLength }

  init(
    images: Int, fineHeight: Int, fineWidth: Int, inputs: Int, outputs: Int, threads: Int, caches: CacheSizes
  ) {
    // With one product per output, adding piece by piece is what a product does by itself.
    plan = TilePlan(
      images: images, grid: Pass.Scheme.grid(fineHeight: fineHeight, fineWidth: fineWidth),
      PassSize(
        inputs: inputs, outputs: outputs, components: TileMemory<Pass>.components, products: Pass.products),
      canStream: Pass.Scheme.products == Pass.Scheme.points,
      hasRim: Pass.Scheme.rim > 0, threads: threads, caches: caches)
    self.inputs = inputs
    self.outputs = outputs
  }

  // MARK: Memory

  private var filterStride: Int { inputs * outputs + 80 }
  private var pieceStride: Int { Self.streamedRows * FilterPanels.columns + 80 }

  private var filterElements: Int { plan.filters == .stored ? Pass.products * filterStride : 0 }
  private var pieceElements: Int { plan.filters == .streamed ? Pass.products * pieceStride : 0 }
  /// Elements of a block's operands, and of its results where these have memory of their own.
  private func blockElements(_ sharing: TilePlan.Sharing) -> (tiles: Int, rows: Int) {
    typealias Memory = TileMemory<Pass>
    switch sharing {
    case .blocks:
      let stride = Memory.componentStride(tiles: plan.blockTiles, inputs: inputs, outputs: outputs)
      return (Memory.components * stride, 0)
    case .parts:
      return (
        Memory.inputs * TilePanels.componentStride(plan.blockTiles, inputs),
        Memory.outputs * TileRows.componentStride(plan.blockTiles, outputs)
      )
    }
  }

  /// Elements of scratch memory that a pass takes, in whichever way its blocks are shared out; what passes of fewer images need
  /// besides is for the caller to ask.
  func scratchElements(workers: Int) -> Int {
    let (own, shared) = (blockElements(.blocks), blockElements(.parts))
    var tiles = workers * ScratchCutter.rounded(own.tiles)
    if inputs * outputs > TilePlan.smallFilters {
      let parts = ScratchCutter.rounded(shared.tiles) + ScratchCutter.rounded(shared.rows)
      tiles = plan.sharing == .blocks ? max(tiles, parts) : parts
    }
    let each = ScratchCutter.rounded(pieceElements) + transformScratch + filterScratch
    return ScratchCutter.rounded(filterElements) + tiles + workers * each
  }

  // MARK: The pass

  /// Runs the pass.
  ///
  /// - Parameters:
  ///   - source: The map that is read.
  ///   - activation: What happens to it first.
  ///   - filters: The filters.
  ///   - transposed: Whether their output channels are this pass's inputs.
  ///   - target: The map that is written.
  ///   - output: Factor and epilogue.
  ///   - scratch: `scratchElements` of memory.
  ///   - pool: Shares out work.
  func run(
    _ source: PassMap, _ activation: InputActivation<Float>, _ filters: FilterPanels, transposed: Bool,
    into target: PassMap,
    _ output: TileOutput, scratch: Tensor<Float>, pool: WorkerPool
  ) {
    var cutter = ScratchCutter(scratch)
    let (block, blocks) = (blockElements(plan.sharing), plan.sharing == .blocks ? pool.threads : 1)
    let memory = Memory(
      stored: Slices(&cutter, filterElements, count: 1),
      workers: Slices(&cutter, transformScratch + filterScratch, count: pool.threads),
      pieces: Slices(&cutter, pieceElements, count: pool.threads),
      tiles: Slices(&cutter, block.tiles, count: blocks), rows: Slices(&cutter, block.rows, count: blocks))
    let source = source.tiled(plan.grid, Pass.inputWindow)
    let target = target.tiled(plan.grid, Pass.outputWindow)
    if plan.filters == .stored { transform(filters, transposed, memory, pool) }
    switch plan.sharing {
    case .blocks: runBlocks(source, activation, into: target, output, memory, pool)
    case .parts: runParts(source, activation, filters, transposed: transposed, into: target, output, memory, pool)
    }
  }

  /// Every worker takes blocks of its own.
  private func runBlocks(
    _ source: TiledMap, _ activation: InputActivation<Float>, into target: TiledMap, _ output: TileOutput,
    _ memory: Memory, _ pool: WorkerPool
  ) {
    let columns = outputs / FilterPanels.columns
    let steps = Pass.products * columns
    // Of large filters, which each strip of the rim reads some of, the rim of all images is done at once.
    let isSmall = inputs * outputs <= TilePlan.smallFilters
    let perTask = plan.tilesPerTask(
      threads: pool.threads, hasRim: Pass.Scheme.rim > 0,
      windowsOverlap: Pass.outputWindow.size > Pass.outputWindow.step)
    pool.run((plan.tiles + perTask - 1) / perTask) { task, worker in
      let own = task * perTask..<min((task + 1) * perTask, plan.tiles)
      plan.forEachBlock(of: own) { tiles in
        let (panels, rows) = self.block(of: tiles.count, memory, worker)
        gather(
          Pass.Input.self, source, activation, tiles: tiles, panels: 0..<TilePanels.panels(tiles.count), into: panels,
          scratch: memory.workers[worker])
        let ahead = Ahead(
          source, target, output.epilogue, tiles, next: plan.tiles(after: tiles, before: plan.images), steps: steps)
        for product in 0..<Pass.products {
          for panel in 0..<columns {
            ahead.fetch(product &* columns &+ panel)
            multiply(product, columns: panel..<panel + 1, panels, memory, tiles.count, into: rows)
          }
        }
        scatter(
          Pass.self, rows, tiles: tiles, part: 0..<tiles.count, channels: 0..<outputs, into: target, output,
          scratch: memory.workers[worker])
      }
      if Pass.Scheme.rim > 0, isSmall {
        runRim(
          plan.images(ofBlock: own), source.map, activation, into: target.map, output, memory, worker,
          sharingWith: nil)
      }
    }
    if Pass.Scheme.rim > 0, !isSmall {
      pool.run(pool.threads) { task, worker in
        let images = task * plan.images / pool.threads..<(task + 1) * plan.images / pool.threads
        runRim(images, source.map, activation, into: target.map, output, memory, worker, sharingWith: nil)
      }
    }
  }

  /// All workers take part in each block.
  private func runParts(
    _ source: TiledMap, _ activation: InputActivation<Float>, _ filters: FilterPanels, transposed: Bool,
    into target: TiledMap, _ output: TileOutput, _ memory: Memory, _ pool: WorkerPool
  ) {
    for group in 0..<plan.groups {
      plan.forEachBlock(ofGroup: group) { tiles in
        let (panels, rows) = self.block(of: tiles.count, memory, 0)
        pool.run(TilePanels.panels(tiles.count)) { panel, worker in
          gather(
            Pass.Input.self, source, activation, tiles: tiles, panels: panel..<panel + 1, into: panels,
            scratch: memory.workers[worker])
        }
        multiplyAll(filters, transposed, panels, memory, tiles.count, into: rows, pool)
        // Windows of one image may overlap: its tiles stay together, and channels are shared out.
        let images = plan.images(ofBlock: tiles)
        let parts = min(pool.threads, max(1, outputs / 64))
        pool.run(images.count * parts) { task, worker in
          let (image, part) = (images.lowerBound + task / parts, task % parts)
          let columns = outputs / FilterPanels.columns
          scatter(
            Pass.self, rows, tiles: tiles, part: plan.part(ofImage: image, inBlock: tiles),
            channels: part * columns / parts * FilterPanels.columns..<(part + 1) * columns / parts
              * FilterPanels.columns,
            into: target, output, scratch: memory.workers[worker])
        }
      }
    }
    if Pass.Scheme.rim > 0 {
      runRim(0..<plan.images, source.map, activation, into: target.map, output, memory, 0, sharingWith: pool)
    }
  }

  /// The memory of one run.
  struct Memory: Sendable {
    let stored: Slices
    let workers: Slices
    let pieces: Slices
    let tiles: Slices
    let rows: Slices
  }

  /// Where a block's operands and results lie, of `slice` or shared by all workers.
  func block(of tiles: Int, _ memory: Memory, _ slice: Int) -> (panels: TilePanels, rows: TileRows) {
    if plan.sharing == .blocks {
      return TileMemory<Pass>.shared(memory.tiles[slice], tiles: tiles, inputs: inputs, outputs: outputs)
    }
    return (
      TilePanels(memory.tiles[slice], tiles: tiles, channels: inputs),
      TileRows(memory.rows[slice], tiles: tiles, channels: outputs)
    )
  }

  // MARK: Products

  /// Transforms all filters, in pieces of a panel.
  private func transform(_ filters: FilterPanels, _ transposed: Bool, _ memory: Memory, _ pool: WorkerPool) {
    let rows = 256
    let pieces = (inputs + rows - 1) / rows
    pool.run(outputs / FilterPanels.columns * pieces) { task, worker in
      let (panel, first) = (task / pieces, task % pieces * rows)
      transformFilters(
        Pass.Scheme.self, filters, panel: panel, rows: first..<min(first + rows, inputs), transposed: transposed,
        into: memory.stored[0] + (panel * inputs + first) * FilterPanels.columns, componentStride: filterStride,
        passesCaches: filterElements >= cachedElements, scratch: memory.workers[worker])
    }
  }

  /// One product with some panels of stored filters.
  @inline(__always)
  private func multiply(
    _ product: Int, columns: Range<Int>, _ panels: TilePanels, _ memory: Memory, _ tiles: Int, into rows: TileRows
  ) {
    multiply(product, Pass.operands(of: product), columns: columns, panels, memory, tiles, into: rows)
  }

  /// The same with the given operands.
  @inline(__always)
  func multiply(
    _ product: Int, _ operands: (input: Int, output: Int, isFirst: Bool), columns: Range<Int>, _ panels: TilePanels,
    _ memory: Memory, _ tiles: Int, into rows: TileRows
  ) {
    for panel in columns {
      multiplyPanel(
        panels: TilePanels.panels(tiles), depth: inputs, panels.component(operands.input),
        memory.stored[0] + (product &* filterStride &+ panel &* FilterPanels.columns &* inputs),
        into: rows.component(operands.output) + panel &* FilterPanels.columns, stride: rows.rowStride,
        adding: !operands.isFirst)
    }
  }

  /// All products of a block, shared out by outputs and panels, or by panels where filters are streamed.
  private func multiplyAll(
    _ filters: FilterPanels, _ transposed: Bool, _ panels: TilePanels, _ memory: Memory, _ tiles: Int,
    into rows: TileRows, _ pool: WorkerPool
  ) {
    let columns = outputs / FilterPanels.columns
    if plan.filters == .streamed {
      pool.run(columns) { panel, worker in
        stream(filters, transposed, panel: panel, panels, memory, tiles, into: rows, worker)
      }
      return
    }
    let parts = min(4, columns)
    pool.run(TileMemory<Pass>.outputs * parts) { task, _ in
      let (output, part) = (task / parts, task % parts)
      for product in 0..<Pass.products where Pass.operands(of: product).output == output {
        multiply(
          product, columns: part * columns / parts..<(part + 1) * columns / parts, panels, memory, tiles, into: rows)
      }
    }
  }

  /// One panel of all products, its filters transformed piece by piece.
  private func stream(
    _ filters: FilterPanels, _ transposed: Bool, panel: Int, _ panels: TilePanels, _ memory: Memory, _ tiles: Int,
    into rows: TileRows, _ worker: Int
  ) {
    let piece = memory.pieces[worker]
    for first in stride(from: 0, to: inputs, by: Self.streamedRows) {
      let depth = min(Self.streamedRows, inputs - first)
      transformFilters(
        Pass.Scheme.self, filters, panel: panel, rows: first..<first + depth, transposed: transposed, into: piece,
        componentStride: pieceStride, passesCaches: false, scratch: memory.workers[worker])
      for product in 0..<Pass.products {
        let (input, output, isFirst) = Pass.operands(of: product)
        multiplyPanel(
          panels: TilePanels.panels(tiles), depth: depth,
          panels.place(row: 0, channel: first) + input &* panels.componentStride,
          piece + product &* pieceStride, into: rows.component(output) + panel &* FilterPanels.columns,
          stride: rows.rowStride,
          adding: first > 0 || !isFirst)
      }
    }
  }
}
