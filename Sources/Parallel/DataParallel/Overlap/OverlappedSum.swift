public import MPI

/// A sum over ranks that has begun and must be finished: `beginSum`, then `markReady` for each part, then `finish`.
///
/// It cannot be forgotten: dropped without `finish` it ends the process with a sentence, as the buffer would hold sums here,
/// summands there, and messages that other ranks wait for.
public struct OverlappedSum<Scalar: MPIScalar & FloatingPoint>: ~Copyable {
  private let group: ReplicaGroup
  private let buffer: UnsafeMutableBufferPointer<Scalar>
  private let channel: ReplicaGroup.Channel
  /// Nil where the whole buffer is summed at the end.
  private let overlapped: OverlappedAllReduce?
  private let isPolling: Bool
  private var isFinished = false

  init(
    _ group: ReplicaGroup, _ buffer: UnsafeMutableBufferPointer<Scalar>, on channel: ReplicaGroup.Channel,
    _ overlap: Overlap
  ) {
    (self.group, self.buffer, self.channel) = (group, buffer, channel)
    overlapped = overlap == .none ? nil : group.links?[channel].overlapped
    isPolling = overlap == .polling
    overlapped?.begin(buffer)
  }

  /// Says that a part of the buffer is final: from now on it must be neither read nor written.
  ///
  /// - Parameter part: The part; all ranks name the same ones in the same order, none twice.
  public func markReady(_ part: Range<Int>) { overlapped?.markReady(part, isPolling: isPolling) }

  /// Replaces the buffer by its sum over ranks, with the same bits as `sum`; it has been written everywhere.
  public consuming func finish() {
    isFinished = true
    guard let overlapped else { return group.sum(buffer, on: channel) }
    group.watch?.enter(channel, step: group.step)
    defer { group.watch?.leave() }
    overlapped.finish()
  }

  deinit {
    if !isFinished { fatalError("a sum over ranks (\(channel.exchange)) was begun and never finished") }
  }
}
