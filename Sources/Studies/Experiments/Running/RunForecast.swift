internal import Benchmarks
internal import Configuration
internal import Files
internal import Foundation

/// When all runs will have ended: from the seconds of steps that were made here; before there are any, from those of finished runs,
/// and without these from operations alone.
package struct RunForecast {
  /// Operations that a processor makes in a second, until it is known better: what steps of narrow networks reach, evaluations
  /// included.
  private static let usualRate = 1e11

  private let processors: Int
  private var operations = 0.0, seconds = 0.0
  private var finishedOperations = 0.0, finishedSeconds = 0.0
  private var current: (perStep: Double, steps: Int, reached: Int, first: Int?, since: Date)?
  private var rest = 0.0

  /// A forecast without knowledge.
  ///
  /// - Parameter processors: Ranks times threads.
  package init(processors: Int) { self.processors = processors }

  /// A run was finished before.
  ///
  /// - Parameters:
  ///   - run: The run.
  ///   - record: What stays of it, perhaps from another machine.
  package mutating func knows(_ run: PlannedRun, _ record: FinishedRun) {
    let share = Double(record.place.ranks) * Double(record.place.threads) / Double(max(processors, 1))
    finishedOperations += Self.operations(run)
    finishedSeconds += record.allSeconds * share
  }

  /// A run begins.
  ///
  /// - Parameters:
  ///   - run: The run.
  ///   - others: The runs behind it.
  package mutating func begin(_ run: PlannedRun, then others: [PlannedRun]) {
    current = (Self.operations(run) / Double(max(run.settings.steps, 1)), run.settings.steps, 0, nil, .now)
    rest = others.reduce(0) { $0 + Self.operations($1) }
  }

  /// The run under way has been scored after a step: from one such step to the next all is regular.
  mutating func reached(_ step: Int) {
    guard var run = current else { return }
    if run.first != nil {
      operations += run.perStep * Double(max(step - run.reached, 0))
      seconds += -run.since.timeIntervalSinceNow
    }
    (run.first, run.reached, run.since) = (run.first ?? step, step, .now)
    current = run
  }

  /// The run under way has ended.
  mutating func end() { current = nil }

  /// Seconds until all will have ended.
  package var secondsLeft: Double {
    let before = finishedSeconds > 0 ? finishedOperations / finishedSeconds : Self.usualRate * Double(processors)
    let rate = seconds > 0 ? operations / seconds : before
    let own = current.map { $0.perStep * Double($0.steps - $0.reached) } ?? 0
    return (own + rest) / max(rate, 1)
  }

  /// When all will have ended, in words.
  var words: String {
    let left = secondsLeft
    guard left < 1e8 else { return "all runs end in \(grouped(Int(left / 86400))) days" }
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.dateFormat = left < 72000 ? "HH:mm" : "yyyy-MM-dd HH:mm"
    return "all runs end about \(formatter.string(from: .now + left))"
  }

  /// Operations of a whole run; classes and channels count little where the data have yet to tell them.
  private static func operations(_ run: PlannedRun) -> Double {
    var settings = run.settings
    settings.classes = settings.classes ?? 10
    settings.imageChannels = settings.imageChannels ?? 3
    let perStep = (try? TrainingConfiguration(settings)).map(StepWork.operations) ?? 0
    return perStep * Double(settings.steps)
  }
}
