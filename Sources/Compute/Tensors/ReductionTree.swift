/// The one order in which sums over shards are taken, whoever adds which of them.
///
/// Shards 0 ..< S are the leaves of a binary tree; a range of leaves splits at the largest power of two below its length.
/// Whoever has all leaves of a node can add them up in this order, and others go on from there: the bits are the same.
public enum ReductionTree {
  /// Leaves of the left child of a node of `count` ≥ 2 leaves.
  public static func leftCount(of count: Int) -> Int {
    precondition(count >= 2, "a leaf has no children")
    return 1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
  }

  /// How many pairs of finished neighbours to add once leaf `index` of `count` is there, when leaves come in order and
  /// unfinished sums wait on a stack: each time, the topmost sum is added into the one below it.
  public static func merges(afterLeaf index: Int, of count: Int) -> Int {
    precondition(index >= 0 && index < count, "leaf \(index) of \(count)")
    // Before this leaf the stack holds one sum per set bit of `index`; at the end everything folds into one.
    if index == count - 1 { return index.nonzeroBitCount }
    return (index + 1).trailingZeroBitCount
  }

  /// The largest number of unfinished sums that wait at once, the newest leaf included.
  public static func depth(of count: Int) -> Int {
    // Leaf i finds one sum per set bit of i. No i below `count` has more set bits than either the last one, or the
    // largest that is all ones and has fewer bits than the last one.
    let last = max(count, 1) - 1
    let bits = Int.bitWidth - last.leadingZeroBitCount
    return max(last.nonzeroBitCount, bits - 1) + 1
  }
}
