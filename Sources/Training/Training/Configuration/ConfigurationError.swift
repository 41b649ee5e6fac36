/// A setting that cannot be used.
///
/// Says what was expected, what was found, where, and what to try. Exit code 78.
public struct ConfigurationError: Error, CustomStringConvertible, Sendable {
  /// The sentence that the user reads: what was expected, what was found, where, and what to try.
  public let description: String

  /// An error that says `description`.
  public init(_ description: String) { self.description = description }
}
