/// The cut of samples 0 ..< `count` into consecutive groups of nearly equal size, one of which the jackknife leaves out at a time.
///
/// A function of the number of samples alone: never of ranks, threads or batches.
package struct Groups: Sendable, Equatable {
  /// How many samples there are.
  package let count: Int
  /// How many groups there are: as many as wanted, or as there are samples.
  package let groups: Int

  /// The number of groups where nothing else is said.
  ///
  /// A standard error from G groups has itself an error of 1/√(2(G − 1)) of it: 16 %.
  package static let usual = 20

  /// Cuts `count` samples.
  package init(of count: Int, into wanted: Int = usual) {
    precondition(count >= 0 && wanted >= 1, "\(count) samples in \(wanted) groups")
    self.count = count
    groups = min(count, wanted)
  }

  /// The samples of one group: `[g·N/G, (g + 1)·N/G)`.
  package subscript(group: Int) -> Range<Int> {
    precondition(group >= 0 && group < groups, "group \(group) of \(groups)")
    return group * count / groups..<(group + 1) * count / groups
  }

  /// The samples of each group, in order.
  package var ranges: [Range<Int>] { (0..<groups).map { self[$0] } }

  /// The group that a sample is in.
  package func group(of sample: Int) -> Int {
    precondition(sample >= 0 && sample < count, "sample \(sample) of \(count)")
    // The last g with g·N/G ≤ sample, rounded down, is the last with g·N < (sample + 1)·G.
    return ((sample + 1) * groups - 1) / count
  }
}
