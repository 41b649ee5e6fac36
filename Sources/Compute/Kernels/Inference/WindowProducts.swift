internal import CVectors

// Products of a map's windows with filters, without a copy of the windows: for each pixel of the output and each tap there
// is a pointer to the tap's channels, or to zeros where the tap lies beyond the edge. This is the indirect convolution of
// Dukhan 2019. An element is a sum of chains in the order of its terms: neither the pixels beside it nor the cut into blocks
// change a bit of it.

#if SAGAN_ISA_V3
  private typealias RowPointers = InlineArray<6, UnsafePointer<Float>>
#else
  private typealias RowPointers = InlineArray<8, UnsafePointer<Float>>
#endif

/// What happens to the sums of a block.
///
/// The same for every block, with other numbers: where sums take different ways they do not stay in registers.
struct BlockOutput {
  /// Added to the sums: the bias, for all pixels, or what the result holds, `startStride` elements from pixel to pixel.
  let start: UnsafePointer<Float>
  let startStride: Int
  /// Results below become this.
  let low: Float
  /// Results above become this.
  let high: Float
}

/// Adds one term to a block of sums.
@inline(__always)
private func addTerm(
  to sums: inout VectorLanes.ProductBlock, _ a: RowPointers, _ k: Int, _ b: UnsafePointer<Float>
) {
  let (first, second) = (load(b), load(b + VectorLanes.count))
  for row in 0..<VectorLanes.rowsPerPanel {
    let factor = Vector(repeating: a[unchecked: row][k])
    sums[unchecked: 2 &* row].accumulate(factor, first)
    sums[unchecked: 2 &* row &+ 1].accumulate(factor, second)
  }
}

/// One block: `rowsPerPanel` pixels times two vectors of filters, one chain.
///
/// - Parameters:
///   - taps: Taps of the chain.
///   - depth: Channels of each.
///   - rows: For each tap, where the first of those channels is for each pixel, but for `offset`.
///   - offset: Elements to add to all of these.
///   - b: The filters, `[taps · depth, 2 · lanes]`.
///   - c: The result's two vectors.
///   - cStride: Elements from one pixel of the result to the next.
///   - output: What happens to the sums.
@inline(never)
func windowBlock(
  taps: Int, depth: Int, _ rows: UnsafePointer<UnsafePointer<Float>>, offset: Int, _ b: UnsafePointer<Float>,
  into c: UnsafeMutablePointer<Float>, _ cStride: Int, _ output: BlockOutput
) {
  var (b, rows) = (b, rows)
  var sums = VectorLanes.ProductBlock { _ in .zero }
  for row in 0..<VectorLanes.rowsPerPanel { prefetch_near(c + row &* cStride) }
  for _ in 0..<taps {
    let a = RowPointers { rows[$0] + offset }
    var k = 0
    while k &+ 4 <= depth {
      addTerm(to: &sums, a, k, b)
      addTerm(to: &sums, a, k &+ 1, b + 2 &* VectorLanes.count)
      addTerm(to: &sums, a, k &+ 2, b + 4 &* VectorLanes.count)
      addTerm(to: &sums, a, k &+ 3, b + 6 &* VectorLanes.count)
      b += 8 &* VectorLanes.count
      k &+= 4
    }
    while k < depth {
      addTerm(to: &sums, a, k, b)
      b += 2 &* VectorLanes.count
      k &+= 1
    }
    rows += VectorLanes.rowsPerPanel
  }
  let (low, high) = (Vector(repeating: output.low), Vector(repeating: output.high))
  for row in 0..<VectorLanes.rowsPerPanel {
    let start = output.start + row &* output.startStride
    sums[unchecked: 2 &* row] += load(start)
    sums[unchecked: 2 &* row &+ 1] += load(start + VectorLanes.count)
  }
  for row in 0..<VectorLanes.rowsPerPanel {
    store(clamped(sums[unchecked: 2 &* row], low, high), to: c + row &* cStride)
    store(clamped(sums[unchecked: 2 &* row &+ 1], low, high), to: c + (row &* cStride &+ VectorLanes.count))
  }
}

/// `x` in `low...high`; not-a-number passes, so that it is noticed.
@inline(__always)
func clamped(_ x: Vector, _ low: Vector, _ high: Vector) -> Vector {
  at_most(high, at_least(low, x))
}
