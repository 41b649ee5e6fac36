internal import COpenBLAS

/// The BLAS library this process is linked with.
public enum BLASLibrary {
  /// Keeps every call on the calling thread: the program shares out work itself, in blocks cut by shape.
  ///
  /// The corresponding OpenBLAS function is `openblas_set_num_threads`.
  public static func useCallingThread() { openblas_set_num_threads(1) }

  /// Name, version and build options, for instance `OpenBLAS 0.3.21 …`; from `openblas_get_config`.
  public static var configuration: String { String(cString: openblas_get_config()) }

  /// The processor family whose kernels the library picked; from `openblas_get_corename`.
  public static var kernels: String { String(cString: openblas_get_corename()) }
}
