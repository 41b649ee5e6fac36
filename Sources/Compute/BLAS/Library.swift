internal import COpenBLAS
internal import Threads

#if canImport(Glibc)
  internal import Glibc
#endif

/// The BLAS library this process is linked with.
public enum BLASLibrary {
  /// Keeps every call on the calling thread: the program shares out work itself, in blocks cut by shape.
  ///
  /// The corresponding OpenBLAS function is `openblas_set_num_threads`. It is not enough where OpenBLAS was built with OpenMP,
  /// one of its flavours in Debian: OpenMP keeps a number of threads for each thread that calls, and a new thread begins with
  /// that of all cores. OpenBLAS then cuts a product by the threads that are free, and bits become a matter of luck. So each
  /// thread of this program tells OpenMP for itself.
  public static func useCallingThread() {
    openblas_set_num_threads(1)
    guard let setThreads = setOpenMPThreads else { return }
    setThreads(1)
    Threads.Thread.beginEach { setThreads(1) }
  }

  /// Whether several threads may call the library at a time; its serial flavour shares memory among calls without a lock.
  public static var takesSeveralThreads: Bool { openblas_get_parallel() != OPENBLAS_SEQUENTIAL }

  /// OpenMP's `omp_set_num_threads`, where OpenBLAS uses OpenMP.
  ///
  /// It is looked up while the program runs, since the system decides then which flavour is loaded.
  private static var setOpenMPThreads: (@convention(c) (CInt) -> Void)? {
    guard openblas_get_parallel() == OPENBLAS_OPENMP, let function = dlsym(nil, "omp_set_num_threads") else {
      return nil
    }
    return unsafeBitCast(function, to: (@convention(c) (CInt) -> Void).self)
  }

  /// Name, version and build options, for instance `OpenBLAS 0.3.21 …`; from `openblas_get_config`.
  public static var configuration: String { String(cString: openblas_get_config()) }

  /// The processor family whose kernels the library picked; from `openblas_get_corename`.
  public static var kernels: String { String(cString: openblas_get_corename()) }
}
