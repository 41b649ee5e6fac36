internal import CVectors

// The shapes below are those of the machine's registers; Package.swift defines for which machine the program is built.

#if SAGAN_ISA_V4
  /// As many numbers as one register holds.
  typealias Vector = SIMD16<Float>
#elseif SAGAN_ISA_V3
  /// As many numbers as one register holds.
  typealias Vector = SIMD8<Float>
#else
  /// As many numbers as one register holds.
  typealias Vector = SIMD4<Float>
#endif

/// The registers' width, and the blocks in which the products below are computed.
///
/// A block of the product keeps `productRows` × `productVectors` accumulators, one of the gradient `gradientRows` ×
/// `gradientVectors`: with 32 registers (AVX-512, NEON) 16 accumulators, with 16 (AVX2) 12. More would be spilled, fewer
/// would wait for each other: two multiply-adds can start in each cycle, and one takes four.
enum VectorLanes {
  /// Numbers of one vector.
  @inline(__always) static var count: Int { Vector.scalarCount }
  #if SAGAN_ISA_V3
    @inline(__always) static var rowsPerPanel: Int { 6 }
    // The fewest loads for 12 multiply-adds, 7 where 6 × 2 have 8: it tells where another thread shares the core.
    @inline(__always) static var productRows: Int { 3 }
    @inline(__always) static var productVectors: Int { 4 }
    @inline(__always) static var gradientRows: Int { 6 }
    @inline(__always) static var gradientVectors: Int { 2 }
    typealias ProductBlock = InlineArray<12, Vector>
    typealias GradientBlock = InlineArray<12, Vector>
  #elseif SAGAN_ISA_V4
    @inline(__always) static var rowsPerPanel: Int { 8 }
    @inline(__always) static var productRows: Int { 8 }
    @inline(__always) static var productVectors: Int { 2 }
    @inline(__always) static var gradientRows: Int { 8 }
    @inline(__always) static var gradientVectors: Int { 2 }
    typealias ProductBlock = InlineArray<16, Vector>
    typealias GradientBlock = InlineArray<16, Vector>
  #else
    @inline(__always) static var rowsPerPanel: Int { 8 }
    @inline(__always) static var productRows: Int { 8 }
    @inline(__always) static var productVectors: Int { 2 }
    @inline(__always) static var gradientRows: Int { 4 }
    @inline(__always) static var gradientVectors: Int { 4 }
    typealias ProductBlock = InlineArray<16, Vector>
    typealias GradientBlock = InlineArray<16, Vector>
  #endif

  /// Columns of one block of the product.
  @inline(__always) static var productColumns: Int { productVectors &* count }
  /// Columns of one block of the gradient.
  @inline(__always) static var gradientColumns: Int { gradientVectors &* count }
  /// Numbers of one panel's rows in one group of channels.
  @inline(__always) static var group: Int { rowsPerPanel &* count }
}

/// The vector at `p`.
@inline(__always)
func load(_ p: UnsafePointer<Float>) -> Vector { UnsafeRawPointer(p).loadUnaligned(as: Vector.self) }

/// Writes `v` to `p`.
@inline(__always)
func store(_ v: Vector, to p: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(p).storeBytes(of: v, as: Vector.self)
}

@inline(__always) func + (a: Vector, b: Vector) -> Vector { sum_of(a, b) }
@inline(__always) func - (a: Vector, b: Vector) -> Vector { difference_of(a, b) }
@inline(__always) func * (a: Vector, b: Vector) -> Vector { product_of(a, b) }
@inline(__always) func * (a: Float, b: Vector) -> Vector { product_of(Vector(repeating: a), b) }
@inline(__always) func * (a: Vector, b: Float) -> Vector { product_of(a, Vector(repeating: b)) }
@inline(__always) func += (a: inout Vector, b: Vector) { a = sum_of(a, b) }
@inline(__always) func -= (a: inout Vector, b: Vector) { a = difference_of(a, b) }
@inline(__always) func *= (a: inout Vector, b: Vector) { a = product_of(a, b) }
@inline(__always) func *= (a: inout Vector, b: Float) { a = product_of(a, Vector(repeating: b)) }

extension Vector {
  /// `self += a · b`, rounded once where the machine can.
  @inline(__always)
  mutating func accumulate(_ a: Self, _ b: Self) {
    #if SAGAN_ISA_V4 || SAGAN_ISA_V3 || arch(arm64)
      self = fused(a, b, self)
    #else
      self += a * b
    #endif
  }

  /// `self + factor · b`, rounded once where the machine can.
  @inline(__always)
  func adding(_ factor: Float, _ b: Self) -> Self {
    var result = self
    result.accumulate(Self(repeating: factor), b)
    return result
  }
}

/// The largest of four numbers.
@inline(__always)
func largest(_ v: SIMD4<Float>) -> Float { max(max(v[0], v[1]), max(v[2], v[3])) }

/// The largest of eight numbers.
@inline(__always)
func largest(_ v: SIMD8<Float>) -> Float {
  largest(v.lowHalf.replacing(with: v.highHalf, where: v.highHalf .> v.lowHalf))
}

/// The largest of sixteen numbers.
@inline(__always)
func largest(_ v: SIMD16<Float>) -> Float {
  largest(v.lowHalf.replacing(with: v.highHalf, where: v.highHalf .> v.lowHalf))
}
