/// The messages by which one rank takes part in canonical sums: for models of clusters, and reports on what grows with them.
public struct SumTraffic: Sendable {
  /// Messages that are under way at the same time.
  public struct Round: Sendable {
    /// How many the rank sends and receives.
    public let messages: Int
    /// The share of the buffer that it sends or receives, whichever is more.
    public let share: Double
    /// How much of that goes to other nodes or comes from there.
    public let remoteShare: Double
  }

  /// In order.
  public let rounds: [Round]
  /// The ranks that it exchanges messages with.
  public let partners: Set<Int>

  /// The messages of `rank`.
  ///
  /// - Parameters:
  ///   - rank: 0 ..< `ranks`.
  ///   - ranks: How many there are.
  ///   - ranksPerNode: How many share a node, in the order of their numbers.
  ///   - isSmall: Whether buffers are so small that they are sent whole.
  public init(rank: Int, of ranks: Int, ranksPerNode: Int, isSmall: Bool = false) {
    let schedule = isSmall ? ReductionSchedule.whole(rank: rank, of: ranks) : .byPieces(rank: rank, of: ranks)
    rounds = schedule.rounds.map { round in
      func share(_ transfers: [ReductionSchedule.Transfer], isRemote: Bool) -> Double {
        transfers.filter { !isRemote || $0.partner / ranksPerNode != rank / ranksPerNode }
          .reduce(0) { $0 + 1 / Double($1.piece.parts) }
      }
      return Round(
        messages: round.sends.count + round.receives.count,
        share: max(share(round.sends, isRemote: false), share(round.receives, isRemote: false)),
        remoteShare: max(share(round.sends, isRemote: true), share(round.receives, isRemote: true)))
    }
    partners = Set(schedule.rounds.flatMap { ($0.sends + $0.receives).map(\.partner) })
  }

  /// Up to so many bytes, buffers are sent whole.
  public static let smallBytes = CanonicalReduction.smallBytes
  /// Bytes of a slice between nodes, and how many are under way at a time.
  public static let slices = (
    bytes: CanonicalReduction.Cut.overNetwork.sliceBytes, atOnce: CanonicalReduction.Cut.overNetwork.lanes
  )
  /// Parts of a buffer that are smaller than this share of it are not summed before its end.
  public static let leastOverlappedShare = 1 / Double(OverlappedAllReduce.leastShare)
  /// How long the thread of overlapped sums sleeps while nothing has arrived.
  public static let pause = ProgressThread.pause
}
