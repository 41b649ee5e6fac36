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
        gather(rows, isCoarse: rowsAreCoarse, strip, windows, range, into: operands.rows)
        gather(columns, isCoarse: !rowsAreCoarse, strip, windows, range, into: operands.columns)
        @Sendable func multiply(_ product: Int) {
          let point = strip.isCorner ? 0 : Scheme.point(of: product)
          self.multiply(
            strip.product(product), operands.rows.component(rowsAreCoarse ? point : product),
            operands.columns.component(rowsAreCoarse ? product : point), operands, range.count,
            into: memory.gradients[slice], adding: true)
        }
        if let pool {
          pool.run(strip.products) { product, _ in multiply(product) }
        } else {
          for product in 0..<strip.products { multiply(product) }
        }
      }
    }
  }

  /// Transforms windows of a strip of one map.
  private func gather<Side: LinearMap>(
    _ operand: GradientOperand<Side>, isCoarse: Bool, _ strip: RimStrip, _ windows: StripRows, _ range: Range<Int>,
    into panels: TilePanels
  ) {
    let line = isCoarse ? strip.coarse : strip.fine
    if strip.isCorner {
      Kernels.gather(
        SinglePixel.self, operand.map.map, line, windows, range, windowStep: 0, operand.activation, into: panels)
    } else {
      Kernels.gather(
        Side.self, operand.map.map, line, windows, range, windowStep: operand.map.window.step, operand.activation,
        into: panels)
    }
  }
}
