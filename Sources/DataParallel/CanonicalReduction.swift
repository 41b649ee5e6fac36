internal import MPI
internal import Tensors

/// Sums over ranks along the canonical tree, by messages between pairs of ranks.
///
/// Ranks are the leaves. From the leaves up, the two halves of a complete node exchange halves of what they hold and add
/// (vector halving, distance doubling), so that every rank ends with its piece of the sum; from the root down, the pieces
/// are put together again. A node whose right child is smaller folds: the ranks on the right send their pieces to those
/// on the left and wait for the sum. Where R is a power of two, each rank sends and receives
/// 2 · (R − 1) / R of the buffer in 2 log₂ R messages (Thakur, Rabenseifner and Gropp 2005).
///
/// Buffers are taken in slices that stay in the caches between a message and the addition that follows.
final class CanonicalReduction {
  /// The bytes of one slice.
  static let sliceBytes = 1 << 20
  /// Up to so many bytes, whole buffers are exchanged: fewer messages, which is all that counts then.
  static let smallBytes = 4096

  /// What a partner has sent.
  private let received: UnsafeMutableRawBufferPointer

  init(ranks: Int) {
    received = .allocate(byteCount: ranks > 1 ? Self.sliceBytes : 0, alignment: 64)
  }

  deinit { received.deallocate() }

  /// Replaces `buffer` on every rank of `communicator` by its sum over ranks.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func sum<Scalar: MPIScalar & FloatingPoint>(
    _ buffer: UnsafeMutableBufferPointer<Scalar>, over communicator: Communicator
  ) throws(MPIError) {
    let size = MemoryLayout<Scalar>.stride
    let whole = Node(ranks: 0..<communicator.size)
    let memory = received.bindMemory(to: Scalar.self)
    if buffer.count * size <= Self.smallBytes {
      return try SliceSum(slice: buffer, received: memory, communicator: communicator).sumWhole(whole)
    }
    var start = 0
    while start < buffer.count {
      let slice = UnsafeMutableBufferPointer(
        rebasing: buffer[start..<min(start + Self.sliceBytes / size, buffer.count)])
      let sum = SliceSum(slice: slice, received: memory, communicator: communicator)
      try sum.gatherPieces(whole)
      try sum.spreadPieces(whole)
      start += slice.count
    }
  }
}

/// A node of the canonical tree over ranks.
private struct Node {
  let ranks: Range<Int>

  var isLeaf: Bool { ranks.count == 1 }
  private var middle: Int { ranks.lowerBound + CanonicalTree.leftCount(of: ranks.count) }
  var left: Node { Node(ranks: ranks.lowerBound..<middle) }
  var right: Node { Node(ranks: middle..<ranks.upperBound) }
  /// Whether both children have as many ranks, and so every descendant.
  var isComplete: Bool { ranks.count.nonzeroBitCount == 1 }
  /// The first ranks, a power of two of them, which hold the pieces of the node's sum.
  var holders: Int { 1 << (Int.bitWidth - 1 - ranks.count.leadingZeroBitCount) }

  /// The child with a rank.
  func child(of rank: Int) -> Node { left.ranks.contains(rank) ? left : right }

  /// The piece of `count` elements that a holder has: halved once for each bit of its place, lowest bit first.
  func piece(of rank: Int, count: Int) -> Range<Int> {
    var piece = 0..<count
    var bits = rank - ranks.lowerBound
    var holders = holders
    while holders > 1 {
      let middle = piece.lowerBound + piece.count / 2
      piece = bits & 1 == 0 ? piece.lowerBound..<middle : middle..<piece.upperBound
      bits >>= 1
      holders >>= 1
    }
    return piece
  }
}

/// The sum of one slice, as one rank takes part in it.
private struct SliceSum<Scalar: MPIScalar & FloatingPoint> {
  let slice: UnsafeMutableBufferPointer<Scalar>
  let received: UnsafeMutableBufferPointer<Scalar>
  let communicator: Communicator

  private var rank: Int { communicator.rank }

  // MARK: Pieces

