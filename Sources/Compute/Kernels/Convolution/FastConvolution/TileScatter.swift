internal import CVectors
internal import Tensors

/// Products of tiles as rows, `[component][tile][channels]`, padded like `TilePanels`.
///
/// Sent to tasks like a `Tensor`: each writes parts that no other touches.
struct TileRows: @unchecked Sendable {
  let base: UnsafeMutablePointer<Float>
  let componentStride: Int
  let rowStride: Int

  init(_ base: UnsafeMutablePointer<Float>, tiles: Int, channels: Int, componentStride: Int? = nil) {
    self.base = base
    rowStride = Self.rowStride(channels)
    self.componentStride = componentStride ?? Self.componentStride(tiles, channels)
  }

  static func rowStride(_ channels: Int) -> Int { channels + 16 }

  static func componentStride(_ tiles: Int, _ channels: Int) -> Int {
    TilePanels.panels(tiles) * VectorLanes.rowsPerPanel * rowStride(channels) + 80
  }

  @inline(__always)
  func component(_ index: Int) -> UnsafeMutablePointer<Float> { base + index &* componentStride }
}

/// What a scatter does to its sums: a factor, and what is added to each pixel.
struct TileOutput {
  var scale: Float
  var epilogue = Epilogue<Float>()
}

/// Vectors of a cache line.
@inline(__always) private var vectorsOfLine: Int { cacheLine / VectorLanes.count }

/// Transforms the products of tiles back into pixels.
///
/// A cache line of channels at a time: past the caches, lines that are written in halves, with other lines in between, go to
/// memory in halves (AVX2, Zen 3: 64 → 64 channels on maps of 32 took 23.3 ms, and 18.5 with whole lines).
///
/// Where windows overlap, a tile adds to what tiles above and to the left of it have written: tiles of one image must come in
/// order, in one call or several. Every pixel is written by one tile first, which also adds the epilogue.
///
/// - Parameters:
///   - pass: The pass, whose output map writes whole windows.
///   - rows: The block's products.
///   - tiles: The tiles of the block, in the batch.
///   - part: Which of them to transform.
///   - range: Which channels of them.
///   - target: Where pixels are written; windows may reach beyond it.
///   - output: Factor and epilogue.
///   - scratch: `transformScratch` elements of this worker.
@inline(never)
func scatter<Pass: TilePass>(
  _ pass: Pass.Type, _ rows: TileRows, tiles: Range<Int>, part: Range<Int>, channels range: Range<Int>,
  into target: TiledMap, _ output: TileOutput, scratch: UnsafeMutablePointer<Float>
) {
  let points = Pass.Output.inputs
  let vectorElements = Pass.Output.outputs &* points &* VectorLanes.count
  let writer = PixelWriter<Pass>(target, output)
  defer { if writer.passesCaches { finish_stores() } }
  for row in part {
    let place = target.place(tiles.lowerBound &+ row)
    let from = rows.base + row &* rows.rowStride
    let window = WrittenWindow<Pass>(place, in: target)
    for channel in stride(from: range.lowerBound, to: range.upperBound, by: cacheLine) {
      for vector in 0..<vectorsOfLine {
        let (from, to) = (from + (channel &+ vector &* VectorLanes.count), scratch + vector &* vectorElements)
        for p in 0..<points {
          Pass.Output.apply(
            from + p &* rows.componentStride, points &* rows.componentStride, to + p &* VectorLanes.count,
            points &* VectorLanes.count)
        }
      }
      // Most windows lie inside of the map: for those, what each pixel needs is known to the compiler.
      if window.isInner {
        writer.write(scratch, .inner, place, channel)
      } else {
        writer.write(scratch, window, place, channel)
      }
    }
  }
}

/// Which pixels of a tile's window lie in the map, and which of them other tiles have written before.
private struct WrittenWindow<Pass: TilePass> {
  @inline(__always) private static var size: Int { Pass.Output.outputs }
  @inline(__always) private static var overlap: Int { Pass.outputWindow.size &- Pass.outputWindow.step }

  let firstX, lastX, firstY, lastY: Int
  /// Columns at the left, and rows at the top, to which this tile adds.
  let sharedX, sharedY: Int
  /// Whether the window lies inside, with tiles to the left and above.
  let isInner: Bool

