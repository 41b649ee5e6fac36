internal import CVectors
internal import Tensors
internal import Threads

/// The weight gradient of a convolution with a narrow side, over one shard.
///
///     sums[tap][narrow channel][wide channel] = Σ over pixels of narrow[pixel + tap] · wide[pixel]
struct NarrowGradient {
  let shape: Shape
  let narrow: Int
  let wide: Int

  private var rowsPerBand: Int { min(shape[1], 16) }
  private var bandsPerImage: Int { (shape[1] + rowsPerBand - 1) / rowsPerBand }
  private var bands: Int { shape[0] * bandsPerImage }
  /// Ranges of bands whose sums are taken apart and then added in order.
  private var parts: Int { min(8, bands) }

  /// Elements of the sums.
  var sumElements: Int { 9 * narrow * wide }
  private var rowElements: Int {
    ScratchCutter.rounded((rowsPerBand + 2) * NarrowRows.pitch(width: shape[2], channels: narrow))
  }
  private var activatedElements: Int { ScratchCutter.rounded(shape[2] * wide) }

  /// Elements of scratch memory that a gradient takes, sums in another order included.
  func scratchElements(workers: Int) -> Int {
    (1 + parts) * ScratchCutter.rounded(sumElements) + workers * (rowElements + activatedElements)
  }

  /// Writes the sums.
  func run(
    narrow x: Tensor<Float>, _ xActivation: InputActivation<Float>, wide z: Tensor<Float>,
    _ zActivation: InputActivation<Float>,
    into sums: UnsafeMutablePointer<Float>, _ cutter: inout ScratchCutter, _ pool: WorkerPool
  ) {
    let partial = Slices(&cutter, sumElements, count: parts)
    let memory = Slices(&cutter, rowElements + activatedElements, count: pool.threads)
    let (height, width) = (shape[1], shape[2])
    pool.run(parts) { part, worker in
      var isFirst = true
      let activated = memory[worker] + rowElements
      for band in part * bands / parts..<(part + 1) * bands / parts {
        let image = band / bandsPerImage
        let first = band % bandsPerImage * rowsPerBand
        let rows = first..<min(first + rowsPerBand, height)
        let source = NarrowRows(x, xActivation, image: image, rows: rows, scratch: memory[worker])
        for row in rows {
          let from = z.base + (image &* height &+ row) &* width &* wide
          var line = UnsafePointer(from)
          if case .identity = zActivation {
          } else {
            activate(from, zActivation, sample: image, pixels: width, channels: wide, into: activated)
            line = UnsafePointer(activated)
          }
          addRow(source, row &- first, line, next: from + width &* wide, to: partial[part], isFirst: isFirst)
          isFirst = false
        }
      }
    }
    for i in stride(from: 0, to: sumElements, by: VectorLanes.count) {
      var total = load(partial[0] + i)
      for part in 1..<parts { total += load(partial[part] + i) }
      store(total, to: sums + i)
    }
  }

  /// Adds the products of one row of pixels; `next` is the row of the wide map that comes after it.
  @inline(__always)
  private func addRow(
    _ source: NarrowRows, _ row: Int, _ line: UnsafePointer<Float>, next: UnsafePointer<Float>,
    to sums: UnsafeMutablePointer<Float>, isFirst: Bool
  ) {
    #if SAGAN_ISA_V3
      switch narrow {
      case 1: add(TapBlock<3, 9>.self, source, row, line, next, to: sums, isFirst)
      case 2: add(TapBlock<6, 6>.self, source, row, line, next, to: sums, isFirst)
      case 3: add(TapBlock<9, 9>.self, source, row, line, next, to: sums, isFirst)
      default: add(TapBlock<12, 12>.self, source, row, line, next, to: sums, isFirst)
      }
    #else
      switch narrow {
      case 1: add(TapBlock<3, 9>.self, source, row, line, next, to: sums, isFirst)
      case 2: add(TapBlock<6, 18>.self, source, row, line, next, to: sums, isFirst)
      case 3: add(TapBlock<9, 27>.self, source, row, line, next, to: sums, isFirst)
      default: add(TapBlock<12, 12>.self, source, row, line, next, to: sums, isFirst)
      }
    #endif
  }

  @inline(__always)
  private func add<let perRow: Int, let count: Int>(
    _ block: TapBlock<perRow, count>.Type, _ source: NarrowRows, _ row: Int, _ line: UnsafePointer<Float>,
    _ next: UnsafePointer<Float>, to sums: UnsafeMutablePointer<Float>, _ isFirst: Bool
  ) {
    for tap in stride(from: 0, to: 3, by: count / perRow) {
      for column in stride(from: 0, to: wide, by: VectorLanes.count) {
        block.add(
          source[row &+ tap], pitch: source.pitch, step: narrow, line + column, next: next + column, width: shape[2],
          columns: wide, to: sums + (tap &* perRow &* wide &+ column), isFirst: isFirst)
      }
    }
  }
}

/// Sums of products that stay in registers: all numbers of one or three tap rows, `perRow` each, by one vector.
enum TapBlock<let perRow: Int, let count: Int> {
  /// Adds the products of a row of pixels.
  ///
  /// - Parameters:
  ///   - taps: The first tap row of the first pixel.
  ///   - pitch: Elements from one tap row to the next.
  ///   - step: Elements from one pixel's taps to the next's.
  ///   - line: The first pixel's vector.
  ///   - next: The same of pixels that come next, to be fetched meanwhile.
  ///   - width: Pixels.
  ///   - columns: Elements from one pixel's vector to the next's, and from one row of sums to the next.
  ///   - sums: `count` rows, added to.
  ///   - isFirst: Whether what they held is overwritten.
  @inline(never)
  static func add(
    _ taps: UnsafePointer<Float>, pitch: Int, step: Int, _ line: UnsafePointer<Float>, next: UnsafePointer<Float>,
    width: Int, columns: Int, to sums: UnsafeMutablePointer<Float>, isFirst: Bool
  ) {
    var totals = InlineArray<count, Vector> { _ in .zero }
    var (taps, line, next) = (taps, line, next)
    for _ in 0..<width {
      prefetch_far(next)
      next += columns
      let right = load(line)
      for row in 0..<count / perRow {
        for i in 0..<perRow {
          totals[unchecked: row &* perRow &+ i].accumulate(Vector(repeating: taps[row &* pitch &+ i]), right)
        }
      }
      taps += step
      line += columns
    }
    // Two loops without branches: the totals then never leave the registers.
    if !isFirst {
      for i in 0..<count { totals[unchecked: i] += load(sums + i &* columns) }
    }
    for i in 0..<count { store(totals[unchecked: i], to: sums + i &* columns) }
  }
}
