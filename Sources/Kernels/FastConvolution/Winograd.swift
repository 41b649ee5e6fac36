/// F(4 × 4, 3 × 3): 36 products for 16 outputs. The points are 0, 1, −1, 2, −2 and ∞.
enum Winograd: TransformScheme {
  @inline(__always) static var ratio: Int { 1 }
  @inline(__always) static var coarse: TileWindow { TileWindow(size: 6, step: 4, origin: -1) }
  @inline(__always) static var fine: TileWindow { TileWindow(size: 4, step: 4, origin: 0) }
  @inline(__always) static var points: Int { 6 }
  @inline(__always) static var products: Int { 6 }
  @inline(__always) static func point(of product: Int) -> Int { product }
  @inline(__always) static func isFirst(_ product: Int) -> Bool { true }

  enum CoarseToPoints: LinearMap {
    @inline(__always) static var inputs: Int { 6 }
    @inline(__always) static var outputs: Int { 6 }
    @inline(__always)
    static func apply(_ x: UnsafePointer<Float>, _ s: Int, _ y: UnsafeMutablePointer<Float>, _ t: Int) {
      let (x0, x1, x2) = (load(x), load(x + s), load(x + 2 &* s))
      let (x3, x4, x5) = (load(x + 3 &* s), load(x + 4 &* s), load(x + 5 &* s))
      let (a, b) = (x4 - 4 * x2, x3 - 4 * x1)
      let (c, d) = (x4 - x2, 2 * (x3 - x1))
      store(4 * x0 - 5 * x2 + x4, to: y)
      store(a + b, to: y + t)
      store(a - b, to: y + 2 &* t)
      store(c + d, to: y + 3 &* t)
      store(c - d, to: y + 4 &* t)
      store(4 * x1 - 5 * x3 + x5, to: y + 5 &* t)
    }
  }

  enum PointsToCoarse: LinearMap {
    @inline(__always) static var inputs: Int { 6 }
    @inline(__always) static var outputs: Int { 6 }
    @inline(__always)
    static func apply(_ x: UnsafePointer<Float>, _ s: Int, _ y: UnsafeMutablePointer<Float>, _ t: Int) {
      let (x0, x1, x2) = (load(x), load(x + s), load(x + 2 &* s))
      let (x3, x4, x5) = (load(x + 3 &* s), load(x + 4 &* s), load(x + 5 &* s))
      let (a, b) = (x1 + x2, x1 - x2)
      let (c, d) = (x3 + x4, 2 * (x3 - x4))
      store(4 * x0, to: y)
      store(4 * (x5 - b) - d, to: y + t)
      store(-5 * x0 - 4 * a - c, to: y + 2 &* t)
      store(b + d - 5 * x5, to: y + 3 &* t)
      store(x0 + a + c, to: y + 4 &* t)
      store(x5, to: y + 5 &* t)
    }
  }

  enum ProductsToFine: LinearMap {
    @inline(__always) static var inputs: Int { 6 }
    @inline(__always) static var outputs: Int { 4 }
    @inline(__always)
    static func apply(_ x: UnsafePointer<Float>, _ s: Int, _ y: UnsafeMutablePointer<Float>, _ t: Int) {
      let (x0, x1, x2) = (load(x), load(x + s), load(x + 2 &* s))
      let (x3, x4, x5) = (load(x + 3 &* s), load(x + 4 &* s), load(x + 5 &* s))
      let (a, b) = (x1 + x2, x1 - x2)
      let (c, d) = (x3 + x4, x3 - x4)
      store(x0 + a + c, to: y)
      store(b + 2 * d, to: y + t)
      store(a + 4 * c, to: y + 2 &* t)
      store(b + 8 * d + x5, to: y + 3 &* t)
    }
  }

  enum FineToProducts: LinearMap {
    @inline(__always) static var inputs: Int { 4 }
    @inline(__always) static var outputs: Int { 6 }
    @inline(__always)
    static func apply(_ x: UnsafePointer<Float>, _ s: Int, _ y: UnsafeMutablePointer<Float>, _ t: Int) {
      let (x0, x1, x2, x3) = (load(x), load(x + s), load(x + 2 &* s), load(x + 3 &* s))
      let (a, b) = (x0 + x2, x1 + x3)
      let (c, d) = (x0 + 4 * x2, 2 * x1 + 8 * x3)
      store(x0, to: y)
      store(a + b, to: y + t)
      store(a - b, to: y + 2 &* t)
      store(c + d, to: y + 3 &* t)
      store(c - d, to: y + 4 &* t)
      store(x3, to: y + 5 &* t)
    }
  }

  enum TapsToProducts: LinearMap {
    @inline(__always) static var inputs: Int { 3 }
    @inline(__always) static var outputs: Int { 6 }
    @inline(__always)
    static func apply(_ x: UnsafePointer<Float>, _ s: Int, _ y: UnsafeMutablePointer<Float>, _ t: Int) {
      let (x0, x1, x2) = (load(x), load(x + s), load(x + 2 &* s))
      let sixth = Float(1.0 / 6)
      let (a, b) = ((x0 + x2) * -sixth, x1 * -sixth)
      let (c, d) = (x0 * Float(1.0 / 24) + x2 * sixth, x1 * Float(1.0 / 12))
      store(0.25 * x0, to: y)
      store(a + b, to: y + t)
      store(a - b, to: y + 2 &* t)
      store(c + d, to: y + 3 &* t)
      store(c - d, to: y + 4 &* t)
      store(x2, to: y + 5 &* t)
    }
  }

  enum ProductsToTaps: LinearMap {
    @inline(__always) static var inputs: Int { 6 }
    @inline(__always) static var outputs: Int { 3 }
    @inline(__always)
    static func apply(_ x: UnsafePointer<Float>, _ s: Int, _ y: UnsafeMutablePointer<Float>, _ t: Int) {
      let (x0, x1, x2) = (load(x), load(x + s), load(x + 2 &* s))
      let (x3, x4, x5) = (load(x + 3 &* s), load(x + 4 &* s), load(x + 5 &* s))
      let sixth = Float(1.0 / 6)
      let (a, b) = ((x1 + x2) * -sixth, (x1 - x2) * -sixth)
      let (c, d) = (x3 + x4, x3 - x4)
      store(0.25 * x0 + a + c * Float(1.0 / 24), to: y)
      store(b + d * Float(1.0 / 12), to: y + t)
      store(a + c * sixth + x5, to: y + 2 &* t)
    }
  }
}