  @inline(__always)
  init(_ place: TiledMap.Place, in map: TiledMap) {
    (firstX, lastX) = (max(0, -place.x), min(Self.size, map.width &- place.x))
    (firstY, lastY) = (max(0, -place.y), min(Self.size, map.height &- place.y))
    (sharedX, sharedY) = (place.column == 0 ? 0 : Self.overlap, place.row == 0 ? 0 : Self.overlap)
    isInner =
      firstX == 0 && firstY == 0 && lastX == Self.size && lastY == Self.size && sharedX == Self.overlap
      && sharedY == Self.overlap
  }

  @inline(__always)
  private init() {
    (firstX, lastX, firstY, lastY) = (0, Self.size, 0, Self.size)
    (sharedX, sharedY) = (Self.overlap, Self.overlap)
    isInner = true
  }

  /// The window of a tile inside of the map.
  @inline(__always) static var inner: WrittenWindow { WrittenWindow() }
}

/// Writes cache lines of channels to the pixels of a tile's window.
private struct PixelWriter<Pass: TilePass> {
  let passesCaches: Bool
  private let base: UnsafeMutablePointer<Float>
  private let height, width, channels: Int
  private let scale: Float
  private let bias: UnsafePointer<Float>?
  private let residual: UnsafePointer<Float>?
  /// By how many bits the residual's rows and columns are fewer.
  private let shift: Int

  init(_ target: TiledMap, _ output: TileOutput) {
    passesCaches = Pass.outputWindow.size == Pass.outputWindow.step && target.exceedsCaches
    (base, height, width, channels) = (target.base, target.height, target.width, target.channels)
    scale = output.scale
    bias = output.epilogue.bias.map { UnsafePointer($0.base) }
    switch output.epilogue.residual {
    case .none: (residual, shift) = (nil, 0)
    case .same(let other): (residual, shift) = (UnsafePointer(other.base), 0)
    case .upsampled(let other): (residual, shift) = (UnsafePointer(other.base), 1)
    }
  }

  /// Transforms the rows of a window, whose columns are done, and writes or adds them.
  @inline(__always)
  func write(
    _ columns: UnsafePointer<Float>, _ window: WrittenWindow<Pass>, _ place: TiledMap.Place, _ channel: Int
  ) {
    let points = Pass.Output.inputs
    for i in window.firstY..<window.lastY {
      let y = place.y &+ i
      for vector in 0..<vectorsOfLine {
        let channel = channel &+ vector &* VectorLanes.count
        let row = WrittenRow(
          to: base + (((place.image &* height &+ y) &* width &+ place.x) &* channels &+ channel), channels: channels,
          first: window.firstX, last: window.lastX, shared: i < window.sharedY ? Pass.Output.outputs : window.sharedX,
          // Adding −0 changes no number.
          scale: scale, summand: bias.map { load($0 + channel) } ?? Vector(repeating: -0.0),
          residual: residual.map {
            $0 + ((place.image &* (height >> shift) &+ (y >> shift)) &* (width >> shift) &* channels &+ channel)
          },
          x: place.x, shift: shift, passesCaches: passesCaches)
        let source = StridedSource(
          base: columns + (vector &* Pass.Output.outputs &+ i) &* points &* VectorLanes.count,
          stride: VectorLanes.count,
          reader: PlainReader())
        Pass.Output.apply(source, row)
      }
    }
  }
}

/// One vector of channels of the pixels in a row of a window.
private struct WrittenRow: VectorTarget {
  let to: UnsafeMutablePointer<Float>
  let channels: Int
  /// The first pixel in the map, and the one behind the last.
  let first, last: Int
  /// Pixels from the left that are added to.
  let shared: Int
  let scale: Float
  let summand: Vector
  let residual: UnsafePointer<Float>?
  let x: Int
  let shift: Int
  let passesCaches: Bool

  @inline(__always)
  func callAsFunction(_ j: Int, _ vector: Vector) {
    guard j >= first && j < last else { return }
    let to = to + j &* channels
    let value = scale * vector
    if j < shared {
      store(load(to) + value, to: to)
      return
    }
    var sum = value + summand
    if let residual { sum += load(residual + ((x &+ j) >> shift) &* channels) }
    if passesCaches { store_past_caches(to, sum) } else { store(sum, to: to) }
  }
}
