internal import CVectors

// Products of matrices that whoever made them has already packed, so that nothing is repacked:
//
//   panels of rows     [row / rowsPerPanel][column / lanes][rowsPerPanel][lanes]: one vector of a row is contiguous;
//   panels of columns  [column / 32][row][32]: filters, in the arena and transformed.
//
// Each element of a result is a sum of chains of multiply-adds, in the order of its terms. Its bits depend on nothing else:
// not on how many rows a product has, nor on which rows lie beside it.

/// Terms of one chain of multiply-adds; chains are added in memory.
///
/// The rounding error of one chain grows with the root of its length, and F(4 × 4, 3 × 3) multiplies it.
let chainLength = 128

/// Elements of a cache line.
let cacheLine = 16

/// From so many elements on, 16 MiB, what is written will hardly be in a cache when it is read.
let cachedElements = 4 << 20

/// Adds four terms, one after the other, to a block of sums.
///
/// In line: as a loop over single terms, on a core that another thread shares, products took a seventh longer (Zen 3).
///
/// - Parameters:
///   - sums: Two vectors for each row.
///   - a: The terms of the first row, which follow each other.
///   - aStride: Elements from one row to the next.
///   - b: Two vectors of the first term, in a panel of columns.
@inline(__always)
func addFour(
  to sums: inout VectorLanes.ProductBlock, _ a: UnsafePointer<Float>, _ aStride: Int, _ b: UnsafePointer<Float>
) {
  addTerm(to: &sums, a, aStride, b)
  addTerm(to: &sums, a + 1, aStride, b + FilterPanels.columns)
  addTerm(to: &sums, a + 2, aStride, b + 2 &* FilterPanels.columns)
  addTerm(to: &sums, a + 3, aStride, b + 3 &* FilterPanels.columns)
}

@inline(__always)
private func addTerm(
  to sums: inout VectorLanes.ProductBlock, _ a: UnsafePointer<Float>, _ aStride: Int, _ b: UnsafePointer<Float>
) {
  let (first, second) = (load(b), load(b + VectorLanes.count))
  for row in 0..<VectorLanes.rowsPerPanel {
    let factor = Vector(repeating: a[row &* aStride])
    sums[unchecked: 2 &* row].accumulate(factor, first)
    sums[unchecked: 2 &* row &+ 1].accumulate(factor, second)
  }
}

/// Asks for some cache lines and goes on behind them.
@inline(__always)
func prefetchFar(_ next: inout UnsafePointer<Float>, lines: Int) {
  var line = 0
  while line < lines {
    prefetch_far(next)
    next += cacheLine
    line &+= 1
  }
}

/// One block: `rowsPerPanel` × 2 vectors of `c` become, or grow by, one chain of a row panel times a column panel.
///
/// - Parameters:
///   - depth: Terms of each element, a multiple of the lanes.
///   - a: A panel of rows.
///   - aNext: As much of the panel of rows that comes next.
///   - b: A panel of columns.
///   - bNext: A part of the panel of columns that comes next.
///   - nextLines: Cache lines of that part for each vector of terms.
///   - c: The result.
///   - stride: Elements from one row of `c` to the next.
///   - adding: Whether to add to what `c` holds.
@inline(never)
private func productBlock(
  depth: Int, _ a: UnsafePointer<Float>, _ aNext: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
  _ bNext: UnsafePointer<Float>, nextLines: Int, into c: UnsafeMutablePointer<Float>, stride: Int, adding: Bool
) {
  var (a, aNext, b, bNext) = (a, aNext, b, bNext)
  var sums = VectorLanes.ProductBlock(repeating: .zero)
  for _ in 0..<depth / VectorLanes.count {
    for line in 0..<VectorLanes.group / cacheLine { prefetch_near(aNext + line &* cacheLine) }
    prefetchFar(&bNext, lines: nextLines)
    #if SAGAN_ISA_V3
      addFour(to: &sums, a, VectorLanes.count, b)
      addFour(to: &sums, a + 4, VectorLanes.count, b + 4 &* FilterPanels.columns)
    #else
      var k = 0
      while k < VectorLanes.count {
        addFour(to: &sums, a + k, VectorLanes.count, b + k &* FilterPanels.columns)
        k &+= 4
      }
    #endif
    a += VectorLanes.group
    aNext += VectorLanes.group
    b += VectorLanes.count &* FilterPanels.columns
  }
  for row in 0..<VectorLanes.rowsPerPanel {
    let to = c + row &* stride
    if adding {
      sums[unchecked: 2 &* row] += load(to)
      sums[unchecked: 2 &* row &+ 1] += load(to + VectorLanes.count)
    }
    store(sums[unchecked: 2 &* row], to: to)
    store(sums[unchecked: 2 &* row &+ 1], to: to + VectorLanes.count)
  }
}

