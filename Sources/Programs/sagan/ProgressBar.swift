import Runs
import Foundation

/// One line of a terminal that follows a run: a bar, the step, losses, images per second and the time left.
final class ProgressBar: ProgressDisplay {
  private let hasColour: Bool
  private var next = ContinuousClock.now

  /// The least time between two updates, so that they can be read.
  private static let interval = Duration.milliseconds(100)

  /// A bar, whose filled part is green if `hasColour`.
  init(hasColour: Bool) { self.hasColour = hasColour }

  func show(_ status: StepProgress) {
    let now = ContinuousClock.now
    guard now >= next || status.step == status.last else { return }
    next = now + Self.interval
    // A character in the last column would make some terminals begin a new line.
    let parts = status.parts(fitting: Console.width - 1)
    Console.showBar((parts.bar == 0 ? "" : bar(parts.bar, done: parts.done)) + parts.text)
  }

  func end() { Console.leaveBar() }

  private func bar(_ length: Int, done: Int) -> String {
    let filled = String(repeating: "#", count: done)
    return "[" + (hasColour ? "\u{1B}[32m\(filled)\u{1B}[0m" : filled) + String(repeating: "-", count: length - done)
      + "] "
  }
}

/// Nothing is shown while a run goes on.
struct NoProgress: ProgressDisplay {
  func show(_ status: StepProgress) {}
  func end() {}
}
