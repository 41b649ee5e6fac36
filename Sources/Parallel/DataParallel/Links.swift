internal import MPI

/// One channel: its communicator, and how sums are taken on it.
struct Link {
  let communicator: Communicator
  let sums: Reduction
  /// The sum that begins before its buffer is whole, where the algorithm can.
  let overlapped: OverlappedAllReduce?

  init(
    _ communicator: Communicator, _ algorithm: ReductionAlgorithm, _ cut: CanonicalReduction.Cut,
    _ calls: ProgressThread, _ failure: GroupFailure
  ) {
    self.communicator = communicator
    sums = Reduction(algorithm, over: communicator, cut)
    if case .canonical(let reduction) = sums {
      overlapped = OverlappedAllReduce(reduction, over: communicator, calls: calls, failure)
    } else {
      overlapped = nil
    }
  }
}

/// The channels of a group.
struct Links {
  /// Whose turn it is to call MPI.
  let calls: ProgressThread
  /// Whether all ranks run on one host.
  let isOnOneHost: Bool
  /// How the job ends when the library fails.
  let failure: GroupFailure
  private let links: [Link]

  init(
    _ world: Communicator, channels: Int, _ algorithm: ReductionAlgorithm, _ failure: GroupFailure
  ) throws(MPIError) {
    calls = ProgressThread()
    self.failure = failure
    isOnOneHost = try world.isOnOneHost()
    var links: [Link] = []
    for _ in 0..<channels {
      links.append(Link(try world.duplicate(), algorithm, Self.cut(isOnOneHost: isOnOneHost), calls, failure))
    }
    self.links = links
  }

  private init(_ other: Links, _ algorithm: ReductionAlgorithm, slices: (bytes: Int, lanes: Int?)?) {
    (calls, isOnOneHost, failure) = (other.calls, other.isOnOneHost, other.failure)
    let usual = Self.cut(isOnOneHost: isOnOneHost)
    let cut = CanonicalReduction.Cut(
      sliceBytes: slices?.bytes ?? usual.sliceBytes, lanes: slices?.lanes ?? usual.lanes)
    links = other.links.map { Link($0.communicator, algorithm, cut, other.calls, other.failure) }
  }

  /// The same communicators with another way to sum.
  func summing(by algorithm: ReductionAlgorithm, slices: (bytes: Int, lanes: Int?)? = nil) -> Links {
    Links(self, algorithm, slices: slices)
  }

  /// How buffers are cut.
  static func cut(isOnOneHost: Bool) -> CanonicalReduction.Cut { isOnOneHost ? .inMemory : .overNetwork }

  subscript(channel: ReplicaGroup.Channel) -> Link {
    precondition(channel.number < links.count, "the group has no channel for \(channel.exchange)")
    return links[channel.number]
  }
}
