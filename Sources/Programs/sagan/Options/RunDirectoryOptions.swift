import Configuration
import Runs
import ArgumentParser

/// What `sagan train` takes about the run directory: where it is, where the run begins, and what is written how often.
struct RunDirectoryOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Run directory.", valueName: "DIR"), completion: .directory)
  var out: String?

  @Option(
    help: ArgumentHelp(
      "auto: continue the run in --out, or start it if there is none; DIR: continue from this run directory or checkpoint.",
      valueName: "auto|DIR"),
    transform: { $0 == "auto" ? .automatic : .checkpoint($0) })
  var resume: LaunchOptions.Start = .new

  @Option(
    help: ArgumentHelp(
      "Steps or time between two checkpoints, such as 1000, 10m, or 1000,10m for whichever comes first (default: from "
        + "the preset).", valueName: "N|TIME"),
    transform: Interval.reading)
  var checkpointEvery: Interval?

  @Option(
    help: ArgumentHelp("Number of newest checkpoints to keep (default: from the preset).", valueName: "N"),
    transform: Int.reading)
  var keep: Int?

  @Option(
    help: ArgumentHelp(
      "Also keep each checkpoint whose step is a multiple of N (default: from the preset).", valueName: "N"),
    transform: Int.reading)
  var keepEvery: Int?

  @Option(
    help: ArgumentHelp(
      "Steps or time between two grids of samples, such as 1000 or 30m (default: from the preset).",
      valueName: "N|TIME"),
    transform: Interval.reading)
  var sampleEvery: Interval?

  @Option(
    help: ArgumentHelp(
      "Steps or time between two lines of metrics, such as 100 or 60s (default: from the preset).",
      valueName: "N|TIME"),
    transform: Interval.reading)
  var logEvery: Interval?

  /// The settings among them.
  var assignments: [SettingAssignment] {
    [
      assignment("checkpoint-every", checkpointEvery?.words), assignment("keep", keep),
      assignment("keep-every", keepEvery),
      assignment("sample-every", sampleEvery?.words), assignment("log-every", logEvery?.words),
    ].compactMap { $0 }
  }

  /// The settings of the run to continue, if there is one.
  func settingsOfRun() throws -> ConfigurationFile? { try resume.runSettings(out: out ?? "") }
}
