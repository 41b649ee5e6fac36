internal import Tensors

/// A side of the rim that `InnerUpsampling` leaves, or a corner of it.
///
/// Along a side the scheme goes on in one direction: a row of windows, whose products have the filters of a row or a column
/// of the plane. A corner is one product of a single pixel.
struct RimStrip {
  /// Where a strip lies in one of the two maps: its first pixel, and the way from one to the next.
  struct Line {
    let first: Int
    let step: Int
  }

  let coarse: Line
  let fine: Line
  /// Windows of one image.
  let windows: Int
  let isCorner: Bool
  /// The plane's product that comes first, and the way from one to the next.
  private let firstProduct: Int
  private let productStep: Int

  /// The product of the plane that is product `index` along the strip.
  @inline(__always) func product(_ index: Int) -> Int { firstProduct &+ index &* productStep }

  /// Products along the strip.
  var products: Int { isCorner ? 1 : InnerUpsampling.products }

  /// Strips of a map.
  static var count: Int { 8 }

  /// A strip of a map of `height` × `width` coarse pixels: the upper and lower side, the left and right one, four corners.
  init(_ index: Int, height: Int, width: Int) {
    let scheme = InnerUpsampling.self
    let (products, step) = (scheme.products, scheme.coarse.step)
    let fineWidth = 2 &* width
    let isFirst = index & 1 == 0
    // Across the strip: its coarse and fine pixel, and its product.
    func across(_ extent: Int, _ isFirst: Bool) -> (coarse: Int, fine: Int, product: Int) {
      isFirst ? (0, 0, scheme.rimProducts.first) : (extent &- 1, 2 &* extent &- 1, scheme.rimProducts.last)
    }
    isCorner = index >= 4
    if isCorner {
      let (y, x) = (across(height, index < 6), across(width, isFirst))
      coarse = Line(first: y.coarse &* width &+ x.coarse, step: 1)
      fine = Line(first: y.fine &* fineWidth &+ x.fine, step: 1)
      windows = 1
      (firstProduct, productStep) = (y.product &* products &+ x.product, 0)
    } else if index < 2 {
      let y = across(height, isFirst)
      coarse = Line(first: y.coarse &* width, step: 1)
      fine = Line(first: y.fine &* fineWidth &+ scheme.fine.origin, step: 1)
      windows = (width &- 1) / step
      (firstProduct, productStep) = (y.product &* products, 1)
    } else {
      let x = across(width, isFirst)
      coarse = Line(first: x.coarse, step: width)
      fine = Line(first: scheme.fine.origin &* fineWidth &+ x.fine, step: fineWidth)
      windows = (height &- 1) / step
      (firstProduct, productStep) = (x.product, products)
    }
  }
}

/// A single pixel, as it is: the map of corners.
enum SinglePixel: LinearMap {
  @inline(__always) static var inputs: Int { 1 }
  @inline(__always) static var outputs: Int { 1 }
  @inline(__always)
  static func apply<X: VectorSource, Y: VectorTarget>(_ x: X, _ y: Y) {
    y(0, x(0))
  }
}

/// The windows of a strip in several images, as rows of products.
struct StripRows {
  let images: Range<Int>
  let windows: Int
  var count: Int { images.count &* windows }

  /// The image of a row, and its window.
  @inline(__always)
  func place(_ row: Int) -> (image: Int, window: Int) {
    let image = row / windows
    return (images.lowerBound &+ image, row &- image &* windows)
  }

  /// Calls `body` with all rows, as many at a time as a block has tiles.
  @inline(__always)
  func forEachBlock(of size: Int, _ body: (Range<Int>) -> Void) {
    for first in stride(from: 0, to: count, by: size) { body(first..<min(first &+ size, count)) }
  }
}

