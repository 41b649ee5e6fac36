/// Nearest-neighbour × 2 and three taps: 9 products for 4 outputs.
///
/// Of the three pixels that two neighbouring outputs see, the middle one meets the sum of all taps; the outer ones
/// matter only by how they differ from it. With few products in all, its transformed filters are small: best for 4 × 4 maps.
enum DifferenceUpsampling: TransformScheme {
  @inline(__always) static var coarse: TileWindow { TileWindow(size: 3, step: 1, origin: -1) }
  @inline(__always) static var fine: TileWindow { TileWindow(size: 2, step: 2, origin: 0) }
  @inline(__always) static var points: Int { 3 }
  @inline(__always) static var products: Int { 3 }
  @inline(__always) static func point(of product: Int) -> Int { product }
  @inline(__always) static func isFirst(_ product: Int) -> Bool { true }

  enum CoarseToPoints: LinearMap {
    @inline(__always) static var inputs: Int { 3 }
    @inline(__always) static var outputs: Int { 3 }
    @inline(__always)
    static func apply<X: VectorSource, Y: VectorTarget>(_ x: X, _ y: Y) {
      let (x0, x1, x2) = (x(0), x(1), x(2))
      y(0, x1)
      y(1, x0 - x1)
      y(2, x2 - x1)
    }
  }

  enum PointsToCoarse: LinearMap {
    @inline(__always) static var inputs: Int { 3 }
    @inline(__always) static var outputs: Int { 3 }
    @inline(__always)
    static func apply<X: VectorSource, Y: VectorTarget>(_ x: X, _ y: Y) {
      let (x0, x1, x2) = (x(0), x(1), x(2))
      y(0, x1)
      y(1, x0 - x1 - x2)
      y(2, x2)
    }
  }

  enum ProductsToFine: LinearMap {
    @inline(__always) static var inputs: Int { 3 }
    @inline(__always) static var outputs: Int { 2 }
    @inline(__always)
    static func apply<X: VectorSource, Y: VectorTarget>(_ x: X, _ y: Y) {
      let (x0, x1, x2) = (x(0), x(1), x(2))
      y(0, x0 + x1)
      y(1, x0 + x2)
    }
  }

  enum FineToProducts: LinearMap {
    @inline(__always) static var inputs: Int { 2 }
    @inline(__always) static var outputs: Int { 3 }
    @inline(__always)
    static func apply<X: VectorSource, Y: VectorTarget>(_ x: X, _ y: Y) {
      let (x0, x1) = (x(0), x(1))
      y(0, x0 + x1)
      y(1, x0)
      y(2, x1)
    }
  }

  enum TapsToProducts: LinearMap {
    @inline(__always) static var inputs: Int { 3 }
    @inline(__always) static var outputs: Int { 3 }
    @inline(__always)
    static func apply<X: VectorSource, Y: VectorTarget>(_ x: X, _ y: Y) {
      let (x0, x1, x2) = (x(0), x(1), x(2))
      y(0, x0 + x1 + x2)
      y(1, x0)
      y(2, x2)
    }
  }

  enum ProductsToTaps: LinearMap {
    @inline(__always) static var inputs: Int { 3 }
    @inline(__always) static var outputs: Int { 3 }
    @inline(__always)
    static func apply<X: VectorSource, Y: VectorTarget>(_ x: X, _ y: Y) {
      let (x0, x1, x2) = (x(0), x(1), x(2))
      y(0, x0 + x1)
      y(1, x0)
      y(2, x0 + x2)
    }
  }
}
