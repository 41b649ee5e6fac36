public import Files

/// A thread that the system does not start.
///
/// Exit code 71: a limit of the user or of a control group is reached.
public struct ThreadError: ReportedError, Equatable {
  /// The system's words.
  public let reason: String

  /// EX_OSERR.
  public var exitCode: Int32 { 71 }

  /// The sentence that the user reads.
  public var description: String {
    "the system starts no further thread: \(reason); use fewer --threads or ranks, or raise the limit of processes "
      + "(ulimit -u, or pids.max of the control group)"
  }
}
