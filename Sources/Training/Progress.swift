internal import Foundation

/// How fast a run is, and how long it will still take.
struct Progress {
  /// The speed since the last look.
  struct Speed {
    let seconds: Double
    let imagesPerSecond: Double
    let secondsLeft: Double
  }

  private let start = ContinuousClock.now
  private let last: Int
  private var previous: (step: Int, time: ContinuousClock.Instant)

  /// Nothing measured yet, at `step` of `last`.
  init(step: Int, last: Int) {
    self.last = last
    previous = (step, start)
  }

  /// The speed since the last call.
  mutating func measure(step: Int, imagesPerStep: Int) -> Speed {
    let now = ContinuousClock.now
    let perStep = (now - previous.time) / .seconds(1) / Double(max(step - previous.step, 1))
    previous = (step, now)
    return Speed(
      seconds: (now - start) / .seconds(1), imagesPerSecond: Double(imagesPerStep) / max(perStep, 1e-9),
      secondsLeft: perStep * Double(last - step))
  }

  /// A line for people.
  func line(_ report: StepReport, _ speed: Speed) -> String {
    String(
      format: "step %d/%d  loss D %.4f G %.4f  logit real %.3f fake %.3f  %.1f images/s  %@ left", previous.step, last,
      report.discriminatorLoss, report.generatorLoss, report.logitReal, report.logitFake, speed.imagesPerSecond,
      Self.duration(speed.secondsLeft))
  }

  /// For instance `2:05` or `1:00:00`.
  static func duration(_ seconds: Double) -> String {
    let total = Int(seconds.rounded())
    return total < 3600
      ? String(format: "%d:%02d", total / 60, total % 60)
      : String(format: "%d:%02d:%02d", total / 3600, total / 60 % 60, total % 60)
  }
}