/// The panel of 32 columns of a product: `c = a · b`, or `c += a · b`.
///
/// Chain by chain: what is read of `b` stays in the innermost cache while the panels of `a` pass by, and what comes next
/// of both is fetched in the meantime. The processor's own prefetching ends at pages, and panels are about as long: without
/// the hints this loop, written in C, reached 135 of 175 GFLOP/s (Emerald Rapids, 256 tiles, 512 channels), with them 160.
///
/// - Parameters:
///   - panels: Row panels of `a`.
///   - depth: Columns of `a`, a multiple of the lanes.
///   - a: Panels of rows.
///   - panelStride: Elements from one row panel to the next.
///   - b: One panel of columns; the one that comes next is expected behind it.
///   - c: The result's 32 columns; its rows are padded to whole panels.
///   - stride: Elements from one row of `c` to the next.
///   - adding: Whether to add to what `c` holds.
@inline(__always)
func multiplyPanel(
  panels: Int, depth: Int, _ a: UnsafePointer<Float>, panelStride: Int, _ b: UnsafePointer<Float>,
  into c: UnsafeMutablePointer<Float>, stride: Int, adding: Bool
) {
  let parts = FilterPanels.columns / (2 &* VectorLanes.count)
  for first in Swift.stride(from: 0, to: depth, by: chainLength) {
    let terms = min(chainLength, depth &- first)
    let chain = b + first &* FilterPanels.columns
    // Every block fetches its part of the next chain.
    let lines = terms &* FilterPanels.columns / cacheLine
    let vectors = parts &* panels &* (terms / VectorLanes.count)
    let nextLines = (lines &+ vectors &- 1) / vectors
    let share = nextLines &* (terms / VectorLanes.count) &* cacheLine
    var next = chain + terms &* FilterPanels.columns
    for part in 0..<parts {
      for panel in 0..<panels {
        let rows = a + (panel &* panelStride &+ first &* VectorLanes.rowsPerPanel)
        productBlock(
          depth: terms, rows, rows + panelStride, chain + part &* 2 &* VectorLanes.count, next,
          nextLines: nextLines,
          into: c + (panel &* VectorLanes.rowsPerPanel &* stride &+ part &* 2 &* VectorLanes.count), stride: stride,
          adding: adding || first > 0)
        next += share
      }
    }
  }
}

/// The channels of one block of a gradient, which lie in up to three places: pairs of them stay together in every layout.
private struct GradientChannels {
  let first, second, third: UnsafePointer<Float>

  /// The channels from `channel` on, in panels of rows.
  @inline(__always)
  init(_ a: UnsafePointer<Float>, _ channel: Int) {
    func place(_ channel: Int) -> UnsafePointer<Float> {
      a + (channel / VectorLanes.count &* VectorLanes.group &+ channel % VectorLanes.count)
    }
    (first, second, third) = (place(channel), place(channel &+ 2), place(channel &+ 4))
  }

  /// Whether the channels of every block follow each other.
  @inline(__always) private static var areTogether: Bool { VectorLanes.count % VectorLanes.gradientRows == 0 }

  /// One channel's number in a row.
  @inline(__always)
  subscript(channel: Int, offset: Int) -> Float {
    if Self.areTogether { return first[offset &+ channel] }
    let place = channel < 2 ? first : channel < 4 ? second : third
    return place[offset &+ (channel & 1)]
  }
}

/// Adds the products of one row of two panels to a block of sums.
///
/// - Parameters:
///   - sums: Some channels times `gradientVectors` vectors.
///   - a: The channels.
///   - offset: Where the row is in each of them.
///   - aStride: Elements from one panel of `a` to the next, whose line is asked for.
///   - b: The row's vectors, a group apart.
@inline(__always)
private func addRow<let count: Int>(
  to sums: inout InlineArray<count, Vector>, _ a: GradientChannels, _ offset: Int, _ aStride: Int,
  _ b: UnsafePointer<Float>
) {
  prefetch_near(a.first + (offset &+ aStride))
  // One channel at a time: all of them together would take the registers of the sums.
  for i in 0..<count / VectorLanes.gradientVectors {
    let left = Vector(repeating: a[i, offset])
    for v in 0..<VectorLanes.gradientVectors {
      sums[unchecked: i &* VectorLanes.gradientVectors &+ v].accumulate(left, load(b + v &* VectorLanes.group))
    }
  }
}

