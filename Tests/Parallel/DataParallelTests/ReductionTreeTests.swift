import DataParallel
import Tensors
import Testing

/// A sum written out with its parentheses, so that two orders of addition never look the same.
private func sum(_ left: String, _ right: String) -> String { "(\(left)+\(right))" }

/// The tree by its definition: a range splits at the largest power of two below its length.
private func tree(_ leaves: [String]) -> String {
  if leaves.count == 1 { return leaves[0] }
  var left = 1
  while left * 2 < leaves.count { left *= 2 }
  return sum(tree(Array(leaves[..<left])), tree(Array(leaves[left...])))
}

@Suite struct CanonicalTreeTests {
  @Test(arguments: 1...33) func stackOfUnfinishedSumsYieldsTheTree(count: Int) {
    var stack: [String] = []
    var deepest = 0
    for leaf in 0..<count {
      stack.append("\(leaf)")
      deepest = max(deepest, stack.count)
      for _ in 0..<ReductionTree.merges(afterLeaf: leaf, of: count) {
        let top = stack.removeLast()
        stack.append(sum(stack.removeLast(), top))
      }
    }
    #expect(stack == [tree((0..<count).map { "\($0)" })])
    #expect(ReductionTree.depth(of: count) == deepest)
  }

  @Test(arguments: 2...33) func leftChildIsTheLargestPowerOfTwoBelow(count: Int) {
    let left = ReductionTree.leftCount(of: count)
    #expect(left.nonzeroBitCount == 1)
    #expect(left < count && 2 * left >= count)
  }

  @Test(arguments: 1...33) func allowedRanksOwnNodesOfTheTree(shards: Int) {
    let leaves = (0..<shards).map { "\($0)" }
    for ranks in 1...shards where shards.isMultiple(of: ranks) {
      let share = shards / ranks
      let nodes = (0..<ranks).map { tree(Array(leaves[$0 * share..<($0 + 1) * share])) }
      #expect(ReductionTree.allowedRanks(shards: shards).contains(ranks) == (tree(nodes) == tree(leaves)))
    }
    #expect(ReductionTree.allowedRanks(shards: shards).allSatisfy(shards.isMultiple(of:)))
  }
}
