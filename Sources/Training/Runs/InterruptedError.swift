public import Files

/// A run that ended before its last step because it was asked to, with a checkpoint.
///
/// Exit code 75: starting again continues it.
public struct InterruptedError: ReportedError {
  /// The step after which it ended.
  public let step: Int
  /// The step at which it would have ended.
  public let last: Int
  /// The run directory.
  public let out: String

  /// EX_TEMPFAIL.
  public var exitCode: Int32 { 75 }

  /// The sentence that the user reads.
  public var description: String {
    "stopped after step \(step) of \(last) as asked, with a checkpoint; continue with --out \(out.quotedForShell) --resume auto"
  }
}
