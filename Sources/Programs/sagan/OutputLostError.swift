import Files

/// A result that could not be printed.
///
/// Exit code 73, like a file that cannot be written, or 141 where the reader has gone.
struct OutputLostError: ReportedError {
  /// The system's words.
  let reason: String
  /// Whether there was a reader that has gone, as with `| head -1`: it has what it wanted.
  let hasReaderGone: Bool

  /// EX_CANTCREAT; for a reader that has gone 128 + SIGPIPE, as of programs that this signal ends.
  var exitCode: Int32 { hasReaderGone ? 141 : 73 }

  /// The sentence that the user reads.
  var description: String { "cannot write to standard output: \(reason); check where it leads" }
}
