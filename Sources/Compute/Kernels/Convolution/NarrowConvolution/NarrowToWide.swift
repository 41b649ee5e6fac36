internal import CVectors
internal import Tensors
internal import Threads

/// A 3 × 3 convolution from a narrow map to a wide one.
struct NarrowToWide {
  let shape: Shape
  let narrow: Int
  let wide: Int

  private var rowsPerBand: Int { min(shape[1], 16) }
  private var bands: Int { (shape[1] + rowsPerBand - 1) / rowsPerBand }

  /// Elements of filters in this pass's order, `[9][narrow][wide]`.
  var filterElements: Int { 9 * narrow * wide }
  private var rowElements: Int {
    ScratchCutter.rounded((rowsPerBand + 2) * NarrowRows.pitch(width: shape[2], channels: narrow))
  }

  /// Elements of scratch memory that a pass takes, rearranged filters included.
  func scratchElements(workers: Int) -> Int { ScratchCutter.rounded(filterElements) + workers * rowElements }

  /// Runs the pass, band by band of an image's rows.
  func run(
    _ x: Tensor<Float>, _ activation: InputActivation<Float>, _ filters: UnsafePointer<Float>, scale: Float,
    _ epilogue: Epilogue<Float>, into y: Tensor<Float>, _ cutter: inout ScratchCutter, _ pool: WorkerPool
  ) {
    let memory = Slices(&cutter, rowElements, count: pool.threads)
    let (height, width) = (shape[1], shape[2])
    let rest = Epilogue(residual: epilogue.residual)
    let passesCaches = if case .none = epilogue.residual { y.count >= cachedElements } else { false }
    let filters = Shared(filters)
    pool.run(x.shape[0] * bands) { task, worker in
      let image = task / bands
      let first = task % bands * rowsPerBand
      let rows = first..<min(first + rowsPerBand, height)
      let source = NarrowRows(x, activation, image: image, rows: rows, scratch: memory[worker])
      let product = PixelRow(width: width, parts: 3, partStride: source.pitch, depth: 3 * narrow, columns: wide)
      for row in rows {
        product.multiply(
          source[row &- first], aStride: narrow, filters.pointer, scale: scale, bias: epilogue.bias.map { $0.base },
          into: y.base + (image &* height &+ row) &* width &* wide, passesCaches: passesCaches)
      }
      if passesCaches { finish_stores() }
      rest.add(to: y, images: image..<image + 1, rows: rows)
    }
  }
}
