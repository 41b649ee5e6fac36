internal import CVectors

/// Copies some columns of some rows of a matrix into panels of rows.
///
/// - Parameters:
///   - x: The matrix, `[rows, columns]`.
///   - rows: Which rows.
///   - perImage: Rows that have the same factors.
///   - columns: Columns of the matrix.
///   - part: Those that are copied, whole vectors of them.
///   - reader: What happens to the numbers on their way.
///   - factors: What it needs.
///   - panels: Receives them; what lies beyond the last row stays as it is.
@inline(never)
func packRows<Reader: VectorReader>(
  _ x: UnsafePointer<Float>, _ rows: Range<Int>, perImage: Int, _ columns: Int, _ part: Range<Int>,
  _ reader: Reader.Type, _ factors: Reader.Source, into panels: TilePanels
) {
  for row in rows {
    let to = panels.place(row: row &- rows.lowerBound, channel: 0)
    let (from, image) = (x + row &* columns, row / perImage)
    for column in stride(from: part.lowerBound, to: part.upperBound, by: VectorLanes.count) {
      let vector = Reader(factors, image: image, channel: column).read(from + column)
      store(vector, to: to + panels.step(to: column))
    }
  }
}

/// `aᵀ · b` of rows in panels, for some panels of its columns.
///
/// - Parameters:
///   - pixels: Rows of both.
///   - a: Rows of `inputs` numbers.
///   - inputs: A multiple of the lanes.
///   - b: Rows of as many numbers as `columns` needs.
///   - columns: Which panels of 32 columns.
///   - gradient: `[outputs / 32][inputs][32]`.
///   - adding: Whether to add to what `gradient` holds.
///   - next: What comes next in memory, to be fetched meanwhile.
func multiplyPixelsTransposed(
  pixels: Int, _ a: TilePanels, inputs: Int, _ b: TilePanels, columns: Range<Int>,
  into gradient: UnsafeMutablePointer<Float>, adding: Bool, next: NextRows = NextRows()
) {
  let passes = columns.count &* FilterPanels.columns / VectorLanes.gradientColumns
  var done = 0
  for panel in columns {
    for block in stride(from: 0, to: FilterPanels.columns, by: VectorLanes.gradientColumns) {
      multiplyTransposed(
        rows: pixels, channels: inputs, a.base, a.panelStride,
        b.base + (panel &* FilterPanels.columns &+ block) &* VectorLanes.rowsPerPanel, b.panelStride,
        into: gradient + (panel &* inputs &* FilterPanels.columns &+ block), FilterPanels.columns, adding: adding,
        meanwhile: { next.fetch(done &+ $0.lowerBound..<done &+ $0.upperBound, of: passes &* inputs) })
      done &+= inputs
    }
  }
}

/// Rows of two maps that will be packed next.
struct NextRows {
  private var maps: (UnsafePointer<Float>?, UnsafePointer<Float>?)
  private var counts = (0, 0)

  /// None.
  init() {}

  /// As many numbers from two places on.
  init(_ first: UnsafePointer<Float>, _ firstCount: Int, _ second: UnsafePointer<Float>, _ secondCount: Int) {
    (maps, counts) = ((first, second), (firstCount, secondCount))
  }

  /// Fetches a share of them.
  @inline(__always)
  func fetch(_ part: Range<Int>, of whole: Int) {
    fetch(maps.0, counts.0, part, whole)
    fetch(maps.1, counts.1, part, whole)
  }

  @inline(__always)
  private func fetch(_ map: UnsafePointer<Float>?, _ count: Int, _ part: Range<Int>, _ whole: Int) {
    guard let map else { return }
    let lines = count / cacheLine
    for line in part.lowerBound &* lines / whole..<part.upperBound &* lines / whole {
      prefetch_far(map + line &* cacheLine)
    }
  }
}