/// One block of `aᵀ · b` over the rows of two matrices in panels of rows: some channels times `gradientVectors` vectors.
///
/// - Parameters:
///   - sums: As many zeros as the block has vectors.
///   - rows: Rows of both.
///   - a: The channels of the result's rows, in the first panel.
///   - aStride: Elements from one panel of `a` to the next.
///   - b: The channels of the result's columns, in the first panel.
///   - bStride: Elements from one panel of `b` to the next.
///   - c: The result.
///   - cStride: Elements from one of its rows to the next.
///   - adding: Whether to add to what `c` holds.
@inline(__always)
private func gradientBlock<let count: Int>(
  _ sums: InlineArray<count, Vector>, rows: Int, _ a: GradientChannels, _ aStride: Int, _ b: UnsafePointer<Float>,
  _ bStride: Int, into c: UnsafeMutablePointer<Float>, _ cStride: Int, adding: Bool
) {
  var (sums, b, offset) = (sums, b, 0)
  let channels = count / VectorLanes.gradientVectors
  // The result comes from far, and a block ends with it: what the next one changes is asked for now.
  for row in channels..<2 &* channels {
    for column in stride(from: 0, to: VectorLanes.gradientColumns, by: cacheLine) {
      prefetch_near(c + (row &* cStride &+ column))
    }
  }
  var left = rows
  #if SAGAN_ISA_V3
    // Whole panels in line, as in `addFour`.
    while left >= VectorLanes.rowsPerPanel {
      addRow(to: &sums, a, offset, aStride, b)
      addRow(to: &sums, a, offset &+ 8, aStride, b + 8)
      addRow(to: &sums, a, offset &+ 16, aStride, b + 16)
      addRow(to: &sums, a, offset &+ 24, aStride, b + 24)
      addRow(to: &sums, a, offset &+ 32, aStride, b + 32)
      addRow(to: &sums, a, offset &+ 40, aStride, b + 40)
      offset &+= aStride
      b += bStride
      left &-= VectorLanes.rowsPerPanel
    }
  #endif
  while left > 0 {
    // A number of rows that the compiler does not know: with all rows in line it would run out of registers.
    let end = min(left, VectorLanes.rowsPerPanel) &* VectorLanes.count
    var line = 0
    while line < end {
      addRow(to: &sums, a, offset &+ line, aStride, b + line)
      line &+= VectorLanes.count
    }
    offset &+= aStride
    b += bStride
    left &-= VectorLanes.rowsPerPanel
  }
  // Two loops without branches, row by row: the sums then never leave the registers.
  if adding {
    for row in 0..<channels {
      let from = c + row &* cStride
      for v in 0..<VectorLanes.gradientVectors {
        sums[unchecked: row &* VectorLanes.gradientVectors &+ v] += load(from + v &* VectorLanes.count)
      }
    }
  }
  for row in 0..<channels {
    let to = c + row &* cStride
    for v in 0..<VectorLanes.gradientVectors {
      store(sums[unchecked: row &* VectorLanes.gradientVectors &+ v], to: to + v &* VectorLanes.count)
    }
  }
}

/// A block of `gradientRows` channels.
@inline(never)
private func wholeGradientBlock(
  rows: Int, _ a: GradientChannels, _ aStride: Int, _ b: UnsafePointer<Float>, _ bStride: Int,
  into c: UnsafeMutablePointer<Float>, _ cStride: Int, adding: Bool
) {
  gradientBlock(
    VectorLanes.GradientBlock(repeating: .zero), rows: rows, a, aStride, b, bStride, into: c, cStride, adding: adding)
}

/// A block of 4 channels, or of 2: what blocks of 6 leave of 32, 64, 96, ….
@inline(never)
private func restGradientBlock(
  _ channels: Int, rows: Int, _ a: GradientChannels, _ aStride: Int, _ b: UnsafePointer<Float>, _ bStride: Int,
  into c: UnsafeMutablePointer<Float>, _ cStride: Int, adding: Bool
) {
  if channels == 4 {
    gradientBlock(
      InlineArray<8, Vector>(repeating: .zero), rows: rows, a, aStride, b, bStride, into: c, cStride, adding: adding)
  } else {
    gradientBlock(
      InlineArray<4, Vector>(repeating: .zero), rows: rows, a, aStride, b, bStride, into: c, cStride, adding: adding)
  }
}

/// `gradientColumns` columns of `aᵀ · b`, all rows: `c = aᵀ · b`, or `c += aᵀ · b`.
///
/// - Parameters:
///   - rows: Rows of both matrices.
///   - channels: Rows of the result: channels of `a`, a multiple of the lanes.
///   - a: Panels of rows.
///   - aStride: Elements from one panel of `a` to the next.
///   - b: Panels of rows, from the columns' first channel on.
///   - bStride: Elements from one panel of `b` to the next.
///   - c: The result, `[channels, cStride]`, of which `gradientColumns` columns are written.
///   - cStride: Elements from one row of the result to the next.
///   - adding: Whether to add to what `c` holds.
///   - meanwhile: Is called before each block with its first channel and the one behind it, to fetch what comes next.
@inline(__always)
func multiplyTransposed(
  rows: Int, channels: Int, _ a: UnsafePointer<Float>, _ aStride: Int, _ b: UnsafePointer<Float>, _ bStride: Int,
  into c: UnsafeMutablePointer<Float>, _ cStride: Int, adding: Bool, meanwhile: (Range<Int>) -> Void = { _ in }
) {
  var channel = 0
  while channel &+ VectorLanes.gradientRows <= channels {
    meanwhile(channel..<channel &+ VectorLanes.gradientRows)
    wholeGradientBlock(
      rows: rows, GradientChannels(a, channel), aStride, b, bStride, into: c + channel &* cStride, cStride,
      adding: adding)
    channel &+= VectorLanes.gradientRows
  }
  if channel < channels {
    meanwhile(channel..<channels)
    restGradientBlock(
      channels &- channel, rows: rows, GradientChannels(a, channel), aStride, b, bStride, into: c + channel &* cStride,
      cStride, adding: adding)
  }
}
