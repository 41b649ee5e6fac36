internal import CVectors
internal import Tensors

/// Rows of one image of a narrow map, activated, with a border of zeros: row after row, pixel after pixel.
///
/// The three pixels of a tap row are then so many numbers in sequence, wherever the window lies.
struct NarrowRows {
  let base: UnsafeMutablePointer<Float>
  /// Elements from one row to the next.
  let pitch: Int

  /// Elements of one row of `width` pixels, with its border.
  static func pitch(width: Int, channels: Int) -> Int { (width + 2) * channels }

  /// Copies the rows around `rows` of one image: one more above and one more below.
  init(
    _ map: Tensor<Float>, _ activation: InputActivation<Float>, image: Int, rows: Range<Int>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let (height, width, channels) = (map.shape[1], map.shape[2], map.shape[3])
    base = scratch
    pitch = Self.pitch(width: width, channels: channels)
    for y in rows.lowerBound &- 1..<rows.upperBound &+ 1 {
      let to = scratch + (y &- rows.lowerBound &+ 1) &* pitch
      if y < 0 || y >= height {
        to.update(repeating: 0, count: pitch)
        continue
      }
      to.update(repeating: 0, count: channels)
      activate(
        map.base + (image &* height &+ y) &* width &* channels, activation, sample: image, pixels: width,
        channels: channels, into: to + channels)
      (to + (width &+ 1) &* channels).update(repeating: 0, count: channels)
    }
  }

  /// The first number of the three rows around `row`, counted from the first that was asked for.
  @inline(__always)
  subscript(row: Int) -> UnsafeMutablePointer<Float> { base + row &* pitch }
}

/// A block of a product that stays in registers: `rows` pixels by `vectors` vectors of columns, `count` in all.
enum PixelBlock<let rows: Int, let vectors: Int, let count: Int> {
  /// Writes `bias + scale · Σ a · b` for one block.
  ///
  /// - Parameters:
  ///   - a: The first pixel; each pixel has `parts` runs of `depth` numbers, `partStride` elements apart.
  ///   - aStride: Elements from one pixel to the next.
  ///   - parts: Runs of numbers.
  ///   - partStride: Elements from one run to the next.
  ///   - depth: Numbers of one run.
  ///   - b: Rows of columns, `parts` · `depth` of them.
  ///   - bStride: Elements from one row of `b` to the next.
  ///   - scale: Factor of the product.
  ///   - bias: Summand of each column.
  ///   - c: The result.
  ///   - cStride: Elements from one pixel of the result to the next.
  ///   - passesCaches: Whether the result goes past the caches.
  ///   - next: What comes after these pixels; `nextStep` numbers of it are fetched for each row of `b`.
  ///   - nextStep: At most a cache line of numbers.
  @inline(never)
  static func multiply(
    _ a: UnsafePointer<Float>, aStride: Int, parts: Int, partStride: Int, depth: Int, _ b: UnsafePointer<Float>,
    bStride: Int, scale: Float, bias: UnsafePointer<Float>?, into c: UnsafeMutablePointer<Float>, cStride: Int,
    passesCaches: Bool, next: UnsafePointer<Float>, nextStep: Int
  ) {
    var sums = InlineArray<count, Vector> { _ in .zero }
    var (b, next) = (b, next)
    for part in 0..<parts {
      var a = a + part &* partStride
      for _ in 0..<depth {
        prefetch_far(next)
        next += nextStep
        // One pixel at a time: all of them together would take the registers of the sums.
        for row in 0..<rows {
          let left = Vector(repeating: a[row &* aStride])
          for v in 0..<vectors {
            sums[unchecked: row &* vectors &+ v].accumulate(left, load(b + v &* VectorLanes.count))
          }
        }
        a += 1
        b += bStride
      }
    }
    for v in 0..<vectors {
      let summand = bias.map { load($0 + v &* VectorLanes.count) } ?? .zero
      for row in 0..<rows {
        sums[unchecked: row &* vectors &+ v] = summand.adding(scale, sums[unchecked: row &* vectors &+ v])
      }
    }
    // Two loops without branches: the sums then never leave the registers.
    if passesCaches {
      for row in 0..<rows {
        for v in 0..<vectors {
          store_past_caches(c + (row &* cStride &+ v &* VectorLanes.count), sums[unchecked: row &* vectors &+ v])
        }
      }
      return
    }
    for v in 0..<vectors {
      for row in 0..<rows {
        store(sums[unchecked: row &* vectors &+ v], to: c + (row &* cStride &+ v &* VectorLanes.count))
      }
    }
  }
}

/// A row of pixels times a matrix, block by block.
///
/// The last block of pixels may overlap the one before and then writes the same numbers again.
struct PixelRow {
  #if SAGAN_ISA_V3
    private typealias Pair = PixelBlock<6, 2, 12>
    private typealias Single = PixelBlock<8, 1, 8>
  #else
    private typealias Pair = PixelBlock<8, 2, 16>
    private typealias Single = PixelBlock<8, 1, 8>
  #endif

  let width: Int
  let parts: Int
  let partStride: Int
  let depth: Int
  let columns: Int

  /// Writes `bias + scale · a · b`.
  ///
  /// - Parameters:
  ///   - a: The first pixel.
  ///   - aStride: Elements from one pixel of `a` to the next.
  ///   - b: Rows of `columns`.
  ///   - scale: Factor of the product.
  ///   - bias: Summand of each column.
  ///   - c: The result, pixels of `columns`.
  ///   - passesCaches: Whether the result goes past the caches.
  ///   - next: A row of pixels like `a`, whole ones, to be fetched meanwhile.
  @inline(__always)
  func multiply(
    _ a: UnsafePointer<Float>, aStride: Int, _ b: UnsafePointer<Float>, scale: Float, bias: UnsafePointer<Float>?,
    into c: UnsafeMutablePointer<Float>, passesCaches: Bool = false, next: UnsafePointer<Float>? = nil
  ) {
    let paired = columns / (2 &* VectorLanes.count) &* (2 &* VectorLanes.count)
    let rows = VectorLanes.rowsPerPanel
    for first in stride(from: 0, to: width, by: rows) {
      let pixel = min(first, width &- rows)
      for column in stride(from: 0, to: paired, by: 2 &* VectorLanes.count) {
        Pair.multiply(
          a + pixel &* aStride, aStride: aStride, parts: parts, partStride: partStride, depth: depth, b + column,
          bStride: columns, scale: scale, bias: bias.map { $0 + column }, into: c + (pixel &* columns &+ column),
          cStride: columns, passesCaches: passesCaches, next: next.map { $0 + pixel &* aStride } ?? a,
          nextStep: next == nil ? 0 : rows)
      }
    }
    if paired == columns { return }
    for first in stride(from: 0, to: width, by: 8) {
      let pixel = min(first, width &- 8)
      Single.multiply(
        a + pixel &* aStride, aStride: aStride, parts: parts, partStride: partStride, depth: depth, b + paired,
        bStride: columns, scale: scale, bias: bias.map { $0 + paired }, into: c + (pixel &* columns &+ paired),
        cStride: columns, passesCaches: passesCaches, next: next.map { $0 + pixel &* aStride } ?? a,
        nextStep: next == nil ? 0 : 8)
    }
  }
}
