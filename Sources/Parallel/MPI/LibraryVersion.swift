internal import COpenMPI

/// The MPI library that the program runs with.
public enum MPILibrary {
  /// Name and version, for instance `Open MPI v4.1.4, …`; may be asked without initialisation.
  ///
  /// The corresponding MPI function is `MPI_Get_library_version` (MPI 3.1, §8.1.1).
  public static var version: String {
    string(ofAtMost: MPI_MAX_LIBRARY_VERSION_STRING) { text, length in
      // int MPI_Get_library_version(char *version, int *resultlen)
      MPI_Get_library_version(text, &length)
    } ?? "unknown MPI library"
  }
}
