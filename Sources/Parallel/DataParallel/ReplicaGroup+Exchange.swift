public import MPI

/// Exchanges inside a training step; they allocate no memory.
extension ReplicaGroup {
  /// Replaces `buffer` on every rank by its elementwise sum over ranks, with the same bits on each.
  ///
  /// Ranks add along `ReductionTree`; if each passes the sum over its own shards by the same tree, the result does not
  /// depend on the number of ranks.
  ///
  /// - Parameters:
  ///   - buffer: This rank's contribution on entry, the sum on return. Every rank passes the same number of elements.
  ///   - channel: Whose numbers these are.
  public func sum<Scalar: MPIScalar & FloatingPoint>(
    _ buffer: UnsafeMutableBufferPointer<Scalar>, on channel: Channel
  ) {
    guard size > 1 else { return }
    exchange(on: channel) { communicator, sums throws(MPIError) in try sums.sum(buffer, over: communicator) }
  }

  /// Begins to sum a buffer that is still being written.
  ///
  /// - Parameters:
  ///   - buffer: This rank's contribution; it is the sum when the token's `finish` returns.
  ///   - channel: Whose numbers these are. Meanwhile other channels can be used, this one cannot.
  ///   - overlap: When parts are summed, the same on all ranks; other algorithms than the canonical one sum at the end.
  /// - Returns: The token that parts are marked with, and that must be finished.
  public func beginSum<Scalar: MPIScalar & FloatingPoint>(
    _ buffer: UnsafeMutableBufferPointer<Scalar>, on channel: Channel, overlap: Overlap
  ) -> OverlappedSum<Scalar> {
    OverlappedSum(self, buffer, on: channel, overlap)
  }

  /// Replaces `bytes` on every rank by those of root.
  ///
  /// - Parameters:
  ///   - bytes: Read on root, overwritten elsewhere. Every rank passes the same number.
  ///   - channel: Whose bytes these are.
  public func broadcast(_ bytes: UnsafeMutableRawBufferPointer, on channel: Channel) {
    guard size > 1 else { return }
    exchange(on: channel) { communicator, _ throws(MPIError) in try communicator.broadcast(bytes) }
  }

  /// Replaces `bytes` on every rank by those of one, outside of steps.
  ///
  /// - Parameters:
  ///   - bytes: Read on `owner`, overwritten elsewhere. Every rank passes the same number.
  ///   - owner: The rank whose bytes all get.
  public func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from owner: Int) {
    precondition((0..<size).contains(owner), "a broadcast from rank \(owner) of \(size)")
    guard size > 1 else { return }
    exchange(on: .control) { communicator, _ throws(MPIError) in try communicator.broadcast(bytes, from: owner) }
  }
}
