/// eˣ of several numbers up to 0, to about one unit of the last place; not-a-number stays what it is.
///
/// With n the nearest integer to x / ln 2 and r = x − n ln 2, it is 2ⁿ times a polynomial of degree 6 in r, |r| ≤ ln 2 / 2.
/// Numbers below −87 give the result of −87, about 1.6e-38.
@inline(__always)
func exponential(_ x: Vector) -> Vector {
  let x = x.replacing(with: -87, where: x .< -87)
  // Adding 1.5 · 2²³ rounds to an integer, which then stands in the lowest bits.
  let magic: Float = 12_582_912
  let shifted = Vector(repeating: magic).adding(1.442_695_04, x)
  let n = shifted - magic
  // ln 2 in two parts, the first of so few bits that its product with n is exact.
  let r = x.adding(-0.693_359_375, n).adding(2.121_944_4e-4, n)
  var result = Vector(repeating: 1 / 720)
  result = multiply(result, r, adding: 1 / 120)
  result = multiply(result, r, adding: 1 / 24)
  result = multiply(result, r, adding: 1 / 6)
  result = multiply(result, r, adding: 0.5)
  result = multiply(result, r, adding: 1)
  result = multiply(result, r, adding: 1)
  let exponent = (unsafeBitCast(shifted, to: Vector.MaskStorage.self) &<< 23) &+ 0x3F80_0000
  return result * unsafeBitCast(exponent, to: Vector.self)
}

@inline(__always)
private func multiply(_ a: Vector, _ b: Vector, adding c: Float) -> Vector {
  var result = Vector(repeating: c)
  result.accumulate(a, b)
  return result
}
