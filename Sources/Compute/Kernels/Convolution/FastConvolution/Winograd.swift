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
    static func apply<Reader: VectorReader>(
      _ x: UnsafePointer<Float>, _ s: Int, _ y: UnsafeMutablePointer<Float>, _ t: Int, _ from: Reader
    ) {
      let (x0, x1, x2) = (from.read(x), from.read(x + s), from.read(x + 2 &* s))
      let (x3, x4, x5) = (from.read(x + 3 &* s), from.read(x + 4 &* s), from.read(x + 5 &* s))
      let (evenA, oddA) = (x4.adding(-b2, x2), a * x3.adding(-b2, x1))
      let (evenB, oddB) = (x4.adding(-a2, x2), b * x3.adding(-a2, x1))
      store(x4.adding(-sum, x2).adding(product, x0), to: y)
      store(evenA + oddA, to: y + t)
      store(evenA - oddA, to: y + 2 &* t)
      store(evenB + oddB, to: y + 3 &* t)
      store(evenB - oddB, to: y + 4 &* t)
      store(x5.adding(-sum, x3).adding(product, x1), to: y + 5 &* t)
    }
  }

  enum PointsToCoarse: LinearMap {
    @inline(__always) static var inputs: Int { 6 }
    @inline(__always) static var outputs: Int { 6 }
    @inline(__always)
    static func apply<Reader: VectorReader>(
      _ x: UnsafePointer<Float>, _ s: Int, _ y: UnsafeMutablePointer<Float>, _ t: Int, _ from: Reader
    ) {
      let (x0, x1, x2) = (from.read(x), from.read(x + s), from.read(x + 2 &* s))
      let (x3, x4, x5) = (from.read(x + 3 &* s), from.read(x + 4 &* s), from.read(x + 5 &* s))
      let (evenA, oddA) = (x1 + x2, a * (x1 - x2))
      let (evenB, oddB) = (x3 + x4, b * (x3 - x4))
      store(product * x0, to: y)
      store((product * x5).adding(-b2, oddA).adding(-a2, oddB), to: y + t)
      store((-sum * x0).adding(-b2, evenA).adding(-a2, evenB), to: y + 2 &* t)
      store((oddA + oddB).adding(-sum, x5), to: y + 3 &* t)
      store(x0 + evenA + evenB, to: y + 4 &* t)
      store(x5, to: y + 5 &* t)
    }
  }

  enum ProductsToFine: LinearMap {
    @inline(__always) static var inputs: Int { 6 }
    @inline(__always) static var outputs: Int { 4 }
    @inline(__always)
    static func apply<Reader: VectorReader>(
      _ x: UnsafePointer<Float>, _ s: Int, _ y: UnsafeMutablePointer<Float>, _ t: Int, _ from: Reader
    ) {
      let (x0, x1, x2) = (from.read(x), from.read(x + s), from.read(x + 2 &* s))
      let (x3, x4, x5) = (from.read(x + 3 &* s), from.read(x + 4 &* s), from.read(x + 5 &* s))
      let (evenA, oddA) = (x1 + x2, x1 - x2)
      let (evenB, oddB) = (x3 + x4, x3 - x4)
      store(x0 + evenA + evenB, to: y)
      store((a * oddA).adding(b, oddB), to: y + t)
      store((a2 * evenA).adding(b2, evenB), to: y + 2 &* t)
      store(x5.adding(a3, oddA).adding(b3, oddB), to: y + 3 &* t)
    }
  }

  enum FineToProducts: LinearMap {
    @inline(__always) static var inputs: Int { 4 }
    @inline(__always) static var outputs: Int { 6 }
    @inline(__always)
    static func apply<Reader: VectorReader>(
      _ x: UnsafePointer<Float>, _ s: Int, _ y: UnsafeMutablePointer<Float>, _ t: Int, _ from: Reader
    ) {
      let (x0, x1, x2, x3) = (from.read(x), from.read(x + s), from.read(x + 2 &* s), from.read(x + 3 &* s))
      let (evenA, oddA) = (x0.adding(a2, x2), (a * x1).adding(a3, x3))
      let (evenB, oddB) = (x0.adding(b2, x2), (b * x1).adding(b3, x3))
      store(x0, to: y)
      store(evenA + oddA, to: y + t)
      store(evenA - oddA, to: y + 2 &* t)
      store(evenB + oddB, to: y + 3 &* t)
      store(evenB - oddB, to: y + 4 &* t)
      store(x3, to: y + 5 &* t)
    }
  }

  enum TapsToProducts: LinearMap {
    @inline(__always) static var inputs: Int { 3 }
    @inline(__always) static var outputs: Int { 6 }
    @inline(__always)
    static func apply<Reader: VectorReader>(
      _ x: UnsafePointer<Float>, _ s: Int, _ y: UnsafeMutablePointer<Float>, _ t: Int, _ from: Reader
    ) {
      let (x0, x1, x2) = (from.read(x), from.read(x + s), from.read(x + 2 &* s))
      let (evenA, oddA) = (atA * x0.adding(a2, x2), (atA * a) * x1)
      let (evenB, oddB) = (atB * x0.adding(b2, x2), (atB * b) * x1)
      store(at0 * x0, to: y)
      store(evenA + oddA, to: y + t)
      store(evenA - oddA, to: y + 2 &* t)
      store(evenB + oddB, to: y + 3 &* t)
      store(evenB - oddB, to: y + 4 &* t)
      store(x2, to: y + 5 &* t)
    }
  }

  enum ProductsToTaps: LinearMap {
    @inline(__always) static var inputs: Int { 6 }
    @inline(__always) static var outputs: Int { 3 }
    @inline(__always)
    static func apply<Reader: VectorReader>(
      _ x: UnsafePointer<Float>, _ s: Int, _ y: UnsafeMutablePointer<Float>, _ t: Int, _ from: Reader
    ) {
      let (x0, x1, x2) = (from.read(x), from.read(x + s), from.read(x + 2 &* s))
      let (x3, x4, x5) = (from.read(x + 3 &* s), from.read(x + 4 &* s), from.read(x + 5 &* s))
      let (evenA, oddA) = (atA * (x1 + x2), (atA * a) * (x1 - x2))
      let (evenB, oddB) = (atB * (x3 + x4), (atB * b) * (x3 - x4))
      store((evenA + evenB).adding(at0, x0), to: y)
      store(oddA + oddB, to: y + t)
      store(x5.adding(a2, evenA).adding(b2, evenB), to: y + 2 &* t)
    }
  }
}
