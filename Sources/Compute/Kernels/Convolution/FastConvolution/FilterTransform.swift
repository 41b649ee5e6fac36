internal import CVectors

/// Filters as a fast convolution reads them: `[9][O / 32][C][32]`, panels of 32 output channels.
///
/// Sent to tasks like a `Tensor`: each writes parts that no other touches.
struct FilterPanels: @unchecked Sendable {
  /// Columns of one panel, on every machine.
  @inline(__always) static var columns: Int { 32 }

  let base: UnsafeMutablePointer<Float>
  let inputs: Int
  let outputs: Int
  /// Whether the nine taps are read in reverse: the adjoint's order.
  let isReversed: Bool

  @inline(__always)
  func tap(_ index: Int) -> UnsafeMutablePointer<Float> {
    base + (isReversed ? 8 &- index : index) &* inputs &* outputs
  }
}

/// Transforms rows of one panel: 32 output channels, or with `transposed` 32 input channels.
///
/// - Parameters:
///   - scheme: The scheme.
///   - filters: The filters.
///   - panel: Index of the panel in the result.
///   - rows: Rows of the panel, a multiple of 32 of them.
///   - transposed: Whether input and output channels change places: the filters of the adjoint.
///   - result: Receives `[component][rows][32]`.
///   - componentStride: Elements from one component to the next.
///   - passesCaches: Whether the result goes past the caches.
///   - scratch: `filterScratch` elements of this worker.
@inline(never)
func transformFilters<Scheme: TransformScheme>(
  _ scheme: Scheme.Type, _ filters: FilterPanels, panel: Int, rows: Range<Int>, transposed: Bool,
  into result: UnsafeMutablePointer<Float>, componentStride: Int, passesCaches: Bool,
  scratch: UnsafeMutablePointer<Float>
) {
  let block = FilterPanels.columns * FilterPanels.columns
  let tapStride = filters.tap(1) - filters.tap(0)
  defer { if passesCaches { finish_stores() } }
  for row in stride(from: rows.lowerBound, to: rows.upperBound, by: FilterPanels.columns) {
    let to = result + (row &- rows.lowerBound) &* FilterPanels.columns
    guard transposed else {
      let start = panel &* filters.inputs &* FilterPanels.columns &+ row &* FilterPanels.columns
      transformBlock(
        scheme, filters.tap(0) + start, tapStride: tapStride, ahead: block, into: to, componentStride: componentStride,
        passesCaches: passesCaches, scratch)
      continue
    }
    // Blocks of 32 × 32 are contiguous on both sides.
    let start = row &* filters.inputs &+ panel &* block
    let ahead = FilterPanels.columns &* filters.inputs
    for tap in 0..<9 {
      let (from, out) = (filters.tap(tap) + start, scratch + tap &* block)
      for line in stride(from: 0, to: block, by: cacheLine) { prefetch_far(from + (ahead &+ line)) }
      for i in stride(from: 0, to: FilterPanels.columns, by: VectorLanes.count) {
        for j in stride(from: 0, to: FilterPanels.columns, by: VectorLanes.count) {
          transpose_square(
            from + (i &* FilterPanels.columns &+ j), FilterPanels.columns, out + (j &* FilterPanels.columns &+ i),
            FilterPanels.columns)
        }
      }
    }
    transformBlock(
      scheme, scratch, tapStride: block, ahead: 0, into: to, componentStride: componentStride,
      passesCaches: passesCaches, scratch + 9 &* block)
  }
}

/// Scratch elements that one worker needs to transform filters.
let filterScratch = 9 * 1024 + 1024

