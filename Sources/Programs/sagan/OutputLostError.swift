import Files

/// A result that could not be printed.
///
/// Exit code 73, like a file that cannot be written.
struct OutputLostError: ReportedError {
  /// The system's words.
  let reason: String

  /// EX_CANTCREAT.
  var exitCode: Int32 { 73 }

  /// The sentence that the user reads.
  var description: String { "cannot write to standard output: \(reason); check where it leads" }
}
