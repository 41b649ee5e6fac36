internal import Tensors
internal import Threads

/// A 3 × 3 convolution from a wide map to a narrow one.
///
/// Each pixel of the wide map is multiplied with all nine taps; the result sums the products of nine pixels.
struct WideToNarrow {
  let shape: Shape
  let narrow: Int
  let wide: Int

  private var rowsPerBand: Int { min(shape[1], 64) }
  private var bands: Int { (shape[1] + rowsPerBand - 1) / rowsPerBand }

  /// Products of one pixel, padded to whole vectors: room for four numbers from the last tap on.
  var columns: Int { (9 * narrow + VectorLanes.count - 1) / VectorLanes.count * VectorLanes.count }
  /// Elements of filters in this pass's order, `[wide][columns]`.
  var filterElements: Int { wide * columns }
  /// A row of products between two pixels of zeros.
  private var productElements: Int { ScratchCutter.rounded((shape[2] + 2) * columns) }
  private var activatedElements: Int { ScratchCutter.rounded(shape[2] * wide) }
  /// Three rows of products, one of zeros, one of the activated map.
  private var workerElements: Int { 4 * productElements + activatedElements }

  /// Elements of scratch memory that a pass takes, rearranged filters included.
  func scratchElements(workers: Int) -> Int { ScratchCutter.rounded(filterElements) + workers * workerElements }

  /// Runs the pass, band by band of an image's rows.
  func run(
    _ x: Tensor<Float>, _ activation: InputActivation<Float>, _ filters: UnsafePointer<Float>, scale: Float,
    _ epilogue: Epilogue<Float>, into y: Tensor<Float>, _ cutter: inout ScratchCutter, _ pool: WorkerPool
  ) {
    let memory = Slices(&cutter, workerElements, count: pool.threads)
    let height = shape[1]
    let filters = Shared(filters)
    pool.run(x.shape[0] * bands) { task, worker in
      let image = task / bands
      let first = task % bands * rowsPerBand
      let rows = first..<min(first + rowsPerBand, height)
      let products = memory[worker]
      products.update(repeating: 0, count: 4 * productElements)
      for row in rows.lowerBound &- 1..<rows.upperBound &+ 1 {
        if row >= 0 && row < height {
          multiply(
            x, activation, image, row, filters.pointer, scale, into: line(row, products), products + 4 * productElements
          )
        }
        if row > rows.lowerBound { sum(image, row &- 1, products, into: y) }
      }
      epilogue.add(to: y, images: image..<image + 1, rows: rows)
    }
  }

  /// The row of products of a row of pixels; rows beyond the image have zeros.
  @inline(__always)
  private func line(_ row: Int, _ products: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Float> {
    products + (row < 0 || row >= shape[1] ? 3 : row % 3) &* productElements
  }

  /// Multiplies one row of pixels with all taps.
  @inline(__always)
  private func multiply(
    _ x: Tensor<Float>, _ activation: InputActivation<Float>, _ image: Int, _ row: Int, _ filters: UnsafePointer<Float>,
    _ scale: Float, into products: UnsafeMutablePointer<Float>, _ activated: UnsafeMutablePointer<Float>
  ) {
    let from = x.base + (image &* shape[1] &+ row) &* shape[2] &* wide
    var source = UnsafePointer(from)
    if case .identity = activation {
    } else {
      activate(from, activation, sample: image, pixels: shape[2], channels: wide, into: activated)
      source = UnsafePointer(activated)
    }
    PixelRow(width: shape[2], parts: 1, partStride: 0, depth: wide, columns: columns).multiply(
      source, aStride: wide, filters, scale: scale, bias: nil, into: products + columns, next: from + shape[2] &* wide)
  }

  /// Writes one row of the result from the products of three rows.
  @inline(__always)
  private func sum(_ image: Int, _ row: Int, _ products: UnsafeMutablePointer<Float>, into y: Tensor<Float>) {
    let (above, here, below) = (line(row &- 1, products), line(row, products), line(row &+ 1, products))
    let to = y.base + (image &* shape[1] &+ row) &* shape[2] &* narrow
    for pixel in 0..<shape[2] {
      var total = SIMD4<Float>()
      let start = pixel &* columns
      for tap in 0..<3 {
        let at = start &+ tap &* (columns &+ narrow)
        total += four(above + at)
        total += four(here + (at &+ 3 &* narrow))
        total += four(below + (at &+ 6 &* narrow))
      }
      for c in 0..<narrow { to[pixel &* narrow &+ c] = total[c] }
    }
  }

  @inline(__always)
  private func four(_ p: UnsafePointer<Float>) -> SIMD4<Float> {
    UnsafeRawPointer(p).loadUnaligned(as: SIMD4<Float>.self)
  }
}
