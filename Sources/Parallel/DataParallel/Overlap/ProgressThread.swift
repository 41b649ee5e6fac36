internal import Threads

/// The turn to call MPI, which one thread has at a time, and a thread that moves an overlapped sum on.
final class ProgressThread: Sendable {
  /// How long the thread sleeps while partners have sent nothing, in seconds.
  static let pause = 400e-6

  private struct Work {
    /// The sum that the thread sees to.
    var sum: OverlappedAllReduce?
    /// Started with the first sum.
    var thread: Thread?
    var isEnding = false

    /// Whether the thread has something to do.
    var isWaiting: Bool { isEnding || !(sum?.isDone ?? true) }
  }

  private let turn = Monitor(Work())

  deinit {
    let thread = turn.update { work in
      work.isEnding = true
      return work.thread
    }
    thread?.join()
  }

  /// Waits for the turn and runs `body` in it.
  func inTurn<Result: Sendable, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    try turn.withLock { _ throws(Failure) in try body() }
  }

  /// Runs `body` in turn, and then lets the thread see to `sum`.
  func inTurn(handingOver sum: OverlappedAllReduce, _ body: () -> Void) {
    turn.update { [turn] work in
      body()
      work.sum = sum
      // Where the system starts no thread, the sum is taken when it is finished: later, and the same.
      if work.thread == nil { work.thread = try? Thread { Self.seeToSums(turn) } }
    }
  }

  /// Runs `body` in turn, after which the thread has no sum any more.
  func inTurn(takingBack sum: OverlappedAllReduce, _ body: () -> Void) {
    turn.withLock { work in
      if work.sum === sum { work.sum = nil }
      body()
    }
  }

  /// What the thread does from its start to its end.
  private static func seeToSums(_ turn: Monitor<Work>) {
    while true {
      let isMoving = turn.withLock(when: { $0.isWaiting }) { work in
        work.isEnding ? nil : work.sum?.advance() ?? false
      }
      guard let isMoving else { return }
      if !isMoving { turn.wait(until: { $0.isEnding }, atMost: .seconds(pause)) }
    }
  }
}
