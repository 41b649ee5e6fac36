#if canImport(Glibc)
  internal import Glibc
#endif

/// The vector between two others along the great circle through their directions (Shoemake 1985; for latent vectors White
/// 2016): unlike the straight line it stays as far from the origin as normal vectors are.
///
///     sin((1 − t) Ω) / sin Ω · a + sin(t Ω) / sin Ω · b,   cos Ω = a · b / (|a| |b|)
///
/// Parallel vectors, opposite ones, through which there is no one great circle, and zeros are joined by the straight line.
///
/// - Parameters:
///   - a: Where t is 0.
///   - b: Where t is 1.
///   - t: How far from a to b, 0…1; the ends have the bits of a and b.
/// - Returns: The vector.
package func sphericalMean(_ a: [Float], _ b: [Float], _ t: Double) -> [Float] {
  var (product, square, otherSquare) = (0.0, 0.0, 0.0)
  for (x, y) in zip(a, b) {
    product += Double(x) * Double(y)
    square += Double(x) * Double(x)
    otherSquare += Double(y) * Double(y)
  }
  let cosine = product / (square * otherSquare).squareRoot()
  let sine = (1 - cosine * cosine).squareRoot()
  // Not above the bound, and for zeros not a number.
  guard sine > 1e-6 else { return zip(a, b).map { Float((1 - t) * Double($0) + t * Double($1)) } }
  let angle = acos(cosine)
  let (first, second) = (sin((1 - t) * angle) / sin(angle), sin(t * angle) / sin(angle))
  return zip(a, b).map { Float(first * Double($0) + second * Double($1)) }
}
