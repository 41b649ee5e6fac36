/// Matrix product: `c = scale · a · b + adding · c`.
///
/// With `adding` 0, `c` is overwritten, whatever it held. The corresponding BLAS routines are `sgemm` and `dgemm`.
///
/// - Parameters:
///   - a: `[m, k]`.
///   - b: `[k, n]`.
///   - c: `[m, n]`, not transposed; must not alias `a` or `b`.
///   - scale: Factor of the product.
///   - adding: Factor of what `c` held.
public func multiply<Scalar: BLASScalar>(
  _ a: Matrix<Scalar>, _ b: Matrix<Scalar>, into c: Matrix<Scalar>, scale: Scalar = 1, adding: Scalar = 0
) {
  precondition(
    a.columns == b.rows && c.rows == a.rows && c.columns == b.columns && !c.isTransposed,
    "product of \(a.rows) × \(a.columns) and \(b.rows) × \(b.columns) into \(c.rows) × \(c.columns)")
  Scalar.gemm(a, b, into: c, scale: scale, adding: adding)
}

/// Matrix-vector product: `y = a · x + adding · y`.
///
/// With `adding` 0, `y` is overwritten, whatever it held. The corresponding BLAS routines are `sgemv` and `dgemv`.
///
/// - Parameters:
///   - a: `[m, n]`.
///   - x: `n` elements.
///   - y: `m` elements; must not alias `x`.
///   - adding: Factor of what `y` held.
public func multiply<Scalar: BLASScalar>(
  _ a: Matrix<Scalar>, vector x: UnsafePointer<Scalar>, into y: UnsafeMutablePointer<Scalar>, adding: Scalar = 0
) {
  Scalar.gemv(a, vector: x, into: y, adding: adding)
}

/// Sum of the products of `count` pairs.
///
/// The corresponding BLAS routines are `sdot` and `ddot`.
public func dot<Scalar: BLASScalar>(
  _ x: UnsafePointer<Scalar>, _ y: UnsafePointer<Scalar>, count: Int
) -> Scalar {
  Scalar.dot(x, y, count: count)
}
