public import Files

/// A setting that cannot be used.
///
/// Says what was expected, what was found, where, and what to try.
public struct ConfigurationError: ReportedError {
  /// The sentence that the user reads: what was expected, what was found, where, and what to try.
  public let description: String

  /// EX_CONFIG.
  public var exitCode: Int32 { 78 }

  /// An error that says `description`.
  public init(_ description: String) { self.description = description }
}
