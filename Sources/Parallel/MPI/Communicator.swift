internal import COpenMPI

#if canImport(Glibc)
  internal import Glibc
#endif

/// Ranks that exchange messages among themselves; messages of one communicator never match those of another.
///
/// A communicator lives until MPI is finalised.
public struct Communicator {
  let handle: MPI_Comm?
  /// This process's number, 0 ..< `size`.
  public let rank: Int
  /// Number of ranks.
  public let size: Int

  /// Whether this is rank 0.
  public var isRoot: Bool { rank == 0 }

  /// Asks the library for rank and size.
  ///
  /// The corresponding MPI functions are `MPI_Comm_rank` and `MPI_Comm_size` (MPI 3.1, §6.4.1).
  init(_ handle: MPI_Comm?) throws(MPIError) {
    var rank: CInt = 0
    var size: CInt = 0
    // int MPI_Comm_rank(MPI_Comm comm, int *rank)
    try check("MPI_Comm_rank") { MPI_Comm_rank(handle, &rank) }
    // int MPI_Comm_size(MPI_Comm comm, int *size)
    try check("MPI_Comm_size") { MPI_Comm_size(handle, &size) }
    self.handle = handle
    self.rank = Int(rank)
    self.size = Int(size)
  }

  /// The same ranks with traffic of their own; every rank calls it.
  ///
  /// The corresponding MPI function is `MPI_Comm_dup` (MPI 3.1, §6.4.2).
  ///
  /// - Returns: A communicator of the same ranks in the same order.
  /// - Throws: `MPIError` if the library reports anything but success.
  public func duplicate() throws(MPIError) -> Communicator {
    var copy: MPI_Comm?
    // int MPI_Comm_dup(MPI_Comm comm, MPI_Comm *newcomm)
    try check("MPI_Comm_dup") { MPI_Comm_dup(handle, &copy) }
    return try Communicator(copy)
  }

  /// Whether all ranks run on one host, whose memory they can share; every rank calls it, and finds the same.
  ///
  /// The corresponding MPI function is `MPI_Comm_split_type` (MPI 3.1, §6.4.2).
  ///
  /// - Throws: `MPIError` if the library reports anything but success.
  public func isOnOneHost() throws(MPIError) -> Bool {
    var part: MPI_Comm?
    // int MPI_Comm_split_type(MPI_Comm comm, int split_type, int key, MPI_Info info, MPI_Comm *newcomm)
    try check("MPI_Comm_split_type") {
      MPI_Comm_split_type(handle, CInt(MPI_COMM_TYPE_SHARED), 0, shim_mpi_info_null(), &part)
    }
    return try Communicator(part).size == size
  }

  /// Ends all ranks of the job, wherever they are.
  ///
  /// The corresponding MPI function is `MPI_Abort` (MPI 3.1, §8.7).
  ///
  /// - Parameter exitCode: What the launcher exits with.
  public func abort(exitCode: Int32) -> Never {
    fflush(nil)
    // int MPI_Abort(MPI_Comm comm, int errorcode)
    MPI_Abort(handle, exitCode)
    _exit(exitCode)
  }
}
