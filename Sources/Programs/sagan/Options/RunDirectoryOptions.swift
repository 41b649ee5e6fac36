import Configuration
import Runs
import ArgumentParser

/// What `sagan train` takes about the run directory: where it is, where the run begins, and what is written how often.
struct RunDirectoryOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The run directory.", valueName: "DIR"), completion: .directory)
  var out: String?

  @Option(
    help: ArgumentHelp(
      "auto: continue the run in --out, or begin one; or a run directory or checkpoint to continue from.",
      valueName: "auto|DIR"),
    transform: { $0 == "auto" ? .automatic : .checkpoint($0) })
  var resume: LaunchOptions.Start = .new

  @Option(help: ArgumentHelp("Steps between two checkpoints.", valueName: "N"), transform: Int.reading)
  var checkpointEvery: Int?

  @Option(help: ArgumentHelp("How many checkpoints stay.", valueName: "N"), transform: Int.reading)
  var keep: Int?

  @Option(
    help: ArgumentHelp("Steps between two checkpoints that stay beyond those.", valueName: "N"), transform: Int.reading)
  var keepEvery: Int?

  @Option(help: ArgumentHelp("Steps between two grids of samples.", valueName: "N"), transform: Int.reading)
  var sampleEvery: Int?

  @Option(help: ArgumentHelp("Steps between two lines of metrics.", valueName: "N"), transform: Int.reading)
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
