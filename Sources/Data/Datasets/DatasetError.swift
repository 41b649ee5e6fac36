public import Files

/// A data set that cannot be opened as asked.
public struct DatasetError: ReportedError, Equatable {
  /// Which of the documented exit codes the problem leads to.
  public enum Kind: Sendable, Equatable {
    /// The specification cannot be understood.
    case usage
    /// A file is missing, unreadable or damaged.
    case file(FileError.Kind)
    /// The files are intact, and their contents contradict each other.
    case malformed
    /// The data set does not fit the resolution, channels or classes asked for.
    case configuration
  }

  /// Which of the documented exit codes the problem leads to.
  public let kind: Kind
  /// What was expected, what was found, where, and what to try.
  public let message: String

  /// An error of a kind with its message.
  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  /// The error of a file that a data set consists of.
  public init(_ error: FileError) {
    self.init(.file(error.kind), error.message)
  }

  /// The message.
  public var description: String { message }

  /// The exit code of sysexits.h: 64 usage, 65 data, 66 input, 78 configuration.
  public var exitCode: Int32 {
    switch kind {
    case .usage: 64
    case .file(let kind): FileError(kind, message).exitCode
    case .malformed: 65
    case .configuration: 78
    }
  }
}
