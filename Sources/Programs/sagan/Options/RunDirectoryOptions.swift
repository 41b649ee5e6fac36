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
    help: ArgumentHelp("Steps between two checkpoints (default: from the preset).", valueName: "N"),
    transform: Int.reading)
  var checkpointEvery: Int?

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
    help: ArgumentHelp("Steps between two grids of samples (default: from the preset).", valueName: "N"),
    transform: Int.reading)
  var sampleEvery: Int?

  @Option(
    help: ArgumentHelp("Steps between two lines of metrics (default: from the preset).", valueName: "N"),
    transform: Int.reading)
  var logEvery: Int?

  /// The settings among them.
  var assignments: [SettingAssignment] {
    [
      assignment("checkpoint-every", checkpointEvery), assignment("keep", keep),
      assignment("keep-every", keepEvery),
      assignment("sample-every", sampleEvery), assignment("log-every", logEvery),
    ].compactMap { $0 }
  }

  /// The settings of the run to continue, if there is one.
  func settingsOfRun() throws -> ConfigurationFile? { try resume.runSettings(out: out ?? "") }
}