/// Activates and transforms windows of a strip into panels; rows beyond the last become zeros.
///
/// - Parameters:
///   - map: The scheme's map, in the strip's direction.
///   - source: The map that is read.
///   - line: Where the strip lies in it.
///   - rows: The strip's windows.
///   - range: Which of them.
///   - windowStep: Pixels of the strip from one window to the next.
///   - activation: What happens to the pixels first.
///   - panels: Which panels of their rows.
///   - result: The panels.
func gather<Map: LinearMap>(
  _ map: Map.Type, _ source: PassMap, _ line: RimStrip.Line, _ rows: StripRows, _ range: Range<Int>, windowStep: Int,
  _ activation: InputActivation<Float>, panels: Range<Int>, into result: TilePanels
) {
  switch activation {
  case .identity: gather(map, PlainReader.self, (), source, line, rows, range, windowStep, panels, into: result)
  case .relu: gather(map, RectifiedReader.self, (), source, line, rows, range, windowStep, panels, into: result)
  case .scaleShiftReLU(let scales, let shifts):
    let factors = NormalizedReader.Source(scales: scales.base, shifts: shifts.base, channels: source.channels)
    gather(map, NormalizedReader.self, factors, source, line, rows, range, windowStep, panels, into: result)
  }
}

@inline(never)
private func gather<Map: LinearMap, Reader: VectorReader>(
  _ map: Map.Type, _ reader: Reader.Type, _ factors: Reader.Source, _ source: PassMap, _ line: RimStrip.Line,
  _ rows: StripRows, _ range: Range<Int>, _ windowStep: Int, _ panels: Range<Int>, into result: TilePanels
) {
  let channels = source.channels
  for row in panels.lowerBound &* VectorLanes.rowsPerPanel..<panels.upperBound &* VectorLanes.rowsPerPanel {
    let (image, window) = rows.place(range.lowerBound &+ min(row, range.count &- 1))
    let pixel = image &* source.height &* source.width &+ line.first &+ window &* windowStep &* line.step
    for channel in stride(from: 0, to: channels, by: VectorLanes.count) {
      let out = result.place(row: row, channel: channel)
      if row < range.count {
        Map.apply(
          source.base + (pixel &* channels &+ channel), line.step &* channels, out, result.componentStride,
          Reader(factors, image: image, channel: channel))
      } else {
        for component in 0..<Map.outputs { store(.zero, to: out + component &* result.componentStride) }
      }
    }
  }
}

/// Transforms products of windows of a strip back into pixels, which are written, or added where tiles have written before.
///
/// - Parameters:
///   - map: The scheme's map, in the strip's direction.
///   - products: The products.
///   - rows: The strip's windows.
///   - range: Which of them `products` holds.
///   - part: Which channels.
///   - windowStep: Pixels of the strip from one window to the next.
///   - target: The map that is written.
///   - line: Where the strip lies in it.
///   - adding: Whether to add.
///   - output: Factor, and the epilogue of pixels that are written.
///   - scratch: `transformScratch` elements of this worker.
@inline(never)
func scatter<Map: LinearMap>(
  _ map: Map.Type, _ products: TileRows, _ rows: StripRows, _ range: Range<Int>, channels part: Range<Int>,
  windowStep: Int, into target: PassMap,
  _ line: RimStrip.Line, adding: Bool, _ output: TileOutput, scratch: UnsafeMutablePointer<Float>
) {
  let channels = target.channels
  for row in range {
    let (image, window) = rows.place(row)
    let from = products.base + (row &- range.lowerBound) &* products.rowStride
    for channel in stride(from: part.lowerBound, to: part.upperBound, by: VectorLanes.count) {
      Map.apply(from + channel, products.componentStride, scratch, VectorLanes.count)
      for j in 0..<Map.outputs {
        let place = line.first &+ (window &* windowStep &+ j) &* line.step
        let at = (image &* target.height &* target.width &+ place) &* channels &+ channel
        var value = output.scale * load(scratch + j &* VectorLanes.count)
        if adding {
          value += load(target.base + at)
        } else {
          if let bias = output.epilogue.bias { value += load(bias.base + channel) }
          switch output.epilogue.residual {
          case .none: break
          case .same(let other): value += load(other.base + at)
          case .upsampled(let other):
            let (y, x) = (place / target.width, place % target.width)
            let half = (image &* (target.height >> 1) &+ (y >> 1)) &* (target.width >> 1) &+ (x >> 1)
            value += load(other.base + (half &* channels &+ channel))
          }
        }
        store(value, to: target.base + at)
      }
    }
  }
}
