internal import COpenBLAS

/// A number type that BLAS has routines for; the requirements are the routines that the program uses.
public protocol BLASScalar: BitwiseCopyable, Sendable, ExpressibleByIntegerLiteral {
  /// The routine behind `multiply(_:_:into:scale:adding:)`, for row-major operands.
  static func gemm(
    _ a: Matrix<Self>, _ b: Matrix<Self>, into c: Matrix<Self>, scale: Self, adding: Self)

  /// The routine behind `multiply(_:vector:into:adding:)`, for a row-major matrix.
  static func gemv(
    _ a: Matrix<Self>, vector x: UnsafePointer<Self>, into y: UnsafeMutablePointer<Self>, adding: Self)

  /// The routine behind `dot(_:_:count:)`.
  static func dot(_ x: UnsafePointer<Self>, _ y: UnsafePointer<Self>, count: Int) -> Self
}

extension Float: BLASScalar {
  /// Calls `cblas_sgemm`.
  public static func gemm(
    _ a: Matrix<Float>, _ b: Matrix<Float>, into c: Matrix<Float>, scale: Float, adding: Float
  ) {
    // void cblas_sgemm(order, transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
    cblas_sgemm(
      CblasRowMajor, a.transposition, b.transposition, CInt(checked: c.rows), CInt(checked: c.columns),
      CInt(checked: a.columns), scale, a.base, CInt(checked: a.stride), b.base, CInt(checked: b.stride), adding, c.base,
      CInt(checked: c.stride))
  }

  /// Calls `cblas_sgemv`.
  public static func gemv(
    _ a: Matrix<Float>, vector x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, adding: Float
  ) {
    // void cblas_sgemv(order, trans, m, n, alpha, a, lda, x, incx, beta, y, incy)
    cblas_sgemv(
      CblasRowMajor, a.transposition, CInt(checked: a.storedRows), CInt(checked: a.storedColumns), 1, a.base,
      CInt(checked: a.stride), x, 1, adding, y, 1)
  }

  /// Calls `cblas_sdot`.
  public static func dot(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, count: Int) -> Float {
    // float cblas_sdot(n, x, incx, y, incy)
    cblas_sdot(CInt(checked: count), x, 1, y, 1)
  }
}

extension Double: BLASScalar {
  /// Calls `cblas_dgemm`.
  public static func gemm(
    _ a: Matrix<Double>, _ b: Matrix<Double>, into c: Matrix<Double>, scale: Double, adding: Double
  ) {
    // void cblas_dgemm(order, transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
    cblas_dgemm(
      CblasRowMajor, a.transposition, b.transposition, CInt(checked: c.rows), CInt(checked: c.columns),
      CInt(checked: a.columns), scale, a.base, CInt(checked: a.stride), b.base, CInt(checked: b.stride), adding, c.base,
      CInt(checked: c.stride))
  }

  /// Calls `cblas_dgemv`.
  public static func gemv(
    _ a: Matrix<Double>, vector x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Double>, adding: Double
  ) {
    // void cblas_dgemv(order, trans, m, n, alpha, a, lda, x, incx, beta, y, incy)
    cblas_dgemv(
      CblasRowMajor, a.transposition, CInt(checked: a.storedRows), CInt(checked: a.storedColumns), 1, a.base,
      CInt(checked: a.stride), x, 1, adding, y, 1)
  }

  /// Calls `cblas_ddot`.
  public static func dot(_ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, count: Int) -> Double {
    // double cblas_ddot(n, x, incx, y, incy)
    cblas_ddot(CInt(checked: count), x, 1, y, 1)
  }
}

extension Matrix {
  fileprivate var transposition: CBLAS_TRANSPOSE { isTransposed ? CblasTrans : CblasNoTrans }
}

extension CInt {
  /// `value`, which must fit BLAS's 32-bit integers.
  init(checked value: Int) {
    guard let exact = CInt(exactly: value) else {
      preconditionFailure("\(value) exceeds BLAS's 32-bit integers")
    }
    self = exact
  }
}
