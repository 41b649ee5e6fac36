public import Trainer
internal import Foundation

/// How far a run is after a step, and how fast it is at present.
public struct StepProgress: Sendable {
  /// The step, counted from 1.
  public let step: Int
  /// The step at which the run ends.
  public let last: Int
  /// What the step reported.
  public let report: StepReport
  /// Real images that the discriminator sees in a second.
  public let imagesPerSecond: Double
  /// What remains at this speed.
  public let secondsLeft: Double

  /// A status.
  public init(step: Int, last: Int, report: StepReport, imagesPerSecond: Double, secondsLeft: Double) {
    self.step = step
    self.last = last
    self.report = report
    self.imagesPerSecond = imagesPerSecond
    self.secondsLeft = secondsLeft
  }

  /// A whole line for people, for instance `step 10/20  loss D 1.9984 G 0.0021  …`.
  public var line: String {
    String(
      format: "step %d/%d  loss D %.4f G %.4f  logit real %.3f fake %.3f  %.1f images/s  %@ left", step, last,
      report.discriminatorLoss, report.generatorLoss, report.logitReal, report.logitFake, imagesPerSecond,
      Self.duration(secondsLeft))
  }

  /// When the next line is to be expected, for the end of a line; nil where it comes soon, or none does.
  ///
  /// - Parameters:
  ///   - stepsToLog: Steps until the next line of metrics, where their number decides.
  ///   - patience: The longest time without a line, unless a step takes longer.
  /// - Returns: The end of the line.
  func nextLine(stepsToLog: Int?, _ patience: Duration) -> String? {
    guard step < last else { return nil }
    let secondsPerStep = secondsLeft / Double(last - step)
    let steps = min((patience / .seconds(1) / secondsPerStep).rounded(.up), Double(stepsToLog ?? .max))
    let wait = max(steps, 1) * secondsPerStep
    return wait < 10 ? nil : "; the next line in about \(Self.duration(wait))"
  }

  /// The share of the steps that are done, and a text beside it, for a line of limited width.
  ///
  /// - Parameter width: How many characters there are for both.
  /// - Returns: Characters for a bar, of which `done` are filled (both 0 where there is no room), and the text.
  public func parts(fitting width: Int) -> (bar: Int, done: Int, text: String) {
    let losses = String(format: "  D %.3f G %.3f", report.discriminatorLoss, report.generatorLoss)
    let speed = String(format: "  %.1f images/s", imagesPerSecond)
    let left = "  \(Self.duration(secondsLeft)) left"
    var text = "\(step)/\(last)"
    for candidate in [text + left, text + losses + left, text + losses + speed + left] where candidate.count <= width {
      text = candidate
    }
    text = String(text.prefix(max(width, 0)))
    // A bar of fewer characters shows nothing.
    let room = min(width - text.count - 3, 30)
    guard room >= 5 else { return (0, 0, text) }
    return (room, last == 0 ? room : room * min(step, last) / last, text)
  }

  /// For instance `2:05` or `1:00:00`.
  static func duration(_ seconds: Double) -> String {
    let total = seconds < 1e9 ? Int(seconds.rounded()) : 1_000_000_000
    return total < 3600
      ? String(format: "%d:%02d", total / 60, total % 60)
      : String(format: "%d:%02d:%02d", total / 3600, total / 60 % 60, total % 60)
  }
}

/// Something that shows people how far a run is, in place of lines of the log.
public protocol ProgressDisplay {
  /// Takes note of a step that was made; called after each of them, so most calls should return at once.
  func show(_ status: StepProgress)
  /// The steps are over, whether or not all were made.
  func end()
}
