internal import MPI

/// Sums over ranks along the canonical tree, by messages between pairs of ranks: see `ReductionSchedule`.
///
/// Buffers are taken in slices, several of which may be under way at a time.
final class CanonicalReduction {
  /// How a buffer is cut.
  struct Cut {
    /// The bytes of one slice.
    let sliceBytes: Int
    /// Slices that are under way at a time.
    let lanes: Int

    /// Between processes of one host a message is a copy that the receiver makes, and nothing is gained by another one
    /// meanwhile: one slice stays in the caches until it has been added. (168 MiB over two ranks of one host: 29 ms; with
    /// two slices of 1 MiB under way 35 ms, with four of 256 KiB 34 ms.)
    static let inMemory = Cut(sliceBytes: 1 << 20, lanes: 1)
    /// Over a network one slice moves while others are added or wait for their partners. (32 MiB over two hosts at
    /// 1 Gbit/s: 282 ms, which is the link's rate; one slice of 1 MiB at a time takes 425 ms.)
    static let overNetwork = Cut(sliceBytes: 1 << 18, lanes: 4)
  }

  /// Up to so many bytes, whole slices are exchanged: fewer messages, which is all that counts then.
  static let smallBytes = 4096

  private let lanes: [PipelinedChunk]
  private let pieces: ReductionSchedule
  private let whole: ReductionSchedule
  private let sliceBytes: Int
  /// How many slices were begun, which decides their lanes.
  private var slices = 0

  /// Memory for the sums over the ranks of `communicator`, whose messages all are this object's.
  init(over communicator: Communicator, _ cut: Cut) {
    let pieces = ReductionSchedule.byPieces(rank: communicator.rank, of: communicator.size)
    let whole = ReductionSchedule.whole(rank: communicator.rank, of: communicator.size)
    sliceBytes = cut.sliceBytes
    lanes = (0..<cut.lanes).map {
      PipelinedChunk(
        bytes: cut.sliceBytes, messages: max(pieces.messages, whole.messages), tag: $0, communicator: communicator)
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
      let slice = UnsafeMutableBufferPointer(rebasing: rest.prefix(sliceBytes / MemoryLayout<Scalar>.stride))
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
