internal import Trainer
public import DataParallel
internal import Tensors
internal import Configuration

/// Sums over ranks, timed by size and algorithm.
///
/// Before each pass every rank writes its buffer, as a backward pass would have: what is measured includes bringing it in
/// from memory. Algorithms take turns, so that whatever else the machine does disturbs all of them alike.
public final class ReductionBenchmark {
  /// The buffer that is cut into slices of several sizes, unless the largest is smaller; and these sizes.
  private static let slicedBytes = 32 << 20
  private static let sliceSizes = (14...24).filter { $0 % 2 == 0 }.map { 1 << $0 }

  private let replicas: ReplicaGroup

  /// A benchmark on these ranks.
  public init(_ replicas: ReplicaGroup) { self.replicas = replicas }

  /// Times buffers of 4 bytes, 16 bytes, and so on, and one of `bytes`.
  ///
  /// - Parameters:
  ///   - bytes: Bytes of the largest buffer.
  ///   - passes: How often each is summed by each algorithm, after once that does not count.
  /// - Returns: What was found, on rank 0: the slowest rank's seconds.
  public func run(bytes: Int, passes: Int) -> ReductionMeasurement {
    let largest = max(bytes / MemoryLayout<Float>.stride, 1)
    var counts: [Int] = []
    var next = 1
    while next < largest {
      counts.append(next)
      next *= 4
    }
    counts.append(largest)
    let workspace = Workspace()
    let memory: Tensor<Float> = workspace.tensor(Shape(largest))
    let algorithms = ReductionAlgorithm.allCases
    let groups = algorithms.map(replicas.summing(by:))
    var sums: [(ReductionAlgorithm, bytes: Int, ReductionMeasurement.Times)] = []
    for count in counts {
      let buffer = UnsafeMutableBufferPointer(start: memory.base, count: count)
      for (algorithm, times) in zip(algorithms, time(buffer, in: groups, passes: passes)) {
        sums.append((algorithm, count * MemoryLayout<Float>.stride, times))
      }
    }
    let buffer = UnsafeMutableBufferPointer(start: memory.base, count: min(largest, Self.slicedBytes / 4))
    let sizes = Self.sliceSizes.filter { $0 < bytes }
    let sliced = time(buffer, in: sizes.map { replicas.summing(inSlicesOf: $0) }, passes: passes)
    withExtendedLifetime(workspace) {}
    return ReductionMeasurement(
      replicas, passes: passes, sums: sums,
      slices: zip(sizes, sliced).map { ($0, bytes: buffer.count * MemoryLayout<Float>.stride, $1) })
  }

  /// Times the sums of a buffer in each group, in turn.
  private func time(
    _ buffer: UnsafeMutableBufferPointer<Float>, in groups: [ReplicaGroup], passes: Int
  ) -> [ReductionMeasurement.Times] {
    var seconds = groups.map { _ in [Double]() }
    for pass in 0...passes {
      for (index, group) in groups.enumerated() {
        let found = time(buffer, in: group)
        if pass > 0 { seconds[index].append(found) }
      }
    }
    return seconds.map(ReductionMeasurement.Times.init)
  }

  /// Seconds of one sum on the rank for which it took longest.
  private func time(_ buffer: UnsafeMutableBufferPointer<Float>, in group: ReplicaGroup) -> Double {
    for i in buffer.indices { buffer[i] = Float((i + group.rank) % 7) }
    // All ranks leave this at about the same time.
    _ = replicas.largest(0)
    let start = ContinuousClock.now
    group.sum(buffer, on: .generator)
    return replicas.largest((ContinuousClock.now - start).seconds)
  }
}
