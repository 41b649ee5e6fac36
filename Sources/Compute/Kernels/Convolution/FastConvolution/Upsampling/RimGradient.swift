internal import Threads

extension FastGradient {
  /// Adds the rim of some images, strip by strip, to the gradients of the filters that it has in common with tiles.
  ///
  /// - Parameters:
  ///   - rows: The map that gives the input channels.
  ///   - columns: The map that gives the output channels.
  ///   - images: The images.
  ///   - memory: The gradient's; sums over tiles have been begun there.
  ///   - slice: Whose part of it to use.
  ///   - pool: Shares out products; nil where this is one worker's own.
  func addRim(
    _ rows: GradientOperand<Rows>, _ columns: GradientOperand<Columns>, _ images: Range<Int>, _ memory: Memory,
    _ slice: Int, sharingWith pool: WorkerPool?
  ) {
    let coarse = rowsAreCoarse ? rows.map : columns.map
    for index in 0..<RimStrip.count {
      let strip = RimStrip(index, height: coarse.height, width: coarse.width)
      let windows = StripRows(images: images, windows: strip.windows)
      windows.forEachBlock(of: plan.blockTiles) { range in
        let operands = operands(range, memory, slice)
        shareOut(TilePanels.panels(range.count), pool, slice) { panels, _ in
          gather(rows, isCoarse: rowsAreCoarse, strip, windows, range, panels, into: operands.rows)
          gather(columns, isCoarse: !rowsAreCoarse, strip, windows, range, panels, into: operands.columns)
        }
        shareOut(strip.products, pool, slice) { products, _ in
          for product in products {
            let point = strip.isCorner ? 0 : Scheme.point(of: product)
            multiply(
              strip.product(product), blocks: 0..<outputs / VectorLanes.gradientColumns,
              operands.rows.component(rowsAreCoarse ? point : product),
              operands.columns.component(rowsAreCoarse ? product : point), operands, range.count,
              into: memory.gradients[slice], adding: true)
          }
        }
      }
    }
  }

  /// Transforms windows of a strip of one map.
  private func gather<Side: LinearMap>(
    _ operand: GradientOperand<Side>, isCoarse: Bool, _ strip: RimStrip, _ windows: StripRows, _ range: Range<Int>,
    _ panels: Range<Int>, into result: TilePanels
  ) {
    let line = isCoarse ? strip.coarse : strip.fine
    if strip.isCorner {
      Kernels.gather(
        SinglePixel.self, operand.map.map, line, windows, range, windowStep: 0, operand.activation, panels: panels,
        into: result)
    } else {
      Kernels.gather(
        Side.self, operand.map.map, line, windows, range, windowStep: operand.map.window.step, operand.activation,
        panels: panels, into: result)
    }
  }
}
