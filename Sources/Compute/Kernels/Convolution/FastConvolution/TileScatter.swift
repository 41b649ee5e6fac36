internal import CVectors
internal import Tensors

/// Products of tiles as rows, `[component][tile][channels]`, padded like `TilePanels`.
///
/// Sent to tasks like a `Tensor`: each writes parts that no other touches.
struct TileRows: @unchecked Sendable {
  let base: UnsafeMutablePointer<Float>
  let componentStride: Int
  let rowStride: Int

  init(_ base: UnsafeMutablePointer<Float>, tiles: Int, channels: Int) {
    self.base = base
    rowStride = Self.rowStride(channels)
    componentStride = Self.componentStride(tiles, channels)
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

/// Transforms the products of tiles back into pixels.
///
/// Where windows overlap, a tile adds to what tiles above and to the left of it have written: tiles of one image must come in
/// order, in one call or several. Every pixel is written by one tile first, which also adds the epilogue.
///
/// - Parameters:
///   - map: The scheme's map in one direction; it writes whole windows.
///   - rows: The block's products.
///   - tiles: The tiles of the block, in the batch.
///   - part: Which of them to transform.
///   - range: Which channels of them.
///   - target: Where pixels are written; windows may reach beyond it.
///   - output: Factor and epilogue.
///   - scratch: `transformScratch` elements of this worker.
@inline(never)
func scatter<Map: LinearMap>(
  _ map: Map.Type, _ rows: TileRows, tiles: Range<Int>, part: Range<Int>, channels range: Range<Int>,
  into target: TiledMap, _ output: TileOutput, scratch: UnsafeMutablePointer<Float>
) {
  let (n, points) = (Map.outputs, Map.inputs)
  let overlap = target.window.size &- target.window.step
  let line = scratch + points &* n &* VectorLanes.count
  let writer = PixelWriter(target, output, passesCaches: overlap == 0 && target.exceedsCaches)
  defer { if writer.passesCaches { finish_stores() } }
  for row in part {
    let place = target.place(tiles.lowerBound &+ row)
    let from = rows.base + row &* rows.rowStride
    let (xs, ys) = (
      max(0, -place.x)..<min(n, target.width &- place.x), max(0, -place.y)..<min(n, target.height &- place.y)
    )
    let firstX = place.column == 0 ? 0 : overlap
    let firstY = place.row == 0 ? 0 : overlap
    for channel in stride(from: range.lowerBound, to: range.upperBound, by: VectorLanes.count) {
      for p in 0..<points {
        Map.apply(
          from + (p &* rows.componentStride &+ channel), points &* rows.componentStride,
          scratch + p &* VectorLanes.count,
          points &* VectorLanes.count)
      }
      let summand = writer.bias.map { load($0 + channel) } ?? .zero
      for i in ys {
        Map.apply(scratch + i &* points &* VectorLanes.count, VectorLanes.count, line, VectorLanes.count)
        let (y, x) = (place.y &+ i, place.x &+ xs.lowerBound)
        let pixels = PixelWriter.Run(image: place.image, y: y, x: x, channel: channel)
        // Pixels of this row that others have written before.
        let shared = overlap == 0 ? 0 : min(max((i < firstY ? n : firstX) &- xs.lowerBound, 0), xs.count)
        let values = line + xs.lowerBound &* VectorLanes.count
        if shared > 0 { writer.add(values, count: shared, pixels) }
        writer.write(values, shared..<xs.count, pixels, summand)
      }
    }
  }
}

/// Writes vectors of channels to pixels of a row.
///
/// What is the same for all pixels is settled here, outside of the loops over them.
private struct PixelWriter {
  /// Where a run of pixels begins.
  struct Run {
    let image, y, x, channel: Int
  }

  let passesCaches: Bool
  let bias: UnsafePointer<Float>?
  private let base: UnsafeMutablePointer<Float>
  private let height, width, channels: Int
  private let scale: Float
  private let residual: UnsafePointer<Float>?
  private let isUpsampled: Bool

  init(_ target: TiledMap, _ output: TileOutput, passesCaches: Bool) {
    self.passesCaches = passesCaches
    (base, height, width, channels) = (target.base, target.height, target.width, target.channels)
    scale = output.scale
    bias = output.epilogue.bias.map { UnsafePointer($0.base) }
    switch output.epilogue.residual {
    case .none: (residual, isUpsampled) = (nil, false)
    case .same(let other): (residual, isUpsampled) = (UnsafePointer(other.base), false)
    case .upsampled(let other): (residual, isUpsampled) = (UnsafePointer(other.base), true)
    }
  }

  @inline(__always)
  private func offset(_ run: Run) -> Int {
    ((run.image &* height &+ run.y) &* width &+ run.x) &* channels &+ run.channel
  }

  /// Adds the first vectors to what pixels hold.
  @inline(__always)
  func add(_ values: UnsafePointer<Float>, count: Int, _ run: Run) {
    var to = base + offset(run)
    for j in 0..<count {
      store(load(to) + scale * load(values + j &* VectorLanes.count), to: to)
      to += channels
    }
  }

  /// Writes some of the vectors, with the bias and the residual.
  @inline(__always)
  func write(_ values: UnsafePointer<Float>, _ range: Range<Int>, _ run: Run, _ summand: Vector) {
    let start = base + offset(run)
    @inline(__always)
    func value(_ j: Int) -> Vector {
      let value = scale * load(values + j &* VectorLanes.count)
      return bias == nil ? value : value + summand
    }
    guard let residual else {
      if passesCaches {
        for j in range { store_past_caches(start + j &* channels, value(j)) }
      } else {
        for j in range { store(value(j), to: start + j &* channels) }
      }
      return
    }
    let half = ((run.image &* (height >> 1) &+ (run.y >> 1)) &* (width >> 1)) &* channels &+ run.channel
    for j in range {
      let other =
        isUpsampled ? residual + (half &+ ((run.x &+ j) >> 1) &* channels) : residual + (offset(run) &+ j &* channels)
      let sum = value(j) + load(other)
      if passesCaches { store_past_caches(start + j &* channels, sum) } else { store(sum, to: start + j &* channels) }
    }
  }
}
