internal import Files

/// A walk through a tree in a file, which ends in a damaged one, too.
struct HDF5Walk {
  private let what: String
  private let entryLimit: Int
  private var entryCount = 0
  private var visited: Set<UInt64> = []

  /// A walk that has not begun.
  ///
  /// - Parameters:
  ///   - what: What error messages call the tree.
  ///   - entryLimit: The most entries of all nodes together.
  init(_ what: String, entryLimit: Int) { (self.what, self.entryLimit) = (what, entryLimit) }

  /// Takes a node in before its entries are read.
  ///
  /// - Parameters:
  ///   - address: Where the node is.
  ///   - entries: How many it has.
  /// - Throws: `FormatFault` where it was met before, or the nodes have more entries than they may.
  mutating func enter(_ address: UInt64, entries: Int) throws(FormatFault) {
    guard visited.insert(address).inserted else { throw FormatFault("the \(what) leads to one of its nodes twice") }
    entryCount += entries
    guard entryCount <= entryLimit else {
      throw FormatFault("the \(what) has more than \(grouped(entryLimit)) entries")
    }
  }
}
