public import Files

/// A host that lacks the memory for its ranks, found before they take any.
///
/// Exit code 69.
public struct InsufficientMemoryError: ReportedError {
  /// The host's name.
  public let host: String
  /// How many ranks run there.
  public let ranks: Int
  /// The bytes that they will take together.
  public let needed: Int
  /// The bytes that the host has for them.
  public let available: Int

  /// EX_UNAVAILABLE.
  public var exitCode: Int32 { 69 }

  /// The sentence that the user reads.
  public var description: String {
    "expected \(mebibytes(needed)) MiB of free memory for \(counted(ranks, "rank")) on \(host) and found "
      + "\(mebibytes(available)) MiB; try --shards-at-once 1 or more hosts, or in a new run a "
      + "smaller --batch or width"
  }
}
