internal import COpenMPI

/// What threads may do with MPI (MPI 3.1, §12.4.3), least first.
public enum ThreadLevel: Comparable, Sendable {
  /// The process has one thread.
  case single
  /// Threads may exist, and the one that initialised MPI makes all calls.
  case funneled
  /// Any thread may call, one at a time.
  case serialized
  /// Any thread may call at any time.
  case multiple

  var code: CInt {
    switch self {
    case .single: CInt(MPI_THREAD_SINGLE)
    case .funneled: CInt(MPI_THREAD_FUNNELED)
    case .serialized: CInt(MPI_THREAD_SERIALIZED)
    case .multiple: CInt(MPI_THREAD_MULTIPLE)
    }
  }
}
