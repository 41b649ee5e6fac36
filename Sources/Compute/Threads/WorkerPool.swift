internal import Files
private import CWorkers
import Synchronization

/// A fixed set of threads that share out numbered tasks; the calling thread is one of them.
///
/// Each thread has tasks next to each other of its own, but which of them others take is left to chance. So tasks write
/// disjoint memory. Where they are parts of a sum, their number follows from shapes alone, and whoever needs the sum adds them
/// in task order afterwards. Then the bits do not depend on the number of threads.
public final class WorkerPool: Sendable {
  /// Number of threads that work, the caller's included.
  public let threads: Int
  private let shared: PoolState
  private let helpers: [Thread]
  /// Whether a call of `run` is under way.
  private let isRunning = Atomic<Bool>(false)

  /// Starts `threads` − 1 threads.
  ///
  /// - Parameter threads: How many threads work, the caller's included.
  /// - Throws: `ThreadError` if the system does not start as many.
  public init(starting threads: Int) throws(ThreadError) {
    precondition(threads >= 1, "a pool of \(threads) threads")
    self.threads = threads
    let shared = PoolState(threads: threads)
    self.shared = shared
    var helpers: [Thread] = []
    do throws(ThreadError) {
      for worker in 1..<max(threads, 1) { helpers.append(try Thread { shared.work(worker) }) }
    } catch {
      // Those that have started are waited for when nobody refers to them.
      withExtendedLifetime(helpers) { shared.stop() }
      throw error
    }
    self.helpers = helpers
  }

  /// Starts `threads` − 1 threads where the system is known to have them, as in tests; traps where it has not.
  public convenience init(threads: Int) {
    do throws(ThreadError) {
      try self.init(starting: threads)
    } catch {
      fatalError(error.description)
    }
  }

  deinit {
    shared.stop()
    for helper in helpers { helper.join() }
  }

  /// Runs `body(task, worker)` once for each task in 0 ..< `tasks` and returns when all are done.
  ///
  /// Calls do not nest, and a pool serves one caller at a time: both trap, on any number of threads.
  ///
  /// - Parameters:
  ///   - tasks: How many there are.
  ///   - body: A task. `worker` is in 0 ..< `threads` and names the thread, for scratch memory of its own.
  public func run(_ tasks: Int, _ body: @Sendable (_ task: Int, _ worker: Int) -> Void) {
    if isRunning.exchange(true, ordering: .acquiring) {
      fatalError("a worker pool was called while it runs: from inside of its own tasks, or by a second thread")
    }
    defer { isRunning.store(false, ordering: .releasing) }
    guard threads > 1, tasks > 1 else {
      for task in 0..<tasks { body(task, 0) }
      return
    }
    var lent = sagan_closure()
    lend(body, &lent)
    shared.run(LentBody(closure: lent), tasks)
  }
}

/// Writes down where a closure is, which the caller keeps alive until it returns.
@_silgen_name("sagan_closure_lend")
private func lend(_ body: @Sendable (Int, Int) -> Void, _ lent: UnsafeMutablePointer<sagan_closure>)

/// A closure that was `@Sendable` before it was lent.
private struct LentBody: @unchecked Sendable {
  var closure = sagan_closure()
}

/// What the threads of a pool share; it lives until the last of them has ended.
private final class PoolState: Sendable {
  /// A call of `run`.
  private struct Call {
    var body = LentBody()
    var isLast = false
  }

  private let call = Monitor(Call())
  /// Counts calls, so that each helper takes part in each once; changed with the call, and asked by helpers that do not sleep yet.
  private let number = Atomic<Int>(0)
  /// Helpers that have not finished the call.
  private let unfinished = Atomic<Int>(0)
  /// Where the caller sleeps until there are none.
  private let finished = Monitor(())
  /// The tasks that each thread takes first.
  private let shares: [TaskRange]

  init(threads: Int) { shares = (0..<threads).map { _ in TaskRange() } }

  func stop() { call.update { $0.isLast = true } }

  func run(_ body: LentBody, _ tasks: Int) {
    for (thread, share) in shares.enumerated() {
      share.set(thread * tasks / shares.count..<(thread + 1) * tasks / shares.count)
    }
    unfinished.store(shares.count - 1, ordering: .relaxed)
    call.update {
      $0.body = body
      number.wrappingAdd(1, ordering: .releasing)
    }
    drain(body, worker: 0)
    if !spin(until: { unfinished.load(ordering: .acquiring) == 0 }) {
      finished.withLock(when: { _ in unfinished.load(ordering: .acquiring) == 0 }) { _ in }
    }
  }

  /// What a helper does from its start to its end.
  func work(_ worker: Int) {
    var seen = 0
    while true {
      _ = spin { number.load(ordering: .acquiring) != seen }
      let (body, isLast) = call.withLock(when: { number.load(ordering: .relaxed) != seen || $0.isLast }) {
        seen = number.load(ordering: .relaxed)
        return ($0.body, $0.isLast)
      }
      if isLast { return }
      drain(body, worker: worker)
      if unfinished.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0 { finished.update { _ in } }
    }
  }

  /// Asks for `condition` a thousand times, 25 µs on a Zen 5; whether it came to hold, or the thread may go to sleep.
  ///
  /// Calls follow each other closely, and waking a thread that sleeps takes longer than most of the waits between them. A thread
  /// that never slept would take a core from another process.
  @inline(__always)
  private func spin(until condition: () -> Bool) -> Bool {
    for _ in 0..<1000 {
      if condition() { return true }
      sagan_relax()
    }
    return false
  }

  /// Takes a thread's own tasks from the first on, then those that others have not come to, from the last on.
  private func drain(_ body: LentBody, worker: Int) {
    while let task = shares[worker].takeFirst() { sagan_closure_call(body.closure, task, worker) }
    for step in 1..<shares.count {
      let other = shares[(worker + step) % shares.count]
      while let task = other.takeLast() { sagan_closure_call(body.closure, task, worker) }
    }
  }
}