/// Transforms 32 × 32 filters that are contiguous for each tap; those `ahead` of them come next.
///
/// The taps are large powers of two apart, and a block of each is a page: without asking ahead, every block would begin
/// with nine reads from memory.
@inline(__always)
private func transformBlock<Scheme: TransformScheme>(
  _ scheme: Scheme.Type, _ filters: UnsafePointer<Float>, tapStride: Int, ahead: Int,
  into result: UnsafeMutablePointer<Float>, componentStride: Int, passesCaches: Bool,
  _ scratch: UnsafeMutablePointer<Float>
) {
  // Whole lines: halves of them, with those of other components in between, would go to memory apart.
  let vectors = cacheLine / VectorLanes.count
  let vectorElements = 3 &* Scheme.products &* VectorLanes.count
  let line = scratch + vectors &* vectorElements
  for i in stride(from: 0, to: FilterPanels.columns * FilterPanels.columns, by: cacheLine) {
    if ahead > 0 { for tap in 0..<9 { prefetch_far(filters + (tap &* tapStride &+ i &+ ahead)) } }
    for vector in 0..<vectors {
      for j in 0..<3 {
        Scheme.TapsToProducts.apply(
          filters + (j &* tapStride &+ i &+ vector &* VectorLanes.count), 3 &* tapStride,
          scratch + (vector &* vectorElements &+ j &* VectorLanes.count), 3 &* VectorLanes.count)
      }
    }
    for p in 0..<Scheme.products {
      let to = result + (p &* Scheme.products &* componentStride &+ i)
      for vector in 0..<vectors {
        let (columns, offset) = (
          scratch + (vector &* vectorElements &+ 3 &* p &* VectorLanes.count), vector &* VectorLanes.count
        )
        if passesCaches {
          Scheme.TapsToProducts.apply(columns, VectorLanes.count, line + offset, cacheLine)
        } else {
          Scheme.TapsToProducts.apply(columns, VectorLanes.count, to + offset, componentStride)
        }
      }
      guard passesCaches else { continue }
      for q in 0..<Scheme.products {
        for offset in stride(from: 0, to: cacheLine, by: VectorLanes.count) {
          store_past_caches(to + (q &* componentStride &+ offset), load(line + (q &* cacheLine &+ offset)))
        }
      }
    }
  }
}

/// Transforms a gradient of transformed filters back, for rows of one panel of 32 output channels.
///
/// - Parameters:
///   - scheme: The scheme.
///   - gradient: `[component][column block of gradientColumns][rows][gradientColumns]`, the panel's first block.
///   - componentStride: Elements from one component to the next.
///   - blockStride: Elements from one column block to the next.
///   - rows: Rows of the panel.
///   - panel: Index of the panel in the filters.
///   - filters: Receives the gradient, overwritten.
///   - scale: Factor of the gradient.
///   - scratch: `transformScratch` elements of this worker.
@inline(never)
func transformGradient<Scheme: TransformScheme>(
  _ scheme: Scheme.Type, _ gradient: UnsafePointer<Float>, componentStride: Int, blockStride: Int, rows: Range<Int>,
  panel: Int, into filters: FilterPanels, scale: Float, scratch: UnsafeMutablePointer<Float>
) {
  let products = Scheme.products
  let line = scratch + 3 &* products &* VectorLanes.count
  for block in 0..<FilterPanels.columns / VectorLanes.gradientColumns {
    for row in rows {
      for v in 0..<VectorLanes.gradientVectors {
        let from =
          gradient + block &* blockStride
          + ((row &- rows.lowerBound) &* VectorLanes.gradientColumns &+ v &* VectorLanes.count)
        let to =
          (panel &* filters.inputs &+ row) &* FilterPanels.columns &+ block &* VectorLanes.gradientColumns &+ v
          &* VectorLanes.count
        for q in 0..<products {
          Scheme.ProductsToTaps.apply(
            from + q &* componentStride, products &* componentStride, scratch + q &* VectorLanes.count,
            products &* VectorLanes.count)
        }
        for i in 0..<3 {
          Scheme.ProductsToTaps.apply(
            scratch + i &* products &* VectorLanes.count, VectorLanes.count, line, VectorLanes.count)
          for j in 0..<3 {
            store(scale * load(line + j &* VectorLanes.count), to: filters.tap(3 &* i &+ j) + to)
          }
        }
      }
    }
  }
}
