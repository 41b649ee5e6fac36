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

/// One block: `productRows` pixels times `productVectors` of a panel of filters, one chain.
///
/// - Parameters:
///   - depth: Terms of each element, a multiple of 16.
///   - a: The first pixel's first term; the next pixels follow `aStride` elements apart.
///   - aStride: Elements from one pixel to the next.
///   - b: The filters' vectors, rows of a panel.
///   - bNext: A part of the filters that come next.
///   - nextLines: Cache lines of that part for each 16 terms.
///   - c: The result's vectors.
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
  let ahead = VectorLanes.productRows &* aStride
  for row in 0..<VectorLanes.productRows { prefetch_near(c + row &* cStride) }
  for _ in 0..<depth / cacheLine {
    for row in 0..<VectorLanes.productRows { prefetch_near(a + (ahead &+ row &* aStride)) }
    prefetchFar(&bNext, lines: nextLines)
    var k = 0
    while k < cacheLine {
      addFour(to: &sums, a + k, aStride, b)
      b += 4 &* FilterPanels.columns
      k &+= 4
    }
    a += cacheLine
  }
  for i in 0..<VectorLanes.productRows &* VectorLanes.productVectors { sums[unchecked: i] *= scale }
  // The bias is the same for all rows.
  if let bias = summands?.bias { VectorLanes.add(bias, stride: 0, to: &sums) }
  if let other = summands == nil ? UnsafePointer(c) : summands?.residual {
    VectorLanes.add(other, stride: cStride, to: &sums)
  }
  VectorLanes.store(sums, to: c, stride: cStride)
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
  let parts = FilterPanels.columns / VectorLanes.productColumns
  let blocks = panels &* VectorLanes.rowsPerPanel / VectorLanes.productRows
  for first in stride(from: 0, to: inputs, by: chainLength) {
    let terms = min(chainLength, inputs &- first)
    for column in stride(from: 0, to: outputs, by: FilterPanels.columns) {
      let chain = filters + (column &* inputs &+ first &* FilterPanels.columns)
      // Every block fetches its part of this chain in the next panel.
      let lines = terms &* FilterPanels.columns / cacheLine
      let steps = terms / cacheLine
      let nextLines = (lines &- 1) / (parts &* blocks &* steps) &+ 1
      var next = chain + inputs &* FilterPanels.columns
      for part in 0..<parts {
        let at = column &+ part &* VectorLanes.productColumns
        for block in 0..<blocks {
          let row = block &* VectorLanes.productRows
          let added =
            first > 0
            ? nil
            : PixelSummands(
              bias: summands.bias.map { $0 + at }, residual: summands.residual.map { $0 + (row &* outputs &+ at) })
          pixelBlock(
            depth: terms, a + (row &* inputs &+ first), inputs, chain + part &* VectorLanes.productColumns, next,
            nextLines: nextLines, into: c + (row &* outputs &+ at), outputs, scale: scale, added)
          next += nextLines &* steps &* cacheLine
        }
      }
    }
  }
}
