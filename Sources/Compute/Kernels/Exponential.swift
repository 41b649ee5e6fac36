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

/// tanh x of several numbers, to about two units of the last place; not-a-number stays what it is, and so does the sign of 0.
///
/// Up to 0.625 it is x + x³ p(x²) with p of degree 4, whose relative error of 4e-9 is the least that this degree can have; above, it is
/// (1 − t) / (1 + t) with t = exp(−2 |x|), where the subtraction cancels nothing.
@inline(__always)
func hyperbolicTangent(_ x: Vector) -> Vector {
  let squared = x * x
  var p = Vector(repeating: -0.005_704_986_4)
  p = multiply(p, squared, adding: 0.020_639_086)
  p = multiply(p, squared, adding: -0.053_739_715)
  p = multiply(p, squared, adding: 0.133_314_416)
  p = multiply(p, squared, adding: -0.333_332_807)
  var small = x
  small.accumulate(x * squared, p)
  let magnitude = x.replacing(with: -x, where: x .< 0)
  let t = exponential(-2 * magnitude)
  let large = (1 - t) / (1 + t)
  let signed = large.replacing(with: -large, where: x .< 0)
  // Sums lose the sign of 0.
  return signed.replacing(with: small, where: magnitude .< 0.625).replacing(with: x, where: x .== 0)
}

@inline(__always)
private func multiply(_ a: Vector, _ b: Vector, adding c: Float) -> Vector {
  var result = Vector(repeating: c)
  result.accumulate(a, b)
  return result
}
