public import MPI
public import Threads

/// The ranks that hold replicas of the networks, and what they do together.
///
/// Every rank makes the same calls in the same order on one thread. No replica can go on alone, so a call that fails in the
/// library ends the job instead of throwing: see `GroupFailure`.
public final class ReplicaGroup {
  /// This replica's number, 0 ..< `size`.
  public let rank: Int
  /// Number of replicas.
  public let size: Int
  /// How this group takes sums.
  public let reduction: ReductionAlgorithm
  /// The step that is being made, counted from 1: what a report about a long wait names.
  public var step = 0
  let links: Links?
  let watch: HangDetector?

  /// Whether all replicas run on one host.
  public var isOnOneHost: Bool { links?.isOnOneHost ?? true }

  /// Whether this is replica 0, which logs and writes.
  public var isRoot: Bool { rank == 0 }

  private init() {
    rank = 0
    size = 1
    reduction = .canonical
    links = nil
    watch = nil
  }

  /// A group of one replica, which needs no MPI: sums and broadcasts leave their buffers as they are.
  public static func alone() -> ReplicaGroup { ReplicaGroup() }

  /// One replica on every rank of `world`; every rank calls it.
  ///
  /// - Parameters:
  ///   - world: The ranks; the group works on duplicates of this communicator.
  ///   - channels: What is exchanged besides `control`, numbered from 1 on; the same on all ranks.
  ///   - reduction: How sums are taken, the same on all ranks.
  ///   - failing: Is told of a call that failed in the library, and returns the code that the job then exits with; on any
  ///     thread.
  /// - Throws: `MPIError` if the communicator cannot be duplicated.
  public init(
    _ world: Communicator, channels: [Channel], reduction: ReductionAlgorithm = .canonical,
    failing: @escaping @Sendable (_ sentence: String) -> Int32
  ) throws(MPIError) {
    precondition(channels.map(\.number) == Array(1..<channels.count + 1), "channels are numbered from 1 on")
    rank = world.rank
    size = world.size
    self.reduction = reduction
    links = try Links(world, channels: 1 + channels.count, reduction, GroupFailure(report: failing))
    watch = nil
  }

  private init(
    _ group: ReplicaGroup, reduction: ReductionAlgorithm, watch: HangDetector?, slices: (bytes: Int, lanes: Int?)? = nil
  ) {
    (rank, size) = (group.rank, group.size)
    self.reduction = reduction
    self.watch = watch
    let isSame = reduction == group.reduction && slices == nil
    links = isSame ? group.links : group.links?.summing(by: reduction, slices: slices)
  }

  /// The same ranks with another way to take sums, on the same channels.
  public func summing(by algorithm: ReductionAlgorithm) -> ReplicaGroup {
    algorithm == reduction ? self : ReplicaGroup(self, reduction: algorithm, watch: watch)
  }

  /// The same ranks, whose canonical sums cut buffers into other slices than suits what joins them: for measurements.
  ///
  /// - Parameters:
  ///   - bytes: The bytes of a slice.
  ///   - lanes: How many slices are under way at a time; as suits what joins the ranks where nil.
  /// - Returns: The same ranks, on the same channels.
  public func summing(inSlicesOf bytes: Int, lanes: Int? = nil) -> ReplicaGroup {
    ReplicaGroup(self, reduction: .canonical, watch: watch, slices: (bytes, lanes))
  }

  /// How canonical sums of these ranks cut buffers: the bytes of a slice, and how many are under way at a time.
  public var slices: (bytes: Int, atOnce: Int) {
    let cut = Links.cut(isOnOneHost: isOnOneHost)
    return (cut.sliceBytes, cut.lanes)
  }

  /// The same ranks, under watch: each rank tells when it has waited for others for a minute.
  ///
  /// - Parameters:
  ///   - limit: The time after which a wait is too long, if there is one; a warning then comes after half of it.
  ///   - warn: Is told who waits for whom, in which exchange of which step; on another thread.
  ///   - end: Is told the same of a wait that is too long, and must end the process.
  /// - Returns: The same ranks, on the same channels.
  /// - Throws: `ThreadError` if the system starts no further thread.
  public func watching(
    limit: Duration?, warn: @escaping @Sendable (String) -> Void, end: @escaping @Sendable (String) -> Void
  ) throws(ThreadError) -> ReplicaGroup {
    guard size > 1 else { return self }
    return ReplicaGroup(
      self, reduction: reduction, watch: try HangDetector(rank: rank, limit: limit, warn: warn, end: end))
  }

  /// Runs `body` with a channel's communicator and the group's way to sum, or not at all if the replica is alone.
  ///
  /// - Parameters:
  ///   - channel: Whose messages `body` exchanges.
  ///   - body: The exchange; an error that it throws ends the job.
  func exchange(
    on channel: Channel, _ body: (_ communicator: Communicator, _ sums: Reduction) throws(MPIError) -> Void
  ) {
    guard let links else { return }
    let link = links[channel]
    watch?.enter(channel, step: step)
    defer { watch?.leave() }
    do {
      try links.calls.inTurn { () throws(MPIError) in try body(link.communicator, link.sums) }
    } catch {
      links.failure.end(link.communicator, error)
    }
  }
}
