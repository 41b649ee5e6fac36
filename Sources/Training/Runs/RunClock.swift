/// Rank 0's watch on a run: what time has made due, and whether people should see a line.
///
/// What is due by time is asked in the middle of a step and goes to all ranks with the sums of that step's losses, so that
/// they do the same after it.
package final class RunClock {
  /// People see a line at least this often, whatever the intervals are.
  package static let patience = Duration.seconds(60)

  private let limits: [(kind: DueWork, limit: Duration)]
  /// When each kind of work was last done.
  private var done: [Int: ContinuousClock.Instant] = [:]
  private var lastLine: ContinuousClock.Instant?
  /// How many lines people have seen.
  package private(set) var lines = 0
  private var stepBegin: ContinuousClock.Instant
  private var stepLength: Duration?
  private var isMeasuring = false

  /// Begins before the first step.
  package init(_ schedule: RunSchedule, now: ContinuousClock.Instant = .now) {
    limits = schedule.times
    stepBegin = now
    for (kind, _) in limits { done[kind.rawValue] = now }
  }

  /// Notes that a step begins.
  ///
  /// - Parameters:
  ///   - isMeasuring: Whether what a line of metrics needs is measured in it.
  ///   - now: The time.
  package func beginStep(isMeasuring: Bool, now: ContinuousClock.Instant = .now) {
    stepBegin = now
    self.isMeasuring = isMeasuring
  }

  /// What is due after the step that is being made.
  ///
  /// - Parameter now: The time.
  /// - Returns: Work whose time has passed, but no line of metrics where they are not measured; and whether to measure in the next
  ///   step, where the time of a line may pass by the middle of it.
  package func due(now: ContinuousClock.Instant = .now) -> DueWork {
    limits.reduce(into: []) { work, entry in
      let (kind, limit) = entry
      let isDue = passed(kind, now) >= limit && (kind != .log || isMeasuring)
      if isDue { work.insert(kind) }
      guard kind == .log, !isDue else { return }
      let length = max(stepLength ?? .zero, now - stepBegin)
      if passed(kind, now) + length * 2 >= limit { work.insert(.measurement) }
    }
  }

  /// Notes that a step has ended, and what is written after it.
  package func endStep(writing work: DueWork, now: ContinuousClock.Instant = .now) {
    stepLength = now - stepBegin
    for (kind, _) in limits where work.contains(kind) { done[kind.rawValue] = now }
  }

  /// Whether people should see a line after a step: after the first one, with each line of metrics, and in each minute.
  ///
  /// - Parameters:
  ///   - isLogDue: Whether a line of metrics is written.
  ///   - now: The time.
  /// - Returns: Whether to print a line, which then counts as printed.
  package func showsLine(isLogDue: Bool, now: ContinuousClock.Instant = .now) -> Bool {
    guard isLogDue || lastLine.map({ now - $0 >= Self.patience }) ?? true else { return false }
    lastLine = now
    lines += 1
    return true
  }

  private func passed(_ kind: DueWork, _ now: ContinuousClock.Instant) -> Duration {
    done[kind.rawValue].map { now - $0 } ?? .zero
  }
}
