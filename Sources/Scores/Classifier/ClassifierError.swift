public import Files

/// A classifier that cannot be trained, or is not the one that is wanted.
public struct ClassifierError: ReportedError, Equatable {
  /// Which of the documented exit codes the problem leads to.
  public enum Kind: Sendable, Equatable {
    /// The images cannot be learned from.
    case data
    /// The file of a classifier is missing, damaged or another one's.
    case file(FileError.Kind)
    /// Training went astray.
    case diverged
  }

  /// Which of the documented exit codes the problem leads to.
  public let kind: Kind
  /// What was expected, what was found, where, and what to try.
  public let message: String

  /// An error of a kind with its message.
  public init(_ kind: Kind, _ message: String) { (self.kind, self.message) = (kind, message) }

  /// The error of a classifier's file.
  init(_ error: FileError) { self.init(.file(error.kind), error.message) }

  /// The message.
  public var description: String { message }

  /// The exit code of sysexits.h: 65 data, 66 input, 70 software, 73 output.
  public var exitCode: Int32 {
    switch kind {
    case .data: 65
    case .diverged: 70
    case .file(let kind): FileError(kind, message).exitCode
    }
  }
}
