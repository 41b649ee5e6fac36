internal import COpenBLAS

/// Cholesky factor of a symmetric positive semidefinite matrix of any rank: `A[p, p] = L · Lᵀ`, with `L` of `rank` columns.
///
/// Each step takes the largest diagonal element that is left. When none exceeds `order · 2⁻⁵³ ·` the largest of the matrix, the
/// rest is rounding and `L` ends there. The corresponding LAPACK routine is `dpstrf`.
///
/// - Parameter matrix: Symmetric, not transposed; only its lower triangle is read. Afterwards its lower triangle holds `L`; what lies
///   right of column `rank`, and above the diagonal, means nothing.
/// - Returns: The rank, and the order `p`: row `i` of `L` belongs to row `p[i]` of the matrix.
public func factorize(_ matrix: Matrix<Double>) -> (rank: Int, order: [Int]) {
  precondition(
    matrix.rows == matrix.columns && !matrix.isTransposed, "a factor of \(matrix.rows) × \(matrix.columns) numbers")
  if matrix.rows == 0 { return (0, []) }
  var (n, stride) = (CInt(checked: matrix.rows), CInt(checked: matrix.stride))
  var (rank, info, tolerance) = (CInt(0), CInt(0), -1.0)
  var pivots = [CInt](repeating: 0, count: matrix.rows)
  let work = Scratch<Double>(2 * matrix.rows)
  // The lower triangle, row by row, is the upper triangle, column by column.
  // dpstrf_(uplo, n, a, lda, piv, rank, tol, work, info)
  dpstrf_("U", &n, matrix.base, &stride, &pivots, &rank, &tolerance, work.base, &info, 1)
  withExtendedLifetime(work) {}
  precondition(info >= 0, "argument \(-info) of dpstrf")
  return (Int(rank), pivots.map { Int($0) - 1 })
}

/// Eigenvalues of a symmetric matrix, in ascending order.
///
/// The corresponding LAPACK routine is `dsyevd`.
///
/// - Parameter matrix: Symmetric, finite, not transposed, at a multiple of 64 bytes for the same bits each time; only its lower
///   triangle is read. Its numbers are lost.
/// - Returns: As many eigenvalues as the matrix has rows.
public func eigenvalues(of matrix: Matrix<Double>) -> [Double] {
  precondition(
    matrix.rows == matrix.columns && !matrix.isTransposed, "eigenvalues of \(matrix.rows) × \(matrix.columns) numbers")
  if matrix.rows == 0 { return [] }
  var (n, stride, info) = (CInt(checked: matrix.rows), CInt(checked: matrix.stride), CInt(0))
  var values = [Double](repeating: 0, count: matrix.rows)
  // Asked with −1, the routine tells the sizes that it wants.
  var (size, integerSize, wantedSize, wantedIntegerSize) = (CInt(-1), CInt(-1), 0.0, CInt(0))
  // dsyevd_(jobz, uplo, n, a, lda, w, work, lwork, iwork, liwork, info)
  dsyevd_(
    "N", "U", &n, matrix.base, &stride, &values, &wantedSize, &size, &wantedIntegerSize, &integerSize, &info, 1, 1)
  precondition(info == 0, "argument \(-info) of dsyevd")
  (size, integerSize) = (CInt(wantedSize), wantedIntegerSize)
  let (work, integers) = (Scratch<Double>(Int(size)), Scratch<CInt>(Int(integerSize)))
  dsyevd_("N", "U", &n, matrix.base, &stride, &values, work.base, &size, integers.base, &integerSize, &info, 1, 1)
  withExtendedLifetime((work, integers)) {}
  precondition(info == 0, "the eigenvalues of \(n) × \(n) numbers do not converge (dsyevd: \(info))")
  return values
}

/// Memory for the time of a call, at a multiple of 64 bytes: on some processors sums depend on where their terms lie.
private final class Scratch<Element: BitwiseCopyable> {
  let base: UnsafeMutablePointer<Element>

  init(_ count: Int) {
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: max(count, 1) * MemoryLayout<Element>.stride, alignment: 64)
    base = memory.bindMemory(to: Element.self, capacity: count)
  }

  deinit { UnsafeMutableRawPointer(base).deallocate() }
}
