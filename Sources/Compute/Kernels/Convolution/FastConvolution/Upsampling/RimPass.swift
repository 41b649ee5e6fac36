internal import Threads

extension FastPass {
  /// The rim of some images, whose tiles are done: strip by strip, with the filters of the pass.
  ///
  /// Shared out, each strip's results go back to pixels with the products that they are made of, so that threads meet twice a strip.
  ///
  /// - Parameters:
  ///   - images: The images.
  ///   - source: The map that is read.
  ///   - activation: What happens to it first.
  ///   - target: The map that is written.
  ///   - output: Factor and epilogue.
  ///   - memory: The pass's, with all filters transformed.
  ///   - worker: Whose blocks to use.
  ///   - pool: Shares out the work; nil where this is one worker's own.
  func runRim(
    _ images: Range<Int>, _ source: PassMap, _ activation: InputActivation<Float>, into target: PassMap,
    _ output: TileOutput,
    _ memory: Memory, _ worker: Int, sharingWith pool: WorkerPool?
  ) {
    let coarse = Pass.readsCoarse ? source : target
    for index in 0..<RimStrip.count {
      let strip = RimStrip(index, height: coarse.height, width: coarse.width)
      let rows = StripRows(images: images, windows: strip.windows)
      let blocks = max(1, (rows.count + plan.blockTiles - 1) / plan.blockTiles)
      rows.forEachBlock(of: max(1, (rows.count + blocks - 1) / blocks)) { range in
        // Along a strip, results come before the operands that are still needed as they do in the plane's first row.
        let (panels, products) = block(of: range.count, memory, worker)
        let (from, to) = Pass.readsCoarse ? (strip.coarse, strip.fine) : (strip.fine, strip.coarse)
        let rowPanels = TilePanels.panels(range.count)
        shareOut(rowPanels, pool, worker) { part, _ in
          if strip.isCorner {
            gather(
              SinglePixel.self, source, from, rows, range, windowStep: 0, activation, panels: part, into: panels)
          } else {
            gather(
              Pass.Input.self, source, from, rows, range, windowStep: Pass.inputWindow.step, activation, panels: part,
              into: panels)
          }
        }
        shareOut(outputs / FilterPanels.columns, pool, worker) { columns, worker in
          for product in 0..<strip.products {
            let operands =
              strip.isCorner
              ? (input: 0, output: 0, isFirst: true)
              : (input: Pass.input(of: product), output: Pass.output(of: product), isFirst: Pass.isFirst(product))
            multiply(
              strip.product(product), operands, columns: columns, panels, memory, range.count, into: products)
          }
          // Tiles have covered the whole coarse map, and nothing of the fine map's rim.
          let channels = columns.lowerBound * FilterPanels.columns..<columns.upperBound * FilterPanels.columns
          if strip.isCorner {
            scatter(
              SinglePixel.self, products, rows, range, channels: channels, windowStep: 0, into: target, to,
              adding: !Pass.readsCoarse, output, scratch: memory.workers[worker])
          } else {
            scatter(
              Pass.Output.self, products, rows, range, channels: channels, windowStep: Pass.outputWindow.step,
              into: target, to, adding: !Pass.readsCoarse, output, scratch: memory.workers[worker])
          }
        }
      }
    }
  }
}

/// Runs `body` with parts of `count` things: one thing at a time where a pool shares them out, else all of them at once.
@inline(__always)
func shareOut(
  _ count: Int, _ pool: WorkerPool?, _ worker: Int, _ body: @Sendable (_ part: Range<Int>, _ worker: Int) -> Void
) {
  guard let pool else { return body(0..<count, worker) }
  pool.run(count) { task, worker in body(task..<task + 1, worker) }
}
