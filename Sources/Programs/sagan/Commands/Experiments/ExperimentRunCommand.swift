import ArgumentParser
import Configuration
import Experiments
import Files
import Reports
import Scaling

extension ExperimentScale: ExpressibleByArgument {}

/// `sagan experiment run`.
struct ExperimentRunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Make the runs of experiments, and write the report.",
    discussion: """
      Each run is launched as a user would launch it, one after the other. What is finished has a record and is not run again; Ctrl-C \
      or SIGTERM ends the run under way with a checkpoint, and the same command continues. DIR receives experiment.json, runs (ordinary \
      run directories, which stay), logs, records and report.
      """)

  @Argument(
    help: ArgumentHelp("Experiments: \(ExperimentName.list).", valueName: "NAME"), transform: ExperimentNames.reading)
  var names: ExperimentNames

  @OptionGroup var choice: ExperimentOptions

  @Option(help: ArgumentHelp("Ranks of each run (default: 1).", valueName: "R"), transform: Int.reading)
  var ranks = 1

  @OptionGroup var threads: ThreadsOption

  @OptionGroup var hosts: LauncherOptions

  @Option(
    help: ArgumentHelp(
      "Make the Nth run of the list alone, as a task of a job array does; other processes may make others at the same time.",
      valueName: "N"), transform: Int.reading)
  var only: Int?

  @Flag(help: "List the runs and their commands instead of making them.")
  var dryRun = false

  @Option(
    help: ArgumentHelp(
      "Write a batch file of Slurm that makes the runs as a job array, instead of making them; cluster/submit submits it.",
      valueName: "FILE.sbatch"))
  var submit: String?

  @OptionGroup var cluster: ClusterOptions

  @OptionGroup var output: OutputOptions

  mutating func validate() throws {
    guard (1...65536).contains(ranks) else {
      throw ValidationError("expected --ranks from 1 to 65536 and found \(ranks)")
    }
    guard Launch.environment == nil else {
      throw ValidationError("experiment run launches its runs itself: start it without mpirun")
    }
  }

  func run() throws {
    let (state, out) = try choice.state(for: names.names)
    let plan = try RunPlan(
      try state.catalogue().tables(names.names), seeds: state.seeds, environment: Launch.environmentSettings)
    if let only, !(1...plan.runs.count).contains(only) {
      throw ValidationError("expected --only from 1 to \(plan.runs.count), the number of runs, and found \(only)")
    }
    if dryRun { return try list(plan, out) }
    if let request = cluster.request { try self.plan(plan, state, request) }
    if let submit { try write(plan, state, out, to: submit) }
    guard cluster.request == nil, submit == nil else { return }
    let launcher = try hosts.runLauncher()
    try ExperimentRunner.check(plan, launcher, ranks: ranks, threads: threads.threads)
    let folder = try ExperimentFolder(out, state, isShared: only != nil)
    StopSignals.listen()
    let runner = ExperimentRunner(
      plan, in: folder, launcher: launcher, ranks: ranks, threads: threads.threads,
      isStopRequested: { StopSignals.isStopRequested }, say: { Console.say($0) })
    try runner.run(only: only)
    guard only == nil else { return }
    let path = try ExperimentReport(names.names, of: out).write()
    Console.say("The report is \(path).".shown)
  }

  /// Prints what the runs would take on a cluster.
  private func plan(_ plan: RunPlan, _ state: ExperimentState, _ request: ClusterRequest) throws {
    let launcher = try hosts.runLauncher()
    let measured = try MeasuredSystem.all(of: plan, launcher) { Console.complain($0) }
    let resolution = plan.tables[0].data.resolution
    let found = try ClusterPlan(
      plan, on: request, measured, classes: resolution == 128 ? 1000 : 10, channels: 3)
    try Console.deliver(ClusterPlanText(found, on: request, seeds: state.seeds, resolution: resolution).text)
  }

  /// Writes the batch file of a job array.
  private func write(_ plan: RunPlan, _ state: ExperimentState, _ out: String, to path: String) throws {
    let layout = RankLayout(
      allowed: plan.ranksForAll(), nodes: cluster.nodes?.counts.first ?? 1,
      cores: cluster.nodes == nil ? ranks * threads.threads : cluster.coresPerNode)
    let list = names.names == ExperimentName.allCases ? "all" : names.names.map(\.rawValue).joined(separator: ",")
    let words = ["experiment", "run", list, "--out", out] + state.options + hosts.words
    let file = try OutputFile(path: path, isForced: output.force)
    try file.append(Array(BatchFile(words, runs: plan.runs.count, layout: layout).text.utf8))
    _ = try file.finish()
    Console.say("The batch file is \(path): cluster/submit \(path.quotedForShell)".shown)
  }

  /// What would be run.
  private func list(_ plan: RunPlan, _ out: String) throws {
    let records = RecordFolder(of: out)
    let lines = plan.runs.enumerated().map { index, run in
      let words = run.arguments.map(\.quotedForShell).joined(separator: " ")
      let mark = records.holds(run.name) ? " (finished)" : ""
      return
        "\(index + 1)  \(run.label), seed \(run.seed)\(mark)\n   sagan train \(words) --out \(out)/runs/\(run.name)"
        .shownLines
    }
    try Console.deliver(lines.joined(separator: "\n") + "\n")
  }
}
