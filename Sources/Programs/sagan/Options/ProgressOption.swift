import Runs
import ArgumentParser
import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// `--progress`.
struct ProgressOption: ParsableArguments {
  enum Style: String, CaseIterable, ExpressibleByArgument {
    case auto, bar, plain, none
  }

  @Option(
    help: ArgumentHelp(
      "bar: one line that is updated; plain: a line when metrics are due; none: no progress; auto: bar in a terminal, "
        + "otherwise plain.",
      valueName: "auto|bar|plain|none"))
  var progress = Style.auto

  /// What shows the steps of a run; `nil` leaves it to the log.
  var display: (any ProgressDisplay)? {
    let environment = ProcessInfo.processInfo.environment
    switch progress {
    case .none: return NoProgress()
    case .plain: return nil
    case .auto where !Self.isTerminal(environment): return nil
    case .auto, .bar: return ProgressBar(hasColour: environment["NO_COLOR", default: ""].isEmpty)
    }
  }

  /// Whether standard output is a terminal that can rewrite a line.
  ///
  /// A launcher gives each rank a terminal of its own, even where its output goes to a file.
  private static func isTerminal(_ environment: [String: String]) -> Bool {
    Launch.environment == nil && isatty(STDOUT_FILENO) == 1 && environment["TERM", default: "dumb"] != "dumb"
  }
}
