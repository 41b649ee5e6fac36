import Checkpoints
import Configuration
import Runs
import ArgumentParser
import Logging

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
      "Start a new run with the numbers of this run's newest checkpoint, or of this checkpoint. Its settings are the defaults; "
        + "all that leave tensors their shapes may differ, and classes and head, of which new ones are drawn.",
      valueName: "DIR"),
    completion: .directory)
  var from: String?

  @Flag(help: "With --from: begin Adam's moments and counts of updates anew.")
  var freshOptimizer = false

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
      assignment("from", from), assignment("fresh-optimizer", freshOptimizer ? true : nil),
    ].compactMap { $0 }
  }

  mutating func validate() throws {
    guard from == nil || resume == .new else {
      throw ValidationError("--from starts a new run and --resume continues one; leave out one of the two")
    }
    guard from != "" else { throw ValidationError("expected a run directory or a checkpoint after --from") }
    guard !freshOptimizer || from != nil else {
      throw ValidationError("--fresh-optimizer needs --from DIR, whose optimizer is not to be kept")
    }
  }

  /// Opens the checkpoint whose numbers a new run starts with, if there is one, and notes it among the settings.
  func origin(in sources: inout SettingSources) throws -> RunOrigin? {
    guard try resume.isAnew(out: out ?? "") else {
      try sources.checkOrigin()
      return nil
    }
    guard let name = sources.value(of: "from"), name != "none" else { return nil }
    let isNamed = from != nil
    let origin = try RunOrigin(
      name, step: isNamed ? nil : sources.value(of: "from-step").flatMap { Int($0) },
      checksum: isNamed ? nil : sources.value(of: "from-checksum"), logger: .console)
    try origin.note(in: &sources)
    return origin
  }

  /// The settings of the run to continue, if there is one.
  func settingsOfRun() throws -> ConfigurationFile? { try resume.runSettings(out: out ?? "") }
}
