internal import Configuration
internal import Files
internal import Foundation
package import Scaling

#if canImport(Glibc)
  internal import Glibc
#endif

/// Makes the runs of a plan that are not finished, one after the other.
package final class ExperimentRunner {
  private let plan: RunPlan
  private let folder: ExperimentFolder
  private let launcher: RunLauncher
  private let ranks: Int
  private let threads: Int
  private let isStopRequested: () -> Bool
  private let say: (String) -> Void
  private var forecast: RunForecast

  /// Seconds between two looks at a run, and between two requests to stop.
  private static let (look, patience) = (0.1, 3.0)

  /// A runner.
  ///
  /// - Parameters:
  ///   - plan: Which runs.
  ///   - folder: Where they go.
  ///   - launcher: Starts them.
  ///   - ranks: Ranks of each run.
  ///   - threads: Threads of each rank.
  ///   - isStopRequested: Whether the run under way is to be ended with its checkpoint.
  ///   - say: Gets lines for people.
  package init(
    _ plan: RunPlan, in folder: ExperimentFolder, launcher: RunLauncher, ranks: Int, threads: Int,
    isStopRequested: @escaping () -> Bool, say: @escaping (String) -> Void
  ) {
    (self.plan, self.folder, self.launcher) = (plan, folder, launcher)
    (self.ranks, self.threads, self.isStopRequested, self.say) = (ranks, threads, isStopRequested, say)
    forecast = RunForecast(processors: ranks * threads)
  }

  /// Checks that runs can be made, before anything is written.
  ///
  /// - Parameters:
  ///   - plan: The runs.
  ///   - launcher: Starts them.
  ///   - ranks: Ranks of each run.
  ///   - threads: Threads of each rank.
  /// - Throws: A `ReportedError` where so many ranks cannot make the runs, or not be launched.
  package static func check(_ plan: RunPlan, _ launcher: RunLauncher, ranks: Int, threads: Int) throws {
    for run in plan.runs { try run.settings.validate(ranks: ranks) }
    try launcher.check(ranks: ranks, threads: threads)
  }

  /// Makes all runs that have no record.
  ///
  /// - Parameter only: The number of the one run to make, from 1; all where `nil`.
  /// - Throws: `ExperimentStoppedError` after a request to stop; the sentence and exit code of a run that failed.
  package func run(only: Int? = nil) throws {
    let numbered = plan.runs.enumerated().map { (number: $0.offset + 1, run: $0.element) }
    let wanted = numbered.filter { only == nil || $0.number == only }
    var open: [(number: Int, run: PlannedRun)] = []
    // A damaged record is told before hours of work.
    for item in wanted {
      if let record = try folder.records.record(item.run.name) {
        forecast.knows(item.run, record)
      } else {
        open.append(item)
      }
    }
    if open.count < wanted.count { say("\(wanted.count - open.count) of \(counted(wanted.count, "run")) are finished") }
    for (index, item) in open.enumerated() {
      let title = "run \(item.number) of \(plan.runs.count): \(item.run.label), seed \(item.run.seed)"
      forecast.begin(item.run, then: open.dropFirst(index + 1).map(\.run))
      say("\(title) (\(item.run.name)); \(forecast.words)")
      try make(item.run, title, left: open.count - index)
    }
  }

  private func make(_ run: PlannedRun, _ title: String, left: Int) throws {
    let directory = folder.run(run.name)
    try train(run, directory, title, left: left)
    let finish = RunFinish(run, in: directory, launcher: launcher, threads: threads * ranks)
    try folder.records.write(try finish.record(), pictures: try finish.pictures())
    forecast.end()
  }

  private func tell(_ news: [(step: Int, words: String)], of run: PlannedRun) {
    for (step, words) in news {
      forecast.reached(step)
      say("  step \(grouped(step)) of \(grouped(run.settings.steps)): \(words); \(forecast.words)")
    }
  }

  private func train(_ run: PlannedRun, _ directory: String, _ title: String, left: Int) throws {
    let log = folder.log(run.name)
    let begin = FileStatus(log)?.byteCount ?? 0
    let command =
      launcher.command(ranks: ranks, threads: threads) + ["train"] + run.arguments
      + ["--out", directory, "--threads", "\(threads)", "--resume", "auto", "--progress", "plain"]
    if isStopRequested() { throw ExperimentStoppedError(left: left, hasCheckpoint: false, folder: folder.path) }
    let process = try LaunchedProcess(command, output: log)
    var scores = RunScoreWatch(directory)
    var lastRequest: Date?
    while process.exitCode == nil {
      if isStopRequested(), lastRequest.map({ -$0.timeIntervalSinceNow > Self.patience }) ?? true {
        // mpirun passes this one on, and lets its ranks end by themselves.
        process.send(SIGUSR1)
        lastRequest = .now
      }
      tell(scores.news(), of: run)
      Thread.sleep(forTimeInterval: Self.look)
    }
    let code = process.wait()
    // What it had scored since the last look.
    tell(scores.news(), of: run)
    guard code != 0 else { return }
    guard code != 75, lastRequest == nil else {
      throw ExperimentStoppedError(left: left, hasCheckpoint: code == 75, folder: folder.path)
    }
    let sentence = RunLauncher.sentence(in: log, from: begin) ?? "it said nothing"
    throw ScalingError(
      exitCode: code,
      "\(title) ended with exit code \(code) (\(sentence)); its output is in '\(log)', and the same command continues")
  }
}
