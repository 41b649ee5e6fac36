import Evaluation

/// Tells how far an evaluation is, now and then, with the time that is left.
final class EvaluationClock {
  private let isRoot: Bool
  private var what = ""
  private var began = ContinuousClock.now
  private var next = ContinuousClock.now

  /// Seconds between two lines.
  private static let interval = 10.0

  init(isRoot: Bool) { self.isRoot = isRoot }

  func report(_ progress: Extraction.Progress) {
    guard isRoot else { return }
    let now = ContinuousClock.now
    if progress.what != what {
      (what, began, next) = (progress.what, now, now + .seconds(Self.interval))
      return
    }
    guard now >= next, progress.done < progress.total else { return }
    next = now + .seconds(Self.interval)
    let seconds = Double((now - began).components.seconds)
    let left = Int((seconds * Double(progress.total - progress.done) / Double(max(progress.done, 1))).rounded())
    let share = 100 * progress.done / max(progress.total, 1)
    Console.complain("\(what): \(share) %, about \(left) s left")
  }
}
