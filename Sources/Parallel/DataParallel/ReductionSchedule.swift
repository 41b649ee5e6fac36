internal import Tensors

/// What one rank sends, receives and adds, round after round, to take part in a sum along the canonical tree.
///
/// Ranks are the leaves. From the leaves up, the two halves of a complete node exchange halves of what they hold and add
/// (vector halving, distance doubling), so that every rank ends with its piece of the sum; from the root down, the pieces
/// are put together again. A node whose right child is smaller folds: the ranks on the right send their pieces to those
/// on the left and wait for the sum. Where R is a power of two, each rank sends and receives
/// 2 · (R − 1) / R of the buffer in 2 log₂ R messages (Thakur, Rabenseifner and Gropp 2005).
///
/// Which of two summands is the left one does not matter: a + b and b + a have the same bits.
struct ReductionSchedule {
  /// The rounds, in order.
  private(set) var rounds: [Round] = []
  /// The most messages of a round.
  var messages: Int { rounds.map { $0.sends.count + $0.receives.count }.max() ?? 0 }

  /// Messages that are under way at the same time, and an addition when they are complete.
  struct Round {
    var sends: [Transfer] = []
    var receives: [Transfer] = []
    /// Whether what arrives, in one message then, is added to the piece instead of taking its place.
    var isAdding = false
  }

  /// A piece that goes to a partner, or comes from one.
  struct Transfer {
    let piece: Piece
    let partner: Int
  }

  /// A part of a buffer: halved once for each bit of a place, lowest bit first.
  struct Piece {
    let place: Int
    /// How many parts there are, a power of two.
    let parts: Int

    static let whole = Piece(place: 0, parts: 1)

    func range(of count: Int) -> Range<Int> {
      var range = 0..<count
      var (bits, parts) = (place, parts)
      while parts > 1 {
        let middle = range.lowerBound + range.count / 2
        range = bits & 1 == 0 ? range.lowerBound..<middle : middle..<range.upperBound
        bits >>= 1
        parts >>= 1
      }
      return range
    }
  }

  /// Few bytes for each rank, in many messages: fit for large buffers.
  static func byPieces(rank: Int, of ranks: Int) -> ReductionSchedule {
    var result = ReductionSchedule()
    let root = Node(ranks: 0..<ranks)
    result.gather(root, rank)
    result.spread(root, rank)
    return result
  }

  /// Few messages, each with the whole buffer: fit for small ones.
  static func whole(rank: Int, of ranks: Int) -> ReductionSchedule {
    var result = ReductionSchedule()
    result.sumWhole(Node(ranks: 0..<ranks), rank)
    return result
  }

  /// From the leaves up: each holder gets its piece of the node's sum.
  private mutating func gather(_ node: Node, _ rank: Int) {
    if node.isLeaf { return }
    gather(node.child(of: rank), rank)
    let left = node.left
    if node.isComplete {
      let partner = node.mirror(of: rank)
      rounds.append(
        Round(
          sends: [Transfer(piece: node.piece(of: partner), partner: partner)],
          receives: [Transfer(piece: node.piece(of: rank), partner: partner)], isAdding: true))
    } else if left.ranks.contains(rank) {
      rounds.append(
        Round(receives: [Transfer(piece: left.piece(of: rank), partner: node.sender(to: rank))], isAdding: true))
    } else {
      rounds.append(
        Round(sends: node.receivers(of: rank).map { Transfer(piece: left.piece(of: $0), partner: $0) }))
    }
  }

  /// From the root down: each rank of the node gets the pieces that it does not hold.
  private mutating func spread(_ node: Node, _ rank: Int) {
    if node.isLeaf { return }
    let left = node.left
    if node.isComplete {
      let partner = node.mirror(of: rank)
      rounds.append(
        Round(
          sends: [Transfer(piece: node.piece(of: rank), partner: partner)],
          receives: [Transfer(piece: node.piece(of: partner), partner: partner)]))
    } else if left.ranks.contains(rank) {
      rounds.append(Round(sends: [Transfer(piece: left.piece(of: rank), partner: node.sender(to: rank))]))
    } else {
      rounds.append(
        Round(receives: node.receivers(of: rank).map { Transfer(piece: left.piece(of: $0), partner: $0) }))
    }
    spread(node.child(of: rank), rank)
  }

  /// Each rank of the node gets the node's sum of the whole buffer.
  private mutating func sumWhole(_ node: Node, _ rank: Int) {
    if node.isLeaf { return }
    sumWhole(node.child(of: rank), rank)
    let (left, right) = (node.left.ranks, node.right.ranks)
    func transfer(_ partner: Int) -> Transfer { Transfer(piece: .whole, partner: partner) }
    if left.contains(rank) {
      // The first ranks on the left have a partner, the others only receive.
      let place = rank - left.lowerBound
      let partner = transfer(right.lowerBound + place % right.count)
      rounds.append(Round(sends: place < right.count ? [partner] : [], receives: [partner], isAdding: true))
    } else {
      let partner = left.lowerBound + rank - right.lowerBound
      let others = stride(from: partner, to: left.upperBound, by: right.count)
      rounds.append(Round(sends: others.map(transfer), receives: [transfer(partner)], isAdding: true))
    }
  }
}

/// A node of the canonical tree over ranks.
private struct Node {
  let ranks: Range<Int>

  var isLeaf: Bool { ranks.count == 1 }
  private var middle: Int { ranks.lowerBound + ReductionTree.leftCount(of: ranks.count) }
  var left: Node { Node(ranks: ranks.lowerBound..<middle) }
  var right: Node { Node(ranks: middle..<ranks.upperBound) }
  /// Whether both children have as many ranks, and so every descendant.
  var isComplete: Bool { ranks.count.nonzeroBitCount == 1 }
  /// The first ranks, a power of two of them, which hold the pieces of the node's sum.
  var holders: Int { 1 << (Int.bitWidth - 1 - ranks.count.leadingZeroBitCount) }

  /// The child with a rank.
  func child(of rank: Int) -> Node { left.ranks.contains(rank) ? left : right }

  /// The piece that a holder has.
  func piece(of rank: Int) -> ReductionSchedule.Piece {
    ReductionSchedule.Piece(place: rank - ranks.lowerBound, parts: holders)
  }

  /// The rank that has the same place in the other child of a complete node.
  func mirror(of rank: Int) -> Int {
    left.ranks.contains(rank) ? rank + left.ranks.count : rank - left.ranks.count
  }

  /// The rank on the right whose piece contains that of a rank on the left: the low bits of their places agree.
  func sender(to rank: Int) -> Int { right.ranks.lowerBound + (rank - ranks.lowerBound) % right.holders }

  /// The ranks on the left whose pieces a rank on the right holds; none unless it is a holder.
  func receivers(of rank: Int) -> [Int] {
    let place = rank - right.ranks.lowerBound
    guard place < right.holders else { return [] }
    return Array(stride(from: left.ranks.lowerBound + place, to: left.ranks.upperBound, by: right.holders))
  }
}
