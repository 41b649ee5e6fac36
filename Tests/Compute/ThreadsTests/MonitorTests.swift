import Testing
import Threads

/// Monitors and threads: who waits is woken, and who leaves has been waited for.
@Suite struct MonitorTests {
  @Test func changesOfManyThreadsAreAllCounted() throws {
    let count = Monitor(0)
    let threads = try (0..<4).map { _ in try Thread { for _ in 0..<10_000 { count.withLock { $0 += 1 } } } }
    for thread in threads { thread.join() }
    #expect(count.withLock { $0 } == 40_000)
  }

  @Test func twoThreadsTakeTurns() throws {
    let turn = Monitor(0)
    let other = try Thread {
      for round in 0..<1000 {
        turn.withLock(when: { $0 == 2 * round + 1 }) { _ in }
        turn.update { $0 += 1 }
      }
    }
    for round in 0..<1000 {
      turn.withLock(when: { $0 == 2 * round }) { _ in }
      turn.update { $0 += 1 }
    }
    other.join()
    #expect(turn.withLock { $0 } == 2000)
  }

  @Test func waitsEndWithTheChangeOrWithTheLimit() throws {
    let flag = Monitor(false)
    let start = ContinuousClock.now
    #expect(!flag.wait(until: { $0 }, atMost: .milliseconds(30)))
    #expect(ContinuousClock.now - start >= .milliseconds(30))
    let other = try Thread { flag.update { $0 = true } }
    // The change ends it, long before the limit.
    #expect(flag.wait(until: { $0 }, atMost: .seconds(3600)))
    #expect(ContinuousClock.now - start < .seconds(3600))
    other.join()
  }

  @Test func aThreadIsWaitedForWhenItsLastReferenceGoes() throws {
    let isDone = Monitor(false)
    do {
      let thread = try Thread {
        isDone.wait(until: { $0 }, atMost: .milliseconds(50))
        isDone.update { $0 = true }
      }
      withExtendedLifetime(thread) {}
    }
    #expect(isDone.withLock { $0 })
  }

  @Test func errorsLeaveTheStateUnlocked() {
    struct Failure: Error {}
    let monitor = Monitor(1)
    #expect(throws: Failure.self) { try monitor.withLock { _ in throw Failure() } }
    #expect(throws: Failure.self) { try monitor.update { _ in throw Failure() } }
    #expect(monitor.withLock { $0 } == 1)
  }

  @Test func aThreadThatWaitsForItselfTraps() async {
    await #expect(processExitsWith: .failure) {
      let own = Monitor<Thread?>(nil)
      let thread = try Thread { own.withLock(when: { $0 != nil }) { $0 }?.join() }
      own.update { $0 = thread }
      own.wait(until: { _ in false }, atMost: .seconds(3600))
    }
  }
}
