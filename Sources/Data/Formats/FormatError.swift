#if canImport(Glibc)
  import Glibc
#endif

/// A file that cannot be read or written as what it should be.
public struct FormatError: Error, CustomStringConvertible, Sendable, Equatable {
  /// Which of the documented exit codes the problem leads to.
  public enum Kind: Sendable, Equatable {
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

  /// An error of a kind, told in one sentence.
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

extension FormatError {
  /// The error of a file that the system would not open or read.
  package static func reading(_ path: String, _ code: CInt) -> FormatError {
    switch code {
    case ENOENT, ENOTDIR:
      FormatError(.missing, "expected a file at '\(path)' and found none; check the path")
    default:
      FormatError(
        .unreadable, "cannot read '\(path)': \(systemText(code)); check that it is a file you may read")
    }
  }

  /// The error of a file that the system would not create or write.
  public static func writing(_ path: String, _ code: Int32) -> FormatError {
    let advice =
      switch code {
      case ENOSPC, EDQUOT, EFBIG: "free space there or choose another directory"
      case ENOENT, ENOTDIR: "create its directory first"
      default: "check the rights or choose another directory"
      }
    return FormatError(.cannotCreate, "cannot write '\(path)': \(systemText(code)); \(advice)")
  }

  private static func systemText(_ code: CInt) -> String { String(cString: strerror(code)) }
}
