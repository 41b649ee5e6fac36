internal import CVectors

// Products of matrices that whoever made them has already packed, so that nothing is repacked:
//
//   panels of rows     [column / 128][row / rowsPerPanel][column / 16][rowsPerPanel][16]: the terms of a chain in order;
//                      of products of transposed matrices [row / rowsPerPanel][column / lanes][rowsPerPanel][lanes];
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
///   - sums: `productVectors` for each of `productRows`.
///   - a: The terms of the first row, which follow each other.
///   - aStride: Elements from one row to the next.
///   - b: The vectors of the first term, in a panel of columns.
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
  #if SAGAN_ISA_V3
    // All factors, but one vector at a time: with the sums they take every register.
    let (first, second, third) = (
      Vector(repeating: a[0]), Vector(repeating: a[aStride]), Vector(repeating: a[2 &* aStride])
    )
    for v in 0..<VectorLanes.productVectors {
      let vector = load(b + v &* VectorLanes.count)
      sums[unchecked: v].accumulate(first, vector)
      sums[unchecked: VectorLanes.productVectors &+ v].accumulate(second, vector)
      sums[unchecked: 2 &* VectorLanes.productVectors &+ v].accumulate(third, vector)
    }
  #else
    let (first, second) = (load(b), load(b + VectorLanes.count))
    for row in 0..<VectorLanes.productRows {
      let factor = Vector(repeating: a[row &* aStride])
      sums[unchecked: 2 &* row].accumulate(factor, first)
      sums[unchecked: 2 &* row &+ 1].accumulate(factor, second)
    }
  #endif
}

extension VectorLanes {
  /// Writes a block of sums.
  ///
  /// - Parameters:
  ///   - sums: The sums.
  ///   - c: Receives them.
  ///   - stride: Elements from one row of `c` to the next.
  @inline(__always)
  static func store(_ sums: ProductBlock, to c: UnsafeMutablePointer<Float>, stride: Int) {
    for row in 0..<productRows {
      for v in 0..<productVectors {
        Kernels.store(sums[unchecked: row &* productVectors &+ v], to: c + (row &* stride &+ v &* count))
      }
    }
  }

  /// Adds a block of numbers to sums.
  ///
  /// - Parameters:
  ///   - c: The numbers.
  ///   - stride: Elements from one row of `c` to the next.
  ///   - sums: Receive them.
  @inline(__always)
  static func add(_ c: UnsafePointer<Float>, stride: Int, to sums: inout ProductBlock) {
    for row in 0..<productRows {
      for v in 0..<productVectors {
        sums[unchecked: row &* productVectors &+ v] += load(c + (row &* stride &+ v &* count))
      }
    }
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

/// One block: `productRows` × `productVectors` of `c` become, or grow by, one chain of a row panel times a column panel.
///
/// - Parameters:
///   - depth: Terms of each element, a multiple of 16.
///   - a: The block's first row in a panel of rows, behind which lies the one that comes next.
///   - b: A panel of columns.
///   - bNext: A part of the panel of columns that comes next.
///   - nextLines: Cache lines of that part for each 16 terms.
///   - c: The result.
///   - stride: Elements from one row of `c` to the next.
///   - adding: Whether to add to what `c` holds.
@inline(never)
private func productBlock(
  depth: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ bNext: UnsafePointer<Float>, nextLines: Int,
  into c: UnsafeMutablePointer<Float>, stride: Int, adding: Bool
) {
  var (a, b, bNext) = (a, b, bNext)
  var sums = VectorLanes.ProductBlock(repeating: .zero)
  for _ in 0..<depth / cacheLine {
    prefetchFar(&bNext, lines: nextLines)
    #if SAGAN_ISA_V3
      // No hints for the next panel of rows: it lies behind this one.
      addFour(to: &sums, a, cacheLine, b)
      addFour(to: &sums, a + 4, cacheLine, b + 4 &* FilterPanels.columns)
      addFour(to: &sums, a + 8, cacheLine, b + 8 &* FilterPanels.columns)
      addFour(to: &sums, a + 12, cacheLine, b + 12 &* FilterPanels.columns)
    #else
      for row in 0..<VectorLanes.productRows {
        prefetch_near(a + (row &* cacheLine &+ depth &* VectorLanes.rowsPerPanel))
      }
      var k = 0
      while k < cacheLine {
        addFour(to: &sums, a + k, cacheLine, b + k &* FilterPanels.columns)
        k &+= 4
      }
    #endif
    a += VectorLanes.rowsPerPanel &* cacheLine
    b += cacheLine &* FilterPanels.columns
  }
  if adding { VectorLanes.add(c, stride: stride, to: &sums) }
  VectorLanes.store(sums, to: c, stride: stride)
}

/// The panel of 32 columns of a product: `c = a · b`, or `c += a · b`.
///
/// Chain by chain: what is read of `b` stays in the innermost cache while the panels of `a` pass by, and what comes next
/// of `b` is fetched in the meantime, with AVX-512 of `a`, too. The processor's own prefetching ends at pages, and panels are
/// about as long there: without the hints this loop, written in C, reached 135 of 175 GFLOP/s (Emerald Rapids, 256 tiles, 512
/// channels), with them 160. On AVX2, without hints for `a` it reached 83 to 86 GFLOP/s for 80 to 82 where another thread shares
/// the core, and as many as with them where none does (Zen 3, 128 channels).
///
/// - Parameters:
///   - panels: Row panels of `a`.
///   - depth: Columns of `a`, a multiple of 16.
///   - a: Panels of rows.
///   - b: One panel of columns; the one that comes next is expected behind it.
///   - c: The result's 32 columns; its rows are padded to whole panels.
///   - stride: Elements from one row of `c` to the next.
///   - adding: Whether to add to what `c` holds.
@inline(__always)
func multiplyPanel(
  panels: Int, depth: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into c: UnsafeMutablePointer<Float>,
  stride: Int, adding: Bool
) {
  let parts = FilterPanels.columns / VectorLanes.productColumns
  let blocks = VectorLanes.rowsPerPanel / VectorLanes.productRows
  for first in Swift.stride(from: 0, to: depth, by: chainLength) {
    let terms = min(chainLength, depth &- first)
    let chain = b + first &* FilterPanels.columns
    // Every block fetches its part of the next chain.
    let lines = terms &* FilterPanels.columns / cacheLine
    let steps = terms / cacheLine
    let nextLines = (lines &- 1) / (parts &* blocks &* panels &* steps) &+ 1
    var next = chain + terms &* FilterPanels.columns
    for part in 0..<parts {
      for panel in 0..<panels {
        let rows = a + (first &* panels &+ terms &* panel) &* VectorLanes.rowsPerPanel
        let to = c + (panel &* VectorLanes.rowsPerPanel &* stride &+ part &* VectorLanes.productColumns)
        for block in 0..<blocks {
          let row = block &* VectorLanes.productRows
          productBlock(
            depth: terms, rows + row &* cacheLine, chain + part &* VectorLanes.productColumns, next,
            nextLines: nextLines, into: to + row &* stride, stride: stride, adding: adding || first > 0)
          next += nextLines &* steps &* cacheLine
        }
      }
    }
  }
}
