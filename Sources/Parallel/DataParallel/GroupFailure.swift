internal import MPI

/// How a group ends the job when the library fails.
///
/// No replica can go on alone, and an error deep in a step could not be told to the others: so it does not leave the group.
struct GroupFailure: Sendable {
  /// Tells people, and returns the code that the job exits with.
  let report: @Sendable (_ sentence: String) -> Int32

  /// Says what failed, as `rank 3: MPI_Bcast failed: …`, and ends all ranks.
  func end(_ communicator: Communicator, _ error: MPIError) -> Never {
    communicator.abort(exitCode: report("rank \(communicator.rank): \(error.description)"))
  }
}
