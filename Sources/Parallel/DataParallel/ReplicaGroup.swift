public import MPI

/// The ranks that hold replicas of the networks, and what they do together.
///
/// Every rank makes the same calls in the same order on one thread. No replica can go on alone, so
/// a call that fails in the library says so and ends the job instead of throwing: `rank 3: MPI_Bcast failed: …`.
public final class ReplicaGroup {
  /// Whose data a message carries; each channel is a communicator of its own, so their messages never match each other.
  public enum Channel: Int, CaseIterable, Sendable {
    /// Gradients and statistics of the generator.
    case generator
    /// Gradients of the discriminator.
    case discriminator
    /// Moments that layers share during a pass.
    case moments
    /// Everything that steers the run: agreements, audits, losses.
    case control
  }

  /// This replica's number, 0 ..< `size`.
  public let rank: Int
  /// Number of replicas.
  public let size: Int
  /// How this group takes sums.
  public let reduction: ReductionAlgorithm
  /// The step that is being made, counted from 1: what a report about a long wait names.
  public var step = 0
  /// When sums of gradients are taken, the same on all ranks; the other algorithms than the canonical one take them at the end.
  public var overlap = Overlap.none
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
  ///   - reduction: How sums are taken, the same on all ranks.
  /// - Throws: `MPIError` if the communicator cannot be duplicated.
  public init(_ world: Communicator, reduction: ReductionAlgorithm = .canonical) throws(MPIError) {
    rank = world.rank
    size = world.size
    self.reduction = reduction
    links = try Links(world, reduction)
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
  public func watching(
    limit: Duration?, warn: @escaping @Sendable (String) -> Void, end: @escaping @Sendable (String) -> Void
  ) -> ReplicaGroup {
    guard size > 1 else { return self }
    return ReplicaGroup(
      self, reduction: reduction, watch: HangDetector(rank: rank, limit: limit, warn: warn, end: end))
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
      link.communicator.abort(saying: error.description, exitCode: 1)
    }
  }
}

/// One channel: its communicator, and how sums are taken on it.
struct Link {
  let communicator: Communicator
  let sums: Reduction
  /// The sum that begins early, where the algorithm can.
  let early: OverlappedAllReduce?

  init(
    _ communicator: Communicator, _ algorithm: ReductionAlgorithm, _ cut: CanonicalReduction.Cut,
    _ calls: ProgressThread
  ) {
    self.communicator = communicator
    sums = Reduction(algorithm, over: communicator, cut)
    if case .canonical(let reduction) = sums {
      early = OverlappedAllReduce(reduction, over: communicator, calls: calls)
    } else {
      early = nil
    }
  }
}

/// The channels of a group.
struct Links {
  /// Whose turn it is to call MPI.
  let calls: ProgressThread
  /// Whether all ranks run on one host.
  let isOnOneHost: Bool
  private let links: [Link]

  init(_ world: Communicator, _ algorithm: ReductionAlgorithm) throws(MPIError) {
    calls = ProgressThread()
    isOnOneHost = try world.isOnOneHost()
    var links: [Link] = []
    for _ in ReplicaGroup.Channel.allCases {
      links.append(Link(try world.duplicate(), algorithm, Self.cut(isOnOneHost: isOnOneHost), calls))
    }
    self.links = links
  }

  private init(_ other: Links, _ algorithm: ReductionAlgorithm, slices: (bytes: Int, lanes: Int?)?) {
    (calls, isOnOneHost) = (other.calls, other.isOnOneHost)
    let usual = Self.cut(isOnOneHost: isOnOneHost)
    let cut = CanonicalReduction.Cut(
      sliceBytes: slices?.bytes ?? usual.sliceBytes, lanes: slices?.lanes ?? usual.lanes)
    links = other.links.map { Link($0.communicator, algorithm, cut, other.calls) }
  }

  /// The same communicators with another way to sum.
  func summing(by algorithm: ReductionAlgorithm, slices: (bytes: Int, lanes: Int?)? = nil) -> Links {
    Links(self, algorithm, slices: slices)
  }

  /// How buffers are cut.
  static func cut(isOnOneHost: Bool) -> CanonicalReduction.Cut { isOnOneHost ? .inMemory : .overNetwork }

  subscript(channel: ReplicaGroup.Channel) -> Link { links[channel.rawValue] }
}
