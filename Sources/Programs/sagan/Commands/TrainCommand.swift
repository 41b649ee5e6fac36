import Checkpoints
import Configuration
import Runs
import ArgumentParser
import BLAS
import DataParallel
import Evaluation

/// `sagan train`.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a generator and a discriminator.",
    discussion: """
      To train on several ranks, start it with cluster/launch or mpirun. A setting has the value of the first of these that \
      sets it: its own option, --set, --config, the run to continue, the preset. Keys for --set and --config:
      \(TrainingSettings.settingKeys.joined(separator: ", ")).
      """)

  @OptionGroup var options: SettingOptions

  @OptionGroup var directory: RunDirectoryOptions

  @OptionGroup var scores: ScoreOptions

  @OptionGroup var threads: ThreadsOption

  @OptionGroup var sharing: StepOptions

  @OptionGroup var limits: TimeLimits

  @OptionGroup var progress: ProgressOption

  @Flag(help: "Print all settings as YAML for --config, instead of training.")
  var printConfig = false

  @Flag(help: "Print sizes and memory instead of training.")
  var dryRun = false

  mutating func validate() throws {
    guard dryRun || printConfig || directory.out != nil else {
      throw ValidationError("expected --out DIR, the directory to write to")
    }
  }

  func run() throws {
    BLASLibrary.useCallingThread()
    if !printConfig, !dryRun { try Launch.checkLauncher() }
    // Files that say what to do need to be on the first rank's host alone.
    let (settings, origin) = Launch.isRoot ? try self.settings() : (nil, nil)
    if printConfig {
      if let settings { try Console.deliver(try settings.yaml()) }
    } else if dryRun {
      if let settings {
        // Images that are held in memory count.
        let (configuration, data) = try settings.resolved()
        try origin?.check(configuration.settings)
        try Console.deliver(
          "\(try DryRunReport(configuration, ranks: Launch.ranks, threads: threads.threads, shardsAtOnce: sharing.shardsAtOnce))\n"
        )
        withExtendedLifetime(data) {}
      }
    } else {
      try train(settings, from: origin)
    }
  }

  private func train(_ settings: TrainingSettings?, from origin: RunOrigin?) throws {
    var settings = settings
    try settings?.resolveExtractor()
    let end = limits.end
    var launch = LaunchOptions(
      out: directory.out ?? "", start: directory.resume, threads: threads.threads, shardsAtOnce: sharing.shardsAtOnce,
      overlap: sharing.overlap.overlap
    ) {
      StopSignals.isStopRequested || end.map { $0 <= .now } ?? false
    }
    launch.willWrite = { StopSignals.listen() }
    try Launch.run(threads: threads.threads) { [launch, settings] replicas in
      try replicas.agree { try Console.neverWait() }
      let settings = try TrainingSettings.shared(settings, over: replicas)
      let logger = ConsoleLog.logger(isRoot: replicas.isRoot)
      let display = replicas.isRoot ? progress.display : nil
      let run = try TrainingRun(
        settings, launch, from: origin,
        replicas: try replicas.agree { try watched(replicas.summing(by: sharing.reduction)) },
        logger: logger, display: display, evaluator: TrainingEvaluator.make)
      try run.run()
    }
  }

  /// The same ranks, under watch.
  private func watched(_ replicas: ReplicaGroup) throws -> ReplicaGroup {
    try replicas.watching(
      limit: limits.maxWait?.duration,
      warn: {
        Console.complain("warning: \($0); a process may hang, or a link be cut: --max-wait TIME would end the run")
      },
      end: {
        Launch.end(
          saying: "\($0), longer than --max-wait allows: a process hangs or a link is cut; checkpoints "
            + "are intact: continue with --resume auto", exitCode: 69)
      })
  }

  /// The settings of the run, and where its first numbers come from, if that is another run.
  private func settings() throws -> (TrainingSettings, RunOrigin?) {
    var sources = try options.sources(
      continuing: try directory.settingsOfRun(), flags: directory.assignments + scores.assignments)
    let origin = try directory.origin(in: &sources)
    let result = try SettingOptions.settings(of: sources)
    try origin?.check(result)
    // A run asks MPI, which may know better.
    if dryRun { try result.validate(ranks: Launch.ranks) }
    return (result, origin)
  }
}
