/// Tells how far an evaluation is, now and then, with the time that is left.
package final class ProgressTeller {
  private let say: (String) -> Void
  private var what = ""
  private var began = ContinuousClock.now
  private var next = ContinuousClock.now

  /// Time between two lines.
  private static let interval = Duration.seconds(10)

  /// A teller.
  ///
  /// - Parameter say: Is given a line.
  package init(_ say: @escaping (String) -> Void) { self.say = say }

  /// Takes note of progress with something else than features, and tells it if the last line is long ago.
  ///
  /// - Parameters:
  ///   - what: What is worked on.
  ///   - done: How much of it is done.
  ///   - total: How much there is.
  package func report(_ what: String, _ done: Int, of total: Int) {
    report(Extraction.Progress(what: what, done: done, total: total))
  }

  /// Takes note of progress, and tells it if the last line is long ago.
  package func report(_ progress: Extraction.Progress) {
    let now = ContinuousClock.now
    if progress.what != what {
      (what, began, next) = (progress.what, now, now + Self.interval)
      return
    }
    guard now >= next, progress.done < progress.total else { return }
    next = now + Self.interval
    let seconds = (now - began) / .seconds(1)
    let left = Int((seconds * Double(progress.total - progress.done) / Double(max(progress.done, 1))).rounded())
    say("\(what): \(100 * progress.done / max(progress.total, 1)) %, about \(left) s left")
  }
}
