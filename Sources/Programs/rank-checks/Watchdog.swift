import Foundation
import Synchronization

/// A thread that ends the job when a check takes too long, and names it.
///
/// It does not call MPI, which belongs to the main thread: a rank that exits without finalisation ends the job too.
final class Watchdog: Sendable {
  private struct Watch {
    var name: String
    var deadline: ContinuousClock.Instant
  }

  private let watch = Mutex<Watch?>(nil)

  init(rank: Int) {
    Thread.detachNewThread { [weak self] in
      while let self {
        if let name = self.overdue {
          report("rank \(rank): '\(name)' hangs")
          _exit(1)
        }
        Thread.sleep(forTimeInterval: 0.1)
      }
    }
  }

  private var overdue: String? {
    watch.withLock { watch in
      guard let watch, watch.deadline < .now else { return nil }
      return watch.name
    }
  }

  /// Gives what the main thread does next a name and a time.
  func watch(_ name: String, seconds: Int) {
    watch.withLock { $0 = Watch(name: name, deadline: .now + .seconds(seconds)) }
  }

  /// Stops watching.
  func stop() {
    watch.withLock { $0 = nil }
  }
}
