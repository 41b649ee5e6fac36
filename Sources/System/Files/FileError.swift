package import SystemPackage

/// A file that cannot be read or written as what it should be.
public struct FileError: ReportedError, Equatable, Codable {
  /// Which of the documented exit codes the problem leads to.
  public enum Kind: String, Sendable, Codable {
    /// There is no such file.
    case missing
    /// The file is there, and its content is not what it should be.
    case malformed
    /// The file is there and cannot be read.
    case unreadable
    /// The file cannot be created or written in full.
    case cannotCreate
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

  /// The message.
  public var description: String { message }

  /// The exit code of sysexits.h: 65 data, 66 input, 73 output.
  public var exitCode: Int32 {
    switch kind {
    case .malformed: 65
    case .missing, .unreadable: 66
    case .cannotCreate: 73
    }
  }
}

extension FileError {
  /// The error of a file that the system would not open or read.
  package static func reading(_ path: String, _ error: Errno) -> FileError {
    switch error {
    case .noSuchFileOrDirectory, .notDirectory:
      FileError(.missing, "expected a file at '\(path)' and found none; check the path")
    default:
      FileError(.unreadable, "cannot read '\(path)': \(error); check that it is a file you may read")
    }
  }

  /// The error of a file that the system would not create or write.
  package static func writing(_ path: String, _ error: Errno) -> FileError {
    let advice =
      switch error {
      case .noSpace, .diskQuotaExceeded: "free space there or choose another directory"
      case .fileTooLarge: "raise the limit of a file's size (ulimit -f) or choose another file system"
      case .noSuchFileOrDirectory, .notDirectory: "create its directory first"
      default: "check the rights or choose another directory"
      }
    return FileError(.cannotCreate, "cannot write '\(path)': \(error); \(advice)")
  }
}
