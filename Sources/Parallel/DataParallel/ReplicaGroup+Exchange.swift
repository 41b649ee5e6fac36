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

  /// Begins to sum a buffer that is still being written; `finishSum` ends it.
  ///
  /// - Parameters:
  ///   - buffer: This rank's contribution; it is the sum when `finishSum` returns.
  ///   - channel: Whose numbers these are. Meanwhile other channels can be used, this one cannot.
  public func beginSum<Scalar: MPIScalar & FloatingPoint>(
    _ buffer: UnsafeMutableBufferPointer<Scalar>, on channel: Channel
  ) {
    guard overlap != .none else { return }
    links?[channel].early?.begin(buffer)
  }

  /// Announces that a part of the buffer is final: from now on it must be neither read nor written.
  ///
  /// - Parameters:
  ///   - part: The part; all ranks announce the same ones in the same order, none twice.
  ///   - channel: That of `beginSum`.
  public func markReady(_ part: Range<Int>, on channel: Channel) {
    guard overlap != .none else { return }
    links?[channel].early?.markReady(part, isPolling: overlap == .polling)
  }

  /// Replaces `buffer` by its sum over ranks, with the same bits as `sum`; it has been written everywhere.
  public func finishSum<Scalar: MPIScalar & FloatingPoint>(
    _ buffer: UnsafeMutableBufferPointer<Scalar>, on channel: Channel
  ) {
    guard size > 1 else { return }
    guard overlap != .none, let early = links?[channel].early else { return sum(buffer, on: channel) }
    watch?.enter(channel, step: step)
    defer { watch?.leave() }
    early.finish()
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
}