  /// From the leaves up: each holder gets its piece of the node's sum.
  func gatherPieces(_ node: Node) throws(MPIError) {
    if node.isLeaf { return }
    let child = node.child(of: rank)
    try gatherPieces(child)
    let (left, right) = (node.left, node.right)
    let isLeft = child.ranks.lowerBound == left.ranks.lowerBound
    if node.isComplete {
      let partner = isLeft ? rank + left.ranks.count : rank - left.ranks.count
      let own = node.piece(of: rank, count: slice.count)
      try communicator.exchange(
        UnsafeBufferPointer(part(node.piece(of: partner, count: slice.count))), into: memory(own.count), with: partner)
      add(to: own)
    } else if isLeft {
      let own = left.piece(of: rank, count: slice.count)
      try communicator.receive(memory(own.count), from: sender(to: rank, left, right))
      add(to: own)
    } else {
      for other in receivers(of: rank, left, right) {
        try communicator.send(UnsafeBufferPointer(part(left.piece(of: other, count: slice.count))), to: other)
      }
    }
  }

  /// From the root down: each rank of the node gets the pieces that it does not hold.
  func spreadPieces(_ node: Node) throws(MPIError) {
    if node.isLeaf { return }
    let child = node.child(of: rank)
    let (left, right) = (node.left, node.right)
    let isLeft = child.ranks.lowerBound == left.ranks.lowerBound
    if node.isComplete {
      let partner = isLeft ? rank + left.ranks.count : rank - left.ranks.count
      try communicator.exchange(
        UnsafeBufferPointer(part(node.piece(of: rank, count: slice.count))),
        into: part(node.piece(of: partner, count: slice.count)), with: partner)
    } else if isLeft {
      try communicator.send(
        UnsafeBufferPointer(part(left.piece(of: rank, count: slice.count))), to: sender(to: rank, left, right))
    } else {
      for other in receivers(of: rank, left, right) {
        try communicator.receive(part(left.piece(of: other, count: slice.count)), from: other)
      }
    }
    try spreadPieces(child)
  }

  /// The rank on the right whose piece contains that of a rank on the left: the low bits of their places agree.
  private func sender(to rank: Int, _ left: Node, _ right: Node) -> Int {
    right.ranks.lowerBound + (rank - left.ranks.lowerBound) % right.holders
  }

  /// The ranks on the left whose pieces a rank on the right holds; none unless it is a holder.
  private func receivers(of rank: Int, _ left: Node, _ right: Node) -> StrideTo<Int> {
    let place = rank - right.ranks.lowerBound
    let first = place < right.holders ? left.ranks.lowerBound + place : left.ranks.upperBound
    return stride(from: first, to: left.ranks.upperBound, by: right.holders)
  }

  // MARK: Whole buffers

  /// Each rank of the node gets the node's sum of the whole slice.
  func sumWhole(_ node: Node) throws(MPIError) {
    if node.isLeaf { return }
    let child = node.child(of: rank)
    try sumWhole(child)
    let (left, right) = (node.left.ranks, node.right.ranks)
    let all = UnsafeBufferPointer(slice)
    if left.contains(rank) {
      // The first ranks on the left have a partner, the others only receive.
      let partner = right.lowerBound + (rank - left.lowerBound) % right.count
      if rank - left.lowerBound < right.count {
        try communicator.exchange(all, into: memory(slice.count), with: partner)
      } else {
        try communicator.receive(memory(slice.count), from: partner)
      }
    } else {
      let partner = left.lowerBound + rank - right.lowerBound
      try communicator.exchange(all, into: memory(slice.count), with: partner)
      for other in stride(from: partner + right.count, to: left.upperBound, by: right.count) {
        try communicator.send(all, to: other)
      }
    }
    add(to: 0..<slice.count)
  }

  // MARK: Memory

  private func part(_ range: Range<Int>) -> UnsafeMutableBufferPointer<Scalar> {
    UnsafeMutableBufferPointer(rebasing: slice[range])
  }

  private func memory(_ count: Int) -> UnsafeMutableBufferPointer<Scalar> {
    UnsafeMutableBufferPointer(rebasing: received[0..<count])
  }

  /// Adds what was received.
  ///
  /// Which of the two is the left summand does not matter: a + b and b + a have the same bits.
  private func add(to range: Range<Int>) {
    for i in 0..<range.count { slice[range.lowerBound &+ i] += received[i] }
  }
}
