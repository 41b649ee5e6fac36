internal import MPI

/// Sums over ranks along the canonical tree, by messages between pairs of ranks: see `SumSchedule`.
///
/// Buffers are taken in slices that stay in the caches between a message and the addition that follows. Several slices
/// are under way at a time, so that one moves while another waits for its partner.
final class CanonicalReduction {
  /// The bytes of one slice.
  static let sliceBytes = 1 << 20
  /// Up to so many bytes, whole slices are exchanged: fewer messages, which is all that counts then.
  static let smallBytes = 4096
  /// Slices that are under way at a time.
  static let lanes = 4

  private let lanes: [SliceSum]
  private let pieces: SumSchedule
  private let whole: SumSchedule
  /// How many slices were begun, which decides their lanes.
  private var slices = 0

  /// Memory for the sums over the ranks of `communicator`, whose messages all are this object's.
  init(over communicator: Communicator) {
    let pieces = SumSchedule.byPieces(rank: communicator.rank, of: communicator.size)
    let whole = SumSchedule.whole(rank: communicator.rank, of: communicator.size)
    lanes = (0..<Self.lanes).map {
      SliceSum(
        bytes: Self.sliceBytes, messages: max(pieces.messages, whole.messages), tag: $0, communicator: communicator)
    }
    (self.pieces, self.whole) = (pieces, whole)
  }

  /// Replaces `buffer` on every rank by its sum over ranks.
  func sum<Scalar: MPIScalar & FloatingPoint>(_ buffer: UnsafeMutableBufferPointer<Scalar>) throws(MPIError) {
    var rest = buffer[...]
    // While nothing arrives the library itself yields the core, if it was told to (mpi_yield_when_idle).
    while !rest.isEmpty || !isIdle { _ = try advance(&rest) }
  }

  /// Whether no slice is under way.
  var isIdle: Bool { lanes.allSatisfy(\.isIdle) }

  /// Begins slices of `rest`, which are cut off it, as far as lanes are free, and moves on those that are under way.
  ///
  /// - Parameter rest: What is left of a buffer; all ranks pass the same parts in the same order.
  /// - Returns: Whether something was done.
  /// - Throws: `MPIError` if the library reports anything but success.
  func advance<Scalar: MPIScalar & FloatingPoint>(
    _ rest: inout Slice<UnsafeMutableBufferPointer<Scalar>>
  ) throws(MPIError) -> Bool {
    var isMoving = false
    while !rest.isEmpty, lanes[slices % lanes.count].isIdle {
      let slice = UnsafeMutableBufferPointer(rebasing: rest.prefix(Self.sliceBytes / MemoryLayout<Scalar>.stride))
      rest = rest.dropFirst(slice.count)
      let isSmall = slice.count * MemoryLayout<Scalar>.stride <= Self.smallBytes
      lanes[slices % lanes.count].start(slice, isSmall ? whole : pieces)
      slices += 1
      isMoving = true
    }
    for lane in lanes where try lane.advance() { isMoving = true }
    return isMoving
  }
}
