internal import CVectors

// Products aᵀ · b of matrices in panels of rows, as `PackedProducts` describes them: weight gradients, which are sums over rows.

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
///   - block: As many vectors as the block has.
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
  _ block: InlineArray<count, Vector>.Type, rows: Int, _ a: GradientChannels, _ aStride: Int, _ b: UnsafePointer<Float>,
  _ bStride: Int, into c: UnsafeMutablePointer<Float>, _ cStride: Int, adding: Bool
) {
  var (b, offset) = (b, 0)
  var sums = InlineArray<count, Vector> { _ in .zero }
  let channels = count / VectorLanes.gradientVectors
  // The result comes from far, and a block ends with it: what the next one changes is asked for now.
  for row in channels..<2 &* channels {
    for column in stride(from: 0, to: VectorLanes.gradientColumns, by: cacheLine) {
      prefetch_near(c + (row &* cStride &+ column))
    }
  }
  var left = rows
  #if SAGAN_ISA_V3
    // Whole panels, six rows of eight lanes, in line: as in `addFour`.
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
    VectorLanes.GradientBlock.self, rows: rows, a, aStride, b, bStride, into: c, cStride, adding: adding)
}

/// A block of 4 channels, or of 2: what blocks of 6 leave of 32, 64, 96, ….
@inline(never)
private func restGradientBlock(
  _ channels: Int, rows: Int, _ a: GradientChannels, _ aStride: Int, _ b: UnsafePointer<Float>, _ bStride: Int,
  into c: UnsafeMutablePointer<Float>, _ cStride: Int, adding: Bool
) {
  if channels == 4 {
    gradientBlock(
      InlineArray<8, Vector>.self, rows: rows, a, aStride, b, bStride, into: c, cStride, adding: adding)
  } else {
    gradientBlock(
      InlineArray<4, Vector>.self, rows: rows, a, aStride, b, bStride, into: c, cStride, adding: adding)
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
