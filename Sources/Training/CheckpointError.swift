public import Formats

/// A checkpoint that cannot be found, read or used.
public struct CheckpointError: Error, CustomStringConvertible, Sendable {
  /// Which of the documented exit codes the problem leads to.
  public let kind: FormatError.Kind
  /// What was expected, what was found, where, and what to try.
  public let description: String

  /// An error of a kind, told in one sentence.
  public init(_ kind: FormatError.Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  /// The error of a file that a checkpoint consists of.
  public init(_ error: FormatError) { self.init(error.kind, error.message) }

  /// The exit code of sysexits.h: 65 data, 66 input, 73 output.
  public var exitCode: Int32 { FormatError(kind, description).exitCode }
}
