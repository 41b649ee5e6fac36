internal import Files

/// Experiments that ended before the last run because they were asked to.
package struct ExperimentStoppedError: ReportedError {
  /// Runs that are left, the one under way included.
  package let left: Int
  /// Whether the run that was under way has left a checkpoint.
  package let hasCheckpoint: Bool
  /// The experiments' folder.
  package let folder: String

  /// EX_TEMPFAIL.
  package var exitCode: Int32 { 75 }

  /// The sentence that the user reads.
  package var description: String {
    "stopped as asked\(hasCheckpoint ? ", with a checkpoint of the run that was under way" : ""); \(counted(left, "run")) left in "
      + "\(folder.quotedForShell): the same command continues"
  }
}
