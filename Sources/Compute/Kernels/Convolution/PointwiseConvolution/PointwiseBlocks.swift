internal import CVectors

// Products of a 1 × 1 convolution, whose maps are matrices as they lie in memory: [pixels, channels]. Panels of filters
// are contiguous and the rows of a map are read in place, so that nothing is packed. As in `PackedProducts`, an element is
// a sum of chains in the order of its terms, and its bits depend on nothing else.

/// What is added to the products of a row.
struct PixelSummands {
  /// A number per column, or none.
  let bias: UnsafePointer<Float>?
  /// A map like the result, perhaps the result itself, or none.
  let residual: UnsafePointer<Float>?
}

/// One block: `rowsPerPanel` pixels times two vectors of a panel of filters, one chain.
///
/// - Parameters:
///   - depth: Terms of each element, a multiple of 16.
///   - a: The first pixel's first term; the next pixels follow `aStride` elements apart.
///   - aStride: Elements from one pixel to the next.
///   - b: The filters' two vectors, rows of a panel.
///   - bNext: A part of the filters that come next.
///   - nextLines: Cache lines of that part for each 16 terms.
///   - c: The result's two vectors.
///   - cStride: Elements from one pixel of the result to the next.
///   - scale: Factor of the chain.
///   - summands: What is added to the first chain; further chains are added to what `c` holds.
@inline(never)
private func pixelBlock(
  depth: Int, _ a: UnsafePointer<Float>, _ aStride: Int, _ b: UnsafePointer<Float>, _ bNext: UnsafePointer<Float>,
  nextLines: Int, into c: UnsafeMutablePointer<Float>, _ cStride: Int, scale: Float, _ summands: PixelSummands?
) {
  var (a, b, bNext) = (a, b, bNext)
  var sums = VectorLanes.ProductBlock { _ in .zero }
  let ahead = VectorLanes.rowsPerPanel &* aStride
  for row in 0..<VectorLanes.rowsPerPanel { prefetch_near(c + row &* cStride) }
  for _ in 0..<depth / cacheLine {
    for row in 0..<VectorLanes.rowsPerPanel { prefetch_near(a + (ahead &+ row &* aStride)) }
    prefetchFar(&bNext, lines: nextLines)
    var k = 0
    while k < cacheLine {
      addFour(to: &sums, a + k, aStride, b)
      b += 4 &* FilterPanels.columns
      k &+= 4
    }
    a += cacheLine
  }
  for i in 0..<2 * VectorLanes.rowsPerPanel { sums[unchecked: i] *= scale }
  if let bias = summands?.bias {
    let (first, second) = (load(bias), load(bias + VectorLanes.count))
    for row in 0..<VectorLanes.rowsPerPanel {
      sums[unchecked: 2 &* row] += first
      sums[unchecked: 2 &* row &+ 1] += second
    }
  }
  if let other = summands == nil ? UnsafePointer(c) : summands?.residual {
    for row in 0..<VectorLanes.rowsPerPanel {
      sums[unchecked: 2 &* row] += load(other + row &* cStride)
      sums[unchecked: 2 &* row &+ 1] += load(other + (row &* cStride &+ VectorLanes.count))
    }
  }
  for row in 0..<VectorLanes.rowsPerPanel {
    store(sums[unchecked: 2 &* row], to: c + row &* cStride)
    store(sums[unchecked: 2 &* row &+ 1], to: c + (row &* cStride &+ VectorLanes.count))
  }
}

/// Whole panels of pixels times all filters: `c = scale · a · filters + summands`.
///
/// - Parameters:
///   - panels: Panels of `rowsPerPanel` pixels.
///   - a: Pixels, `[rows, inputs]`.
///   - inputs: Channels of `a`, a multiple of 32.
///   - filters: `[outputs / 32][inputs][32]`.
///   - outputs: Channels of `c`, a multiple of 32.
///   - c: Pixels, `[rows, outputs]`, overwritten.
///   - scale: Factor of the products.
///   - summands: What is added; the residual may be `c`.
func multiplyPixels(
  panels: Int, _ a: UnsafePointer<Float>, inputs: Int, _ filters: UnsafePointer<Float>, outputs: Int,
  into c: UnsafeMutablePointer<Float>, scale: Float, _ summands: PixelSummands
) {
  let parts = FilterPanels.columns / (2 &* VectorLanes.count)
  for first in stride(from: 0, to: inputs, by: chainLength) {
    let terms = min(chainLength, inputs &- first)
    for column in stride(from: 0, to: outputs, by: FilterPanels.columns) {
      let chain = filters + (column &* inputs &+ first &* FilterPanels.columns)
      // Every block fetches its part of this chain in the next panel.
      let lines = terms &* FilterPanels.columns / cacheLine
      let steps = terms / cacheLine
      let nextLines = (lines &- 1) / (parts &* panels &* steps) &+ 1
      var next = chain + inputs &* FilterPanels.columns
      for part in 0..<parts {
        let at = column &+ part &* 2 &* VectorLanes.count
        for panel in 0..<panels {
          let row = panel &* VectorLanes.rowsPerPanel
          let added =
            first > 0
            ? nil
            : PixelSummands(
              bias: summands.bias.map { $0 + at }, residual: summands.residual.map { $0 + (row &* outputs &+ at) })
          pixelBlock(
            depth: terms, a + (row &* inputs &+ first), inputs, chain + part &* 2 &* VectorLanes.count, next,
            nextLines: nextLines, into: c + (row &* outputs &+ at), outputs, scale: scale, added)
          next += nextLines &* steps &* cacheLine
        }
      }
    }
  }
}
