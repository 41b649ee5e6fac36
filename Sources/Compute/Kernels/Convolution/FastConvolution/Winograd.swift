/// F(4 × 4, 3 × 3), with 36 products for 16 outputs, at the points 0, ±a, ±b and ∞ with a = 3/4 and b = 3/2.
///
/// Points of opposite sign share their sums. The customary a = 1 and b = 2 have smaller constants to write down, but errors
/// four times as large: powers up to b³ on one side then meet their inverses on the other. The powers below are exact.
enum Winograd: TransformScheme {
  @inline(__always) static var coarse: TileWindow { TileWindow(size: 6, step: 4, origin: -1) }
  @inline(__always) static var fine: TileWindow { TileWindow(size: 4, step: 4, origin: 0) }
  @inline(__always) static var points: Int { 6 }
  @inline(__always) static var products: Int { 6 }
  @inline(__always) static func point(of product: Int) -> Int { product }
  @inline(__always) static func isFirst(_ product: Int) -> Bool { true }

  @inline(__always) private static var a: Float { 0.75 }
  @inline(__always) private static var a2: Float { 0.5625 }
  @inline(__always) private static var a3: Float { 0.421875 }
  @inline(__always) private static var b: Float { 1.5 }
  @inline(__always) private static var b2: Float { 2.25 }
  @inline(__always) private static var b3: Float { 3.375 }
  /// a² + b² and a² · b²: the coefficients of (t² − a²)(t² − b²).
  @inline(__always) private static var sum: Float { 2.8125 }
  @inline(__always) private static var product: Float { 1.265625 }
  /// 1 / (a² b²), 1 / (2 a² (a² − b²)) and 1 / (2 b² (b² − a²)): what Lagrange's polynomials at 0, ±a and ±b are divided by.
  @inline(__always) private static var at0: Float { 64 / 81 }
  @inline(__always) private static var atA: Float { -128 / 243 }
  @inline(__always) private static var atB: Float { 32 / 243 }

  enum CoarseToPoints: LinearMap {
    @inline(__always) static var inputs: Int { 6 }
    @inline(__always) static var outputs: Int { 6 }
    @inline(__always)
    static func apply<X: VectorSource, Y: VectorTarget>(_ x: X, _ y: Y) {
      let (x0, x1, x2) = (x(0), x(1), x(2))
      let (x3, x4, x5) = (x(3), x(4), x(5))
      let (evenA, oddA) = (x4.adding(-b2, x2), a * x3.adding(-b2, x1))
      let (evenB, oddB) = (x4.adding(-a2, x2), b * x3.adding(-a2, x1))
      y(0, x4.adding(-sum, x2).adding(product, x0))
      y(1, evenA + oddA)
      y(2, evenA - oddA)
      y(3, evenB + oddB)
      y(4, evenB - oddB)
      y(5, x5.adding(-sum, x3).adding(product, x1))
    }
  }

  enum PointsToCoarse: LinearMap {
    @inline(__always) static var inputs: Int { 6 }
    @inline(__always) static var outputs: Int { 6 }
    @inline(__always)
    static func apply<X: VectorSource, Y: VectorTarget>(_ x: X, _ y: Y) {
      let (x0, x1, x2) = (x(0), x(1), x(2))
      let (x3, x4, x5) = (x(3), x(4), x(5))
      let (evenA, oddA) = (x1 + x2, a * (x1 - x2))
      let (evenB, oddB) = (x3 + x4, b * (x3 - x4))
      y(0, product * x0)
      y(1, (product * x5).adding(-b2, oddA).adding(-a2, oddB))
      y(2, (-sum * x0).adding(-b2, evenA).adding(-a2, evenB))
      y(3, (oddA + oddB).adding(-sum, x5))
      y(4, x0 + evenA + evenB)
      y(5, x5)
    }
  }

  enum ProductsToFine: LinearMap {
    @inline(__always) static var inputs: Int { 6 }
    @inline(__always) static var outputs: Int { 4 }
    @inline(__always)
    static func apply<X: VectorSource, Y: VectorTarget>(_ x: X, _ y: Y) {
      let (x0, x1, x2) = (x(0), x(1), x(2))
      let (x3, x4, x5) = (x(3), x(4), x(5))
      let (evenA, oddA) = (x1 + x2, x1 - x2)
      let (evenB, oddB) = (x3 + x4, x3 - x4)
      y(0, x0 + evenA + evenB)
      y(1, (a * oddA).adding(b, oddB))
      y(2, (a2 * evenA).adding(b2, evenB))
      y(3, x5.adding(a3, oddA).adding(b3, oddB))
    }
  }

  enum FineToProducts: LinearMap {
    @inline(__always) static var inputs: Int { 4 }
    @inline(__always) static var outputs: Int { 6 }
    @inline(__always)
    static func apply<X: VectorSource, Y: VectorTarget>(_ x: X, _ y: Y) {
      let (x0, x1, x2, x3) = (x(0), x(1), x(2), x(3))
      let (evenA, oddA) = (x0.adding(a2, x2), (a * x1).adding(a3, x3))
      let (evenB, oddB) = (x0.adding(b2, x2), (b * x1).adding(b3, x3))
      y(0, x0)
      y(1, evenA + oddA)
      y(2, evenA - oddA)
      y(3, evenB + oddB)
      y(4, evenB - oddB)
      y(5, x3)
    }
  }

  enum TapsToProducts: LinearMap {
    @inline(__always) static var inputs: Int { 3 }
    @inline(__always) static var outputs: Int { 6 }
    @inline(__always)
    static func apply<X: VectorSource, Y: VectorTarget>(_ x: X, _ y: Y) {
      let (x0, x1, x2) = (x(0), x(1), x(2))
      let (evenA, oddA) = (atA * x0.adding(a2, x2), (atA * a) * x1)
      let (evenB, oddB) = (atB * x0.adding(b2, x2), (atB * b) * x1)
      y(0, at0 * x0)
      y(1, evenA + oddA)
      y(2, evenA - oddA)
      y(3, evenB + oddB)
      y(4, evenB - oddB)
      y(5, x2)
    }
  }

  enum ProductsToTaps: LinearMap {
    @inline(__always) static var inputs: Int { 6 }
    @inline(__always) static var outputs: Int { 3 }
    @inline(__always)
    static func apply<X: VectorSource, Y: VectorTarget>(_ x: X, _ y: Y) {
      let (x0, x1, x2) = (x(0), x(1), x(2))
      let (x3, x4, x5) = (x(3), x(4), x(5))
      let (evenA, oddA) = (atA * (x1 + x2), (atA * a) * (x1 - x2))
      let (evenB, oddB) = (atB * (x3 + x4), (atB * b) * (x3 - x4))
      y(0, (evenA + evenB).adding(at0, x0))
      y(1, oddA + oddB)
      y(2, x5.adding(a2, evenA).adding(b2, evenB))
    }
  }
}
