internal import DataParallel
internal import Statistics
internal import Tensors
internal import Threads

/// Moments of subsets of a table's rows, each summed by one rank in the order of the images and known to all afterwards.
struct GroupMoments {
  /// The table.
  let table: FeatureTable
  /// The ranks that share the table.
  let replicas: ReplicaGroup
  /// The threads of this rank.
  let pool: WorkerPool

  /// The moments of the groups that the jackknife leaves out one at a time.
  func ofGroups(_ groups: Groups) -> [Moments] {
    of(counts: groups.ranges.map(\.count)) { groups.group(of: $0) }
  }

  /// The moments of disjoint subsets.
  ///
  /// - Parameters:
  ///   - counts: How many images each has.
  ///   - subset: Which subset an image is in; `nil` for none.
  /// - Returns: One for each subset.
  func of(counts: [Int], _ subset: (Int) -> Int?) -> [Moments] {
    let width = table.featureCount
    var sums = counts.enumerated().map { number, count in
      number % replicas.size == replicas.rank ? MomentSums(count: count, dimensions: width, pool: pool) : nil
    }
    table.forEachPart { part in
      var start = 0
      while start < part.images.count {
        let current = subset(part.images.lowerBound + start)
        var end = start + 1
        while end < part.images.count, subset(part.images.lowerBound + end) == current { end += 1 }
        if let current { sums[current]?.add(part.features[rows: start..<end]) }
        start = end
      }
    }
    return counts.indices.map { number in
      let own = sums[number]?.moments.encoded ?? []
      let numbers = replicas.shared(own, from: number % replicas.size)
      do throws(StatisticsProblem) {
        return try Moments(decoding: numbers, dimensions: width)
      } catch {
        // Features have been found to be finite; sums of them are what they are.
        preconditionFailure("the moments of a rank \(error)")
      }
    }
  }
}
