/// A way to convolve a row with three taps by fewer multiplications: `fine = A · [(G · filter) ⊙ (B · coarse)]`.
///
/// A plane uses the scheme in both directions. The coarse side is the input of the plain convolution and of the one that
/// upsamples, the fine side its output; a tile is a window of each. Every map is given with its transpose, since an input
/// gradient is the transposed algorithm, and 3 × 3 with average pooling is the adjoint of upsampling and 3 × 3.
///
/// The method is that of Winograd, applied to networks by Lavin and Gray 2016.
protocol TransformScheme: SendableMetatype {
  /// The windows of tiles in the coarse map.
  static var coarse: TileWindow { get }
  /// The windows of tiles in the fine map; they do not overlap.
  static var fine: TileWindow { get }
  /// Fine pixels at either end of a map that the tiles leave to `RimStrip`.
  static var rim: Int { get }
  /// Transformed pixels of the coarse window.
  static var points: Int { get }
  /// Products of a tile: at least as many as points, some of which may serve several products.
  static var products: Int { get }
  /// The point that a product multiplies.
  static func point(of product: Int) -> Int
  /// Whether no earlier product has the same point.
  static func isFirst(_ product: Int) -> Bool

  /// B: coarse window to points.
  associatedtype CoarseToPoints: LinearMap
  /// Bᵀ.
  associatedtype PointsToCoarse: LinearMap
  /// A: products to fine window.
  associatedtype ProductsToFine: LinearMap
  /// Aᵀ.
  associatedtype FineToProducts: LinearMap
  /// G: three taps to products.
  associatedtype TapsToProducts: LinearMap
  /// Gᵀ.
  associatedtype ProductsToTaps: LinearMap
}

extension TransformScheme {
  @inline(__always) static var rim: Int { 0 }
}

/// Where the windows of a row of tiles lie: tile t covers `origin + t · step ..< origin + t · step + size`.
struct TileWindow {
  let size: Int
  let step: Int
  let origin: Int
  @inline(__always) init(size: Int, step: Int, origin: Int) {
    self.size = size
    self.step = step
    self.origin = origin
  }
}

/// A small matrix as code, applied to vectors of channels.
///
/// A type and not a closure, so that every transform is compiled for its constants.
protocol LinearMap: SendableMetatype {
  /// Numbers read.
  static var inputs: Int { get }
  /// Numbers written.
  static var outputs: Int { get }
  /// Reads the vectors `x(0)`, `x(1)`, … and hands those of the result to `y(0, …)`, `y(1, …)`, ….
  static func apply<X: VectorSource, Y: VectorTarget>(_ x: X, _ y: Y)
}

extension LinearMap {
  /// Reads vectors from `x`, `xStride` elements apart, by `reader`, and writes vectors to `y`, `yStride` elements apart.
  @inline(__always)
  static func apply<Reader: VectorReader>(
    _ x: UnsafePointer<Float>, _ xStride: Int, _ y: UnsafeMutablePointer<Float>, _ yStride: Int, _ reader: Reader
  ) {
    apply(StridedSource(base: x, stride: xStride, reader: reader), StridedTarget(base: y, stride: yStride))
  }

  /// The map of vectors as they are.
  @inline(__always)
  static func apply(_ x: UnsafePointer<Float>, _ xStride: Int, _ y: UnsafeMutablePointer<Float>, _ yStride: Int) {
    apply(x, xStride, y, yStride, PlainReader())
  }
}

/// Where a map finds its vectors, by number.
///
/// Types and not closures, which the compiler does not always put in line.
protocol VectorSource {
  func callAsFunction(_ index: Int) -> Vector
}

/// What becomes of a map's results, by number.
protocol VectorTarget {
  func callAsFunction(_ index: Int, _ vector: Vector)
}

/// Vectors in memory, `stride` elements apart.
struct StridedSource<Reader: VectorReader>: VectorSource {
  let base: UnsafePointer<Float>
  let stride: Int
  let reader: Reader
  @inline(__always) func callAsFunction(_ index: Int) -> Vector { reader.read(base + index &* stride) }
}

/// The same where only some vectors exist: the others are zeros.
struct PartialSource<Reader: VectorReader>: VectorSource {
  let base: UnsafePointer<Float>
  let stride: Int
  let range: Range<Int>
  let reader: Reader
  @inline(__always)
  func callAsFunction(_ index: Int) -> Vector {
    index >= range.lowerBound && index < range.upperBound ? reader.read(base + index &* stride) : .zero
  }
}

/// Memory for vectors, `stride` elements apart.
struct StridedTarget: VectorTarget {
  let base: UnsafeMutablePointer<Float>
  let stride: Int
  @inline(__always) func callAsFunction(_ index: Int, _ vector: Vector) { store(vector, to: base + index &* stride) }
}
