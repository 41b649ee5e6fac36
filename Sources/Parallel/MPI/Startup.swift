internal import COpenMPI

/// Runs `body` between MPI's initialisation and its finalisation, which happen once in a process.
///
/// An error that leaves `body` passes through without finalisation, which would wait for ranks that know nothing of the
/// failure. The process that reports it should end them with `Communicator.abort`, inside `body`; if it just exits with
/// a code other than 0, `mpirun` ends them.
///
/// The corresponding MPI functions are `MPI_Init_thread` (MPI 3.1, §12.4.3) and `MPI_Finalize` (§8.7).
///
/// - Parameters:
///   - threadLevel: What threads need to do with MPI.
///   - body: The program; it receives the communicator of all ranks.
/// - Returns: What `body` returns.
/// - Throws: `MPIError` if the library cannot start at this thread level, or what `body` throws.
public func withMPI<Result>(
  threadLevel: ThreadLevel = .funneled, _ body: (_ world: Communicator) throws -> Result
) throws -> Result {
  var initialized: CInt = 0
  // int MPI_Initialized(int *flag)
  try check("MPI_Initialized") { MPI_Initialized(&initialized) }
  precondition(initialized == 0, "withMPI was called a second time in one process")

  avoidForbiddenSingleCopies()
  var provided: CInt = 0
  // int MPI_Init_thread(int *argc, char ***argv, int required, int *provided)
  try check("MPI_Init_thread") { MPI_Init_thread(nil, nil, threadLevel.code, &provided) }
  let everyone = shim_mpi_comm_world()
  // int MPI_Comm_set_errhandler(MPI_Comm comm, MPI_Errhandler errhandler)
  try check("MPI_Comm_set_errhandler") {
    MPI_Comm_set_errhandler(everyone, shim_mpi_errors_return())
  }
  guard provided >= threadLevel.code else {
    throw MPIError(
      function: "MPI_Init_thread", code: provided,
      text: "the library offers thread level \(provided) where \(threadLevel.code) (\(threadLevel)) is needed")
  }

  let result = try body(Communicator(everyone))
  // int MPI_Finalize(void)
  try check("MPI_Finalize") { MPI_Finalize() }
  return result
}
