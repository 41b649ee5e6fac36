internal import COpenMPI

/// How a reduction joins two elements (MPI 3.1, §5.9.2).
public enum ReductionOperation: Sendable {
  /// `MPI_SUM`; the order of additions is the library's, so floating-point bits may depend on the number of ranks.
  case sum
  /// `MPI_MIN`.
  case minimum
  /// `MPI_MAX`.
  case maximum

  var handle: MPI_Op? {
    switch self {
    case .sum: shim_mpi_sum()
    case .minimum: shim_mpi_min()
    case .maximum: shim_mpi_max()
    }
  }
}
