/// Nearest-neighbour × 2 and three taps: 49 products for 36 outputs, of 16 transformed inputs.
///
/// Even outputs see the taps w0, w1 + w2, odd ones w0 + w1, w2: two filters of two taps. Both are F(3, 2) with the points
/// 1, 0, −1, ∞, and at the point 1 both equal w0 + w1 + w2. Laid over one window of four inputs, with the odd outputs
/// starting at −1, one product serves both: 7 for 6 outputs.
enum SharedUpsampling: TransformScheme {
  @inline(__always) static var coarse: TileWindow { TileWindow(size: 4, step: 3, origin: -1) }
  @inline(__always) static var fine: TileWindow { TileWindow(size: 6, step: 6, origin: -1) }
  @inline(__always) static var points: Int { 4 }
  @inline(__always) static var products: Int { 7 }
  /// Product 0 is the shared one; 1, 2, 3 are those of the even outputs, 4, 5, 6 of the odd ones.
  @inline(__always) static func point(of product: Int) -> Int { product < 4 ? product : product &- 3 }
  @inline(__always) static func isFirst(_ product: Int) -> Bool { product < 4 }

  enum CoarseToPoints: LinearMap {
    @inline(__always) static var inputs: Int { 4 }
    @inline(__always) static var outputs: Int { 4 }
    @inline(__always)
    static func apply<X: VectorSource, Y: VectorTarget>(_ x: X, _ y: Y) {
      let (x0, x1, x2, x3) = (x(0), x(1), x(2), x(3))
      y(0, x1 + x2)
      y(1, x0 - x2)
      y(2, x2 - x1)
      y(3, x3 - x1)
    }
  }

  enum PointsToCoarse: LinearMap {
    @inline(__always) static var inputs: Int { 4 }
    @inline(__always) static var outputs: Int { 4 }
    @inline(__always)
    static func apply<X: VectorSource, Y: VectorTarget>(_ x: X, _ y: Y) {
      let (x0, x1, x2, x3) = (x(0), x(1), x(2), x(3))
      y(0, x1)
      y(1, x0 - x2 - x3)
      y(2, x0 + x2 - x1)
      y(3, x3)
    }
  }

  enum ProductsToFine: LinearMap {
    @inline(__always) static var inputs: Int { 7 }
    @inline(__always) static var outputs: Int { 6 }
    @inline(__always)
    static func apply<X: VectorSource, Y: VectorTarget>(_ x: X, _ y: Y) {
      let shared = x(0)
      let (e0, e1, e2) = (x(1), x(2), x(3))
      let (o0, o1, o2) = (x(4), x(5), x(6))
      y(0, shared + o0 + o1)
      y(1, shared + e0 + e1)
      y(2, shared - o1)
      y(3, shared - e1)
      y(4, shared + o1 + o2)
      y(5, shared + e1 + e2)
    }
  }

  enum FineToProducts: LinearMap {
    @inline(__always) static var inputs: Int { 6 }
    @inline(__always) static var outputs: Int { 7 }
    @inline(__always)
    static func apply<X: VectorSource, Y: VectorTarget>(_ x: X, _ y: Y) {
      let (o0, e0, o1) = (x(0), x(1), x(2))
      let (e1, o2, e2) = (x(3), x(4), x(5))
      let (even, odd) = (e0 + e2, o0 + o2)
      y(0, odd + o1 + even + e1)
      y(1, e0)
      y(2, even - e1)
      y(3, e2)
      y(4, o0)
      y(5, odd - o1)
      y(6, o2)
    }
  }

  enum TapsToProducts: LinearMap {
    @inline(__always) static var inputs: Int { 3 }
    @inline(__always) static var outputs: Int { 7 }
    @inline(__always)
    static func apply<X: VectorSource, Y: VectorTarget>(_ x: X, _ y: Y) {
      let (x0, x1, x2) = (x(0), x(1), x(2))
      y(0, 0.5 * (x0 + x1 + x2))
      y(1, x0)
      y(2, 0.5 * (x0 - x1 - x2))
      y(3, x1 + x2)
      y(4, x0 + x1)
      y(5, 0.5 * (x0 + x1 - x2))
      y(6, x2)
    }
  }

  enum ProductsToTaps: LinearMap {
    @inline(__always) static var inputs: Int { 7 }
    @inline(__always) static var outputs: Int { 3 }
    @inline(__always)
    static func apply<X: VectorSource, Y: VectorTarget>(_ x: X, _ y: Y) {
      let (shared, e1, o1) = (0.5 * x(0), 0.5 * x(2), 0.5 * x(5))
      let (e0, e2, o0, o2) = (x(1), x(3), x(4), x(6))
      y(0, shared + e0 + e1 + o0 + o1)
      y(1, shared - e1 + e2 + o0 + o1)
      y(2, shared - e1 + e2 - o1 + o2)
    }
  }
}
