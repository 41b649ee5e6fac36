internal import Synchronization
package import Threads

/// The Fréchet distance of generated from real images, and its values without each group of either: jobs that do not depend on each
/// other, so that threads and ranks can share them.
///
/// A job is half the work of a distance, as the side that stays whole keeps its factor.
package struct FrechetComparison: Sendable {
  /// One of the values.
  package enum Job: Hashable, Sendable {
    /// The distance of all samples.
    case whole
    /// Without a group of the generated images.
    case withoutGenerated(Int)
    /// Without a group of the real images.
    case withoutReal(Int)
  }

  private let generated: FrechetSide
  private let real: FrechetSide

  /// Compares two sides of as many features.
  package init(generated: FrechetSide, real: FrechetSide) {
    precondition(
      generated.gaussian.dimensions == real.gaussian.dimensions,
      "\(generated.gaussian.dimensions) features beside \(real.gaussian.dimensions)")
    (self.generated, self.real) = (generated, real)
  }

  /// All jobs: the whole, then the generated images' groups, then the real ones'.
  package var jobs: [Job] {
    [.whole] + generated.groups.indices.map { .withoutGenerated($0) } + real.groups.indices.map { .withoutReal($0) }
  }

  /// The value of one job, on the calling thread.
  package func value(of job: Job) -> Double {
    // What is left of a side spans no more directions than the side does, nor than the number of its samples less one.
    let rank = min(generated.rank, real.rank)
    switch job {
    case .whole:
      let (a, b) = (generated.gaussian, real.gaussian)
      if a.mean == b.mean && a.covariance == b.covariance { return 0 }
      let distance =
        generated.rank <= real.rank
        ? FrechetDistance.between(a, factor: generated.factor, b, rank: rank)
        : FrechetDistance.between(b, factor: real.factor, a, rank: rank)
      return max(distance, 0)
    case .withoutGenerated(let group):
      let rest = generated.without(group)
      return FrechetDistance.between(
        real.gaussian, factor: real.factor, rest, rank: min(rank, (rest.count ?? .max) - 1))
    case .withoutReal(let group):
      let rest = real.without(group)
      return FrechetDistance.between(
        generated.gaussian, factor: generated.factor, rest, rank: min(rank, (rest.count ?? .max) - 1))
    }
  }

  /// What the jobs' values say.
  ///
  /// - Parameter values: One for each of `jobs`, in order.
  /// - Returns: The distance with its values without each group, of generated images first.
  package func result(of values: [Double]) -> LeaveOneOut {
    let (g, r) = (generated.groups.count, real.groups.count)
    precondition(values.count == 1 + g + r, "\(values.count) values of \(1 + g + r) jobs")
    return LeaveOneOut(values[0], sides: [Array(values[1..<1 + g]), Array(values[(1 + g)...])])
  }

  /// All jobs, shared out among threads.
  ///
  /// - Parameters:
  ///   - pool: The threads; each needs four squares of numbers for its job.
  ///   - completed: Told after each job how many are done; by any of the threads.
  /// - Returns: The distance with its values without each group.
  package func result(pool: WorkerPool, completed: @Sendable (Int) -> Void = { _ in }) -> LeaveOneOut {
    let jobs = jobs
    let done = Atomic<Int>(0)
    var values = [Double](repeating: 0, count: jobs.count)
    values.withUnsafeMutableBufferPointer { values in
      let values = Shared(values)
      pool.run(jobs.count) { job, _ in
        values.pointer[job] = value(of: jobs[job])
        completed(done.wrappingAdd(1, ordering: .relaxed).newValue)
      }
    }
    return result(of: values)
  }
}
