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
    static func apply<Reader: VectorReader>(
      _ x: UnsafePointer<Float>, _ s: Int, _ y: UnsafeMutablePointer<Float>, _ t: Int, _ from: Reader
    ) {
      let (x0, x1, x2, x3) = (from.read(x), from.read(x + s), from.read(x + 2 &* s), from.read(x + 3 &* s))
      store(x1 + x2, to: y)
      store(x0 - x2, to: y + t)
      store(x2 - x1, to: y + 2 &* t)
      store(x3 - x1, to: y + 3 &* t)
    }
  }

  enum PointsToCoarse: LinearMap {
    @inline(__always) static var inputs: Int { 4 }
    @inline(__always) static var outputs: Int { 4 }
    @inline(__always)
    static func apply<Reader: VectorReader>(
      _ x: UnsafePointer<Float>, _ s: Int, _ y: UnsafeMutablePointer<Float>, _ t: Int, _ from: Reader
    ) {
      let (x0, x1, x2, x3) = (from.read(x), from.read(x + s), from.read(x + 2 &* s), from.read(x + 3 &* s))
      store(x1, to: y)
      store(x0 - x2 - x3, to: y + t)
      store(x0 + x2 - x1, to: y + 2 &* t)
      store(x3, to: y + 3 &* t)
    }
  }

  enum ProductsToFine: LinearMap {
    @inline(__always) static var inputs: Int { 7 }
    @inline(__always) static var outputs: Int { 6 }
    @inline(__always)
    static func apply<Reader: VectorReader>(
      _ x: UnsafePointer<Float>, _ s: Int, _ y: UnsafeMutablePointer<Float>, _ t: Int, _ from: Reader
    ) {
      let shared = from.read(x)
      let (e0, e1, e2) = (from.read(x + s), from.read(x + 2 &* s), from.read(x + 3 &* s))
      let (o0, o1, o2) = (from.read(x + 4 &* s), from.read(x + 5 &* s), from.read(x + 6 &* s))
      store(shared + o0 + o1, to: y)
      store(shared + e0 + e1, to: y + t)
      store(shared - o1, to: y + 2 &* t)
      store(shared - e1, to: y + 3 &* t)
      store(shared + o1 + o2, to: y + 4 &* t)
      store(shared + e1 + e2, to: y + 5 &* t)
    }
  }

  enum FineToProducts: LinearMap {
    @inline(__always) static var inputs: Int { 6 }
    @inline(__always) static var outputs: Int { 7 }
    @inline(__always)
    static func apply<Reader: VectorReader>(
      _ x: UnsafePointer<Float>, _ s: Int, _ y: UnsafeMutablePointer<Float>, _ t: Int, _ from: Reader
    ) {
      let (o0, e0, o1) = (from.read(x), from.read(x + s), from.read(x + 2 &* s))
      let (e1, o2, e2) = (from.read(x + 3 &* s), from.read(x + 4 &* s), from.read(x + 5 &* s))
      let (even, odd) = (e0 + e2, o0 + o2)
      store(odd + o1 + even + e1, to: y)
      store(e0, to: y + t)
      store(even - e1, to: y + 2 &* t)
      store(e2, to: y + 3 &* t)
      store(o0, to: y + 4 &* t)
      store(odd - o1, to: y + 5 &* t)
      store(o2, to: y + 6 &* t)
    }
  }

  enum TapsToProducts: LinearMap {
    @inline(__always) static var inputs: Int { 3 }
    @inline(__always) static var outputs: Int { 7 }
    @inline(__always)
    static func apply<Reader: VectorReader>(
      _ x: UnsafePointer<Float>, _ s: Int, _ y: UnsafeMutablePointer<Float>, _ t: Int, _ from: Reader
    ) {
      let (x0, x1, x2) = (from.read(x), from.read(x + s), from.read(x + 2 &* s))
      store(0.5 * (x0 + x1 + x2), to: y)
      store(x0, to: y + t)
      store(0.5 * (x0 - x1 - x2), to: y + 2 &* t)
      store(x1 + x2, to: y + 3 &* t)
      store(x0 + x1, to: y + 4 &* t)
      store(0.5 * (x0 + x1 - x2), to: y + 5 &* t)
      store(x2, to: y + 6 &* t)
    }
  }

  enum ProductsToTaps: LinearMap {
    @inline(__always) static var inputs: Int { 7 }
    @inline(__always) static var outputs: Int { 3 }
    @inline(__always)
    static func apply<Reader: VectorReader>(
      _ x: UnsafePointer<Float>, _ s: Int, _ y: UnsafeMutablePointer<Float>, _ t: Int, _ from: Reader
    ) {
      let (shared, e1, o1) = (0.5 * from.read(x), 0.5 * from.read(x + 2 &* s), 0.5 * from.read(x + 5 &* s))
      let (e0, e2, o0, o2) = (from.read(x + s), from.read(x + 3 &* s), from.read(x + 4 &* s), from.read(x + 6 &* s))
      store(shared + e0 + e1 + o0 + o1, to: y)
      store(shared - e1 + e2 + o0 + o1, to: y + t)
      store(shared - e1 + e2 - o1 + o2, to: y + 2 &* t)
    }
  }
}
