import Foundation
import Threads

/// A thread that ends the job when a check takes too long, and names it.
///
/// It does not call MPI, which belongs to the main thread: a rank that exits without finalisation ends the job too.
final class Watchdog: Sendable {
  /// Seconds after which a check hangs: far more than any takes on a slow machine that does other things.
  static let patience =
    300 * max(ProcessInfo.processInfo.environment["SAGAN_TEST_PATIENCE"].flatMap { Int($0) } ?? 1, 1)

  private struct Watch {
    var name: String
    var deadline: ContinuousClock.Instant
  }

  /// What the two threads share.
  private struct Watched {
    var watch: Watch?
    var isEnding = false
  }

  private let watched: Monitor<Watched>
  private let thread: Threads.Thread

  init(rank: Int) throws {
    let watched = Monitor(Watched())
    self.watched = watched
    thread = try Threads.Thread {
      while !watched.wait(until: { $0.isEnding }, atMost: .milliseconds(100)) {
        guard let watch = watched.withLock({ $0.watch }), watch.deadline < .now else { continue }
        report("rank \(rank): '\(watch.name)' hangs")
        _exit(1)
      }
    }
  }

  deinit {
    watched.update { $0.isEnding = true }
    thread.join()
  }

  /// Gives what the main thread does next a name and a time.
  func watch(_ name: String, seconds: Int) {
    watched.withLock { $0.watch = Watch(name: name, deadline: .now + .seconds(seconds)) }
  }

  /// Stops watching.
  func stop() { watched.withLock { $0.watch = nil } }
}
