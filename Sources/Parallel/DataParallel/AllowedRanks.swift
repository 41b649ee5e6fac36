public import Tensors

extension ReductionTree {
  /// The numbers of ranks that can share `shards` shards so that each owns one node: 1, and every R whose S / R is a
  /// power of two.
  public static func allowedRanks(shards: Int) -> [Int] {
    (1...max(shards, 1)).filter { $0 == 1 || (shards % $0 == 0 && (shards / $0).nonzeroBitCount == 1) }
  }
}
