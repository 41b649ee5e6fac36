public import Files

/// A checkpoint that cannot be found, read or used.
public struct CheckpointError: ReportedError {
  /// Which of the documented exit codes the problem leads to.
  public let kind: FileError.Kind
  /// What was expected, what was found, where, and what to try.
  public let description: String
  /// What is damaged, as a clause; `nil` where the checkpoint may be whole and cannot be used for another reason.
  public let damage: String?

  /// An error of a kind with its message.
  public init(_ kind: FileError.Kind, _ description: String) {
    self.kind = kind
    self.description = description
    damage = nil
  }

  /// The error of a checkpoint that is not what its writer left: an older one may serve.
  public init(_ kind: FileError.Kind, damage: String) {
    self.kind = kind
    self.damage = damage
    description = damage + "; use another checkpoint"
  }

  /// The error of a file that a checkpoint consists of.
  public init(_ error: FileError) { self.init(error.kind, error.message) }

  /// The error of a file that has to be there if the checkpoint is whole.
  static func reading(_ path: String, _ error: FileError) -> CheckpointError {
    switch error.kind {
    case .missing: CheckpointError(.missing, damage: "expected the checkpoint's file '\(path)' and found none")
    case .malformed: CheckpointError(.malformed, damage: error.message)
    case .unreadable, .cannotCreate: CheckpointError(error)
    }
  }

  /// The exit code of sysexits.h: 65 data, 66 input, 73 output.
  public var exitCode: Int32 { FileError(kind, description).exitCode }
}
