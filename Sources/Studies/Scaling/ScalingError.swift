public import Files

/// Why runs cannot be made, read or judged, in one sentence.
public struct ScalingError: ReportedError {
  /// What kind of fault it is.
  public enum Kind: Int32, Sendable {
    /// EX_DATAERR.
    case data = 65
    /// EX_NOINPUT.
    case missing = 66
    /// EX_UNAVAILABLE.
    case unavailable = 69
    /// EX_SOFTWARE.
    case software = 70
    /// EX_CANTCREAT.
    case cannotCreate = 73
    /// EX_CONFIG.
    case configuration = 78
  }

  /// That of the kind, or of the run that failed.
  public let exitCode: Int32
  /// The sentence that the user reads.
  public let description: String

  /// An error of a kind.
  package init(_ kind: Kind, _ description: String) { self.init(exitCode: kind.rawValue, description) }

  /// An error with the exit code of a run.
  package init(exitCode: Int32, _ description: String) { (self.exitCode, self.description) = (exitCode, description) }
}
