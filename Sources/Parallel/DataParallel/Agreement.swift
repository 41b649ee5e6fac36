internal import MPI

/// What `agree` throws on the ranks that do not report the failure themselves.
///
/// The program leaves the word to the rank that has it: it prints nothing and waits for the job to be ended.
public struct RemoteFailureError: Error, Hashable, CustomStringConvertible {
  /// The lowest rank that failed, which throws its own error.
  public let rank: Int

  /// A failure that the rank `rank` reports.
  public init(rank: Int) { self.rank = rank }

  /// For instance `rank 2 failed`.
  public var description: String { "rank \(rank) failed" }
}

extension ReplicaGroup {
  /// Runs something that may fail on any rank, and fails on all ranks if it fails on one.
  ///
  /// Whatever depends on the outside world, such as opening data or reading a checkpoint, goes through here, so that no
  /// rank waits for one that gave up. Exactly one rank throws the error itself: a fault that all ranks meet is
  /// reported once.
  ///
  /// - Parameter body: The work; it must not exchange messages that a failure would leave unmatched.
  /// - Returns: What `body` returned on this rank.
  /// - Throws: The error of the lowest rank that failed, there; `RemoteFailureError` on all others.
  public func agree<Value>(_ body: () throws -> Value) throws -> Value {
    let outcome = Result { try body() }
    let lowest = lowestRank { if case .failure = outcome { true } else { false } }
    if let lowest, lowest != rank { throw RemoteFailureError(rank: lowest) }
    return try outcome.get()
  }

  /// The lowest rank on which `condition` holds, the same on all ranks; nil if there is none.
  private func lowestRank(where condition: () -> Bool) -> Int? {
    var lowest = Int32(condition() ? rank : size)
    exchange(on: .control) { communicator, _ throws(MPIError) in
      try withUnsafeMutablePointer(to: &lowest) { lowest throws(MPIError) in
        try communicator.allReduce(UnsafeMutableBufferPointer(start: lowest, count: 1), .minimum)
      }
    }
    return lowest < size ? Int(lowest) : nil
  }
}
