internal import Tensors

/// What can be added up along the canonical tree.
package protocol TreeAddable {
  /// Adds what comes later in the order of the samples.
  mutating func add(_ later: Self)
}

/// The sum of leaves that come in order, along the canonical tree of `ReductionTree`: few unfinished sums are kept at a time.
struct TreeSum<Value: TreeAddable> {
  private let leaves: Int
  private var added = 0
  private var unfinished: [Value] = []

  /// A sum of so many leaves.
  init(of leaves: Int) { self.leaves = leaves }

  /// Adds the next leaf.
  mutating func add(_ leaf: Value) {
    precondition(added < leaves, "more than \(leaves) leaves")
    unfinished.append(leaf)
    for _ in 0..<ReductionTree.merges(afterLeaf: added, of: leaves) {
      let later = unfinished.removeLast()
      unfinished[unfinished.count - 1].add(later)
    }
    added += 1
  }

  /// The sum, once all leaves are there.
  var total: Value? {
    precondition(added == leaves, "\(added) of \(leaves) leaves")
    return unfinished.first
  }
}

extension Collection where Element: TreeAddable {
  /// The sum along the canonical tree, whose leaves are the elements in order; `nil` of none.
  package func sumAlongTree() -> Element? {
    var sum = TreeSum<Element>(of: count)
    for element in self { sum.add(element) }
    return sum.total
  }
}
