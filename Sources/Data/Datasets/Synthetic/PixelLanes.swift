/// Eight pixels of a row.
typealias PixelLanes = SIMD8<Float>

/// The larger of each two numbers.
@inline(__always)
func larger(_ a: PixelLanes, _ b: PixelLanes) -> PixelLanes { a.replacing(with: b, where: a .< b) }

/// The smaller of each two numbers.
@inline(__always)
func smaller(_ a: PixelLanes, _ b: PixelLanes) -> PixelLanes { a.replacing(with: b, where: b .< a) }

/// Each number without its sign.
@inline(__always)
func absolute(_ a: PixelLanes) -> PixelLanes { larger(a, PixelLanes(repeating: 0) - a) }

/// Each number, or the nearer end of 0…1 if it lies outside.
@inline(__always)
func clampedToUnit(_ a: PixelLanes) -> PixelLanes {
  smaller(larger(a, PixelLanes(repeating: 0)), PixelLanes(repeating: 1))
}

/// The nearest whole numbers; magnitudes stay below 2²².
///
/// At 1.5 · 2²³ the spacing of single precision is 1, so the addition itself rounds.
@inline(__always)
func nearestWhole(_ a: PixelLanes) -> PixelLanes { (a + 0x1.8p23) - 0x1.8p23 }

/// The bytes nearest to numbers in 0…1 times 255.
@inline(__always)
func bytes(_ a: PixelLanes) -> SIMD8<UInt8> {
  // At 2²³ the low bits of the representation are the whole number.
  SIMD8<UInt8>(truncatingIfNeeded: unsafeBitCast(a * 255 + 0x1p23, to: SIMD8<UInt32>.self))
}
