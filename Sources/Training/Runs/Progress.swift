internal import Trainer
internal import Foundation

/// How fast a run is, measured from step to step.
struct Progress {
  /// Speed between two lines of metrics.
  struct Speed {
    /// Since the run was started.
    let seconds: Double
    /// Real images that the discriminator saw in a second.
    let imagesPerSecond: Double
  }

  private let start = ContinuousClock.now
  private let last: Int
  private let imagesPerStep: Double
  private var previous: (step: Int, time: ContinuousClock.Instant)
  private var latest: ContinuousClock.Instant
  /// Steps made and seconds taken, those of a while ago counting less and less.
  private var recent = (steps: 0.0, seconds: 0.0)

  /// After how many seconds a step counts less by a factor of e.
  private static let memory = 10.0

  /// Nothing measured yet, at `step` of `last`.
  init(step: Int, last: Int, imagesPerStep: Int) {
    self.last = last
    self.imagesPerStep = Double(imagesPerStep)
    previous = (step, start)
    latest = start
  }

  /// Takes down that `step` was made.
  mutating func advance(to step: Int, _ report: StepReport) -> StepProgress {
    let now = ContinuousClock.now
    let seconds = (now - latest) / .seconds(1)
    latest = now
    let fading = exp(-seconds / Self.memory)
    recent = (recent.steps * fading + 1, recent.seconds * fading + seconds)
    let secondsPerStep = recent.seconds / recent.steps
    return StepProgress(
      step: step, last: last, report: report, imagesPerSecond: imagesPerStep / max(secondsPerStep, 1e-9),
      secondsLeft: secondsPerStep * Double(last - step))
  }

  /// Leaves out of all speeds what was done between two steps.
  mutating func skip(_ time: Duration) {
    latest += time
    previous.time += time
  }

  /// The speed since the last call.
  mutating func measure(step: Int) -> Speed {
    let secondsPerStep = (latest - previous.time) / .seconds(1) / Double(max(step - previous.step, 1))
    previous = (step, latest)
    return Speed(
      seconds: (latest - start) / .seconds(1), imagesPerSecond: imagesPerStep / max(secondsPerStep, 1e-9))
  }
}
