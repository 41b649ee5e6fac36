import Configuration
import ArgumentParser

/// The options of a run that limit time.
struct TimeLimits: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Stop after the step in which this time has passed, with a checkpoint and exit code 75. Examples: 5400 (seconds), "
        + "90m, 11h30m.",
      valueName: "TIME"), transform: TimeSpan.reading)
  var maxTime: TimeSpan?

  @Option(
    help: ArgumentHelp(
      """
      End the job when a rank has waited for other ranks this long, with exit code 69: a process hangs, or a link is cut. \
      Choose more time than rank 0 needs to write a checkpoint. A warning comes after a minute in any case.
      """, valueName: "TIME"), transform: TimeSpan.reading)
  var maxWait: TimeSpan?

  mutating func validate() throws {
    for (name, span) in [("--max-time", maxTime), ("--max-wait", maxWait)] {
      guard let span, span.duration <= .zero else { continue }
      throw ValidationError("expected \(name) above 0 and found \(span.words)")
    }
  }

  /// When a run that begins now has to stop.
  var end: ContinuousClock.Instant? { maxTime.map { .now + $0.duration } }
}
