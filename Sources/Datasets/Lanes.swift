/// Eight pixels of a row.
typealias Lanes = SIMD8<Float>

/// The larger of each two numbers.
@inline(__always)
func larger(_ a: Lanes, _ b: Lanes) -> Lanes { a.replacing(with: b, where: a .< b) }

/// The smaller of each two numbers.
@inline(__always)
func smaller(_ a: Lanes, _ b: Lanes) -> Lanes { a.replacing(with: b, where: b .< a) }

/// Each number without its sign.
@inline(__always)
func absolute(_ a: Lanes) -> Lanes { larger(a, Lanes(repeating: 0) - a) }

/// Each number, or the nearer end of 0…1 if it lies outside.
@inline(__always)
func clampedToUnit(_ a: Lanes) -> Lanes { smaller(larger(a, Lanes(repeating: 0)), Lanes(repeating: 1)) }
