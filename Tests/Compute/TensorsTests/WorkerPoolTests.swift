import Tensors
import Testing

/// The worker pool: every task once, whatever the number of threads.
@Suite struct WorkerPoolTests {
  @Test(arguments: 1...4) func everyTaskRunsExactlyOnce(threads: Int) {
    let pool = WorkerPool(threads: threads)
    let runs = UnsafeMutableBufferPointer<Int>.allocate(capacity: 200)
    defer { runs.deallocate() }
    runs.initialize(repeating: 0)
    let rounds = 400
    var expected = [Int](repeating: 0, count: runs.count)
    for round in 0..<rounds {
      let tasks = [0, 1, 2, 3, 7, 200][round % 6]
      pool.run(tasks) { task, _ in runs[task] += 1 }
      for task in 0..<tasks { expected[task] += 1 }
      // Were a task still running when `run` returns, some of these comparisons would meet an old count.
      #expect(Array(runs) == expected, "after round \(round) with \(tasks) tasks")
    }
  }

  @Test(arguments: 1...4) func workersAreNumberedAndNoTwoThreadsShareANumber(threads: Int) {
    let pool = WorkerPool(threads: threads)
    let busy = UnsafeMutableBufferPointer<Int>.allocate(capacity: threads)
    let seen = UnsafeMutableBufferPointer<Int>.allocate(capacity: 500)
    defer {
      busy.deallocate()
      seen.deallocate()
    }
    busy.initialize(repeating: 0)
    seen.initialize(repeating: -1)
    for _ in 0..<50 {
      pool.run(seen.count) { task, worker in
        guard worker >= 0, worker < threads else { return }
        busy[worker] += 1
        seen[task] = worker
      }
    }
    #expect(seen.allSatisfy { $0 >= 0 && $0 < threads })
    // Unsynchronized counters of the same number on two threads would lose counts.
    #expect(busy.reduce(0, +) == 50 * seen.count)
  }

  @Test func poolsEndWhileOthersWork() {
    let lasting = WorkerPool(threads: 3)
    let counts = UnsafeMutableBufferPointer<Int>.allocate(capacity: 64)
    defer { counts.deallocate() }
    counts.initialize(repeating: 0)
    for _ in 0..<100 {
      let short = WorkerPool(threads: 4)
      short.run(5) { _, _ in }
      lasting.run(64) { task, _ in counts[task] += 1 }
    }
    #expect(counts.allSatisfy { $0 == 100 })
  }
}
