internal import COpenMPI

/// The number types that messages are made of.
public protocol MPIScalar: BitwiseCopyable, Sendable {
  /// How the library calls this type.
  static var datatype: Datatype { get }
}

extension Float: MPIScalar {
  /// `MPI_FLOAT`.
  public static var datatype: Datatype { .float }
}

extension Double: MPIScalar {
  /// `MPI_DOUBLE`.
  public static var datatype: Datatype { .double }
}

extension Int32: MPIScalar {
  /// `MPI_INT32_T`.
  public static var datatype: Datatype { .int32 }
}

extension Int64: MPIScalar {
  /// `MPI_INT64_T`.
  public static var datatype: Datatype { .int64 }
}

extension UInt8: MPIScalar {
  /// `MPI_UINT8_T`.
  public static var datatype: Datatype { .uint8 }
}

/// The predefined MPI datatypes in use (MPI 3.1, §3.2.2).
public enum Datatype: Sendable {
  /// `MPI_FLOAT`.
  case float
  /// `MPI_DOUBLE`.
  case double
  /// `MPI_INT32_T`.
  case int32
  /// `MPI_INT64_T`.
  case int64
  /// `MPI_UINT8_T`.
  case uint8

  var handle: MPI_Datatype? {
    switch self {
    case .float: shim_mpi_float()
    case .double: shim_mpi_double()
    case .int32: shim_mpi_int32()
    case .int64: shim_mpi_int64()
    case .uint8: shim_mpi_uint8()
    }
  }
}

extension CInt {
  /// A number of elements as MPI takes it; traps if it does not fit.
  init(checked count: Int) {
    guard let exact = CInt(exactly: count) else {
      preconditionFailure("a message of \(count) elements exceeds MPI's int count")
    }
    self = exact
  }
}
