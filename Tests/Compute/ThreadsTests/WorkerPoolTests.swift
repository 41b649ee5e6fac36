import Testing
import Threads

/// The worker pool: every task once, whatever the number of threads.
@Suite struct WorkerPoolTests {
  @Test(arguments: 1...4) func everyTaskRunsExactlyOnce(threads: Int) {
    let pool = WorkerPool(threads: threads)
    let runs = UnsafeMutableBufferPointer<Int>.allocate(capacity: 200)
    defer { runs.deallocate() }
    runs.initialize(repeating: 0)
    let rounds = 400
    let shared = Shared(runs)
    var expected = [Int](repeating: 0, count: runs.count)
    for round in 0..<rounds {
      let tasks = [0, 1, 2, 3, 7, 200][round % 6]
      pool.run(tasks) { task, _ in shared.pointer[task] += 1 }
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
    let shared = Shared((busy, seen))
    for _ in 0..<50 {
      pool.run(seen.count) { task, worker in
        let (busy, seen) = shared.pointer
        guard worker >= 0, worker < threads else { return }
        busy[worker] += 1
        seen[task] = worker
      }
    }
    #expect(seen.allSatisfy { $0 >= 0 && $0 < threads })
    // Unsynchronized counters of the same number on two threads would lose counts.
    #expect(busy.reduce(0, +) == 50 * seen.count)
  }

  @Test(arguments: 2...4) func threadsTakeTheirOwnTasksInOrderAndOthersFromTheEnd(threads: Int) {
    let pool = WorkerPool(threads: threads)
    let tasks = 103
    for _ in 0..<50 {
      let taken = Monitor([[Int]](repeating: [], count: threads))
      pool.run(tasks) { task, worker in taken.withLock { $0[worker].append(task) } }
      for (worker, list) in taken.withLock({ $0 }).enumerated() {
        for owner in 0..<threads {
          let share = owner * tasks / threads..<(owner + 1) * tasks / threads
          let part = list.filter(share.contains)
          let expected = owner == worker ? Array(share.prefix(part.count)) : part.sorted(by: >)
          #expect(part == expected, "worker \(worker) of \(threads), tasks meant for \(owner)")
        }
      }
    }
  }

  @Test func othersTakeWhatAThreadDoesNotComeTo() {
    let pool = WorkerPool(threads: 2)
    let (done, deadline) = (Monitor(0), ContinuousClock.now + .seconds(60))
    pool.run(40) { task, _ in
      done.withLock { $0 += 1 }
      // Who has the first task keeps it until all the others have run: its own nineteen, too.
      while task == 0, done.withLock({ $0 }) < 40, ContinuousClock.now < deadline {}
      if task == 0 { #expect(done.withLock { $0 } == 40) }
    }
  }

  @Test func poolsEndWhileOthersWork() {
    let lasting = WorkerPool(threads: 3)
    let counts = UnsafeMutableBufferPointer<Int>.allocate(capacity: 64)
    defer { counts.deallocate() }
    counts.initialize(repeating: 0)
    let shared = Shared(counts)
    for _ in 0..<100 {
      let short = WorkerPool(threads: 4)
      short.run(5) { _, _ in }
      lasting.run(64) { task, _ in shared.pointer[task] += 1 }
    }
    #expect(counts.allSatisfy { $0 == 100 })
  }

  @Test(arguments: [1, 2]) func callsFromInsideOfATaskTrap(threads: Int) async {
    // The exit test's body captures nothing that is not a constant.
    if threads == 1 {
      await #expect(processExitsWith: .failure) { WorkerPoolTests.nest(threads: 1, tasks: 1) }
    } else {
      await #expect(processExitsWith: .failure) { WorkerPoolTests.nest(threads: 2, tasks: 8) }
    }
  }

  @Test func theTrapSaysWhatIsWrong() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      WorkerPoolTests.nest(threads: 2, tasks: 8)
    }
    let words = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(words.contains("a worker pool was called while it runs"))
  }

  private static func nest(threads: Int, tasks: Int) {
    let pool = WorkerPool(threads: threads)
    pool.run(tasks) { _, _ in pool.run(1) { _, _ in } }
  }

  @Test func anotherPoolMayBeCalledFromATask() {
    let (outer, sum) = (WorkerPool(threads: 2), Monitor(0))
    outer.run(4) { _, _ in
      let inner = WorkerPool(threads: 2)
      inner.run(8) { task, _ in sum.withLock { $0 += task } }
    }
    #expect(sum.withLock { $0 } == 4 * 28)
  }
}
