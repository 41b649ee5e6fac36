internal import COpenBLAS

#if canImport(Glibc)
  internal import Glibc
#endif

extension BLASLibrary {
  /// The kernels that fit the level of instructions this program is built for, by OpenBLAS's name for them.
  public static var kernelsOfBuild: String? {
    #if SAGAN_ISA_V4
      "SkylakeX"
    #elseif SAGAN_ISA_V3
      "Haswell"
    #else
      nil
    #endif
  }

  /// Starts the process again if OpenBLAS has picked other kernels than those that the program was built for.
  ///
  /// OpenBLAS picks when it is loaded, by a list of processors that it knows. On newer ones it falls back to kernels of
  /// twenty years ago, five times slower; and on any two of different families it may round differently, where this
  /// program's own kernels do not. The variable `OPENBLAS_CORETYPE` decides before that, so the process sets it and
  /// replaces itself (its number, files and arguments stay). Where a user has set it nothing happens.
  ///
  /// Call it first in `main`, before there are threads or files.
  public static func useKernelsOfBuild() {
    let variable = "OPENBLAS_CORETYPE"
    guard let wanted = kernelsOfBuild, kernels != wanted, getenv(variable) == nil else { return }
    setenv(variable, wanted, 1)
    // By its own path, from which the system takes the name that `ps` and `pgrep` show.
    var path = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let isKnown = readlink("/proc/self/exe", &path, path.count - 1) > 0
    // Started through the dynamic linker, as in `ld.so sagan …`, it would replace itself by the linker alone.
    let isLinker = strrchr(path, CInt(UInt8(ascii: "/"))).map { strncmp($0, "/ld", 3) == 0 } ?? false
    if isKnown, !isLinker { execv(path, CommandLine.unsafeArgv) }
    // Where the system has no such file, the library's own choice serves as well.
    unsetenv(variable)
  }
}
