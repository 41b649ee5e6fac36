public import BLAS
public import Tensors

#if canImport(Glibc)
  import Glibc
#endif

/// A number type that kernels compute with: `Float`, or `Double` for checks against finite differences.
public protocol KernelScalar: TensorScalar, BLASScalar {
  /// eˣ.
  static func exponential(_ x: Self) -> Self
  /// The natural logarithm.
  static func logarithm(_ x: Self) -> Self
  /// The hyperbolic tangent.
  static func hyperbolicTangent(_ x: Self) -> Self
}

extension Float: KernelScalar {
  /// The C library's `expf`.
  public static func exponential(_ x: Float) -> Float { expf(x) }
  /// The C library's `logf`.
  public static func logarithm(_ x: Float) -> Float { logf(x) }
  /// The C library's `tanhf`.
  public static func hyperbolicTangent(_ x: Float) -> Float { tanhf(x) }
}

extension Double: KernelScalar {
  /// The C library's `exp`.
  public static func exponential(_ x: Double) -> Double { exp(x) }
  /// The C library's `log`.
  public static func logarithm(_ x: Double) -> Double { log(x) }
  /// The C library's `tanh`.
  public static func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
}

extension Tensor where Scalar: KernelScalar {
  /// The tensor as a matrix of `columns` columns.
  func matrix(columns: Int) -> Matrix<Scalar> {
    precondition(columns > 0 && count % columns == 0, "\(shape) as a matrix of \(columns) columns")
    return Matrix(base, rows: count / columns, columns: columns)
  }
}
