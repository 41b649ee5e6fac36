internal import Files
internal import Benchmarks
internal import Foundation

/// Launches the runs of a plan, round after round, and writes what they found.
public final class ScalingBenchmark {
  private let plan: ScalingPlan
  private let launcher: RunLauncher
  private let folder: String
  private let report: (String) -> Void

  /// A benchmark.
  ///
  /// - Parameters:
  ///   - plan: Which runs.
  ///   - launcher: Starts them.
  ///   - folder: Receives results, report and pictures; is made if there is none.
  ///   - report: Gets a line for each run.
  /// - Throws: `ScalingError` if the folder cannot be made or holds results already.
  public init(_ plan: ScalingPlan, launcher: RunLauncher, folder: String, report: @escaping (String) -> Void) throws {
    (self.plan, self.launcher, self.folder, self.report) = (plan, launcher, folder, report)
    for name in [ScalingResults.fileName] + ScalingReport.fileNames where FileStatus(folder + "/" + name) != nil {
      throw ScalingError(
        .cannotCreate, "expected a folder without results at '\(folder)' and found \(name); choose another --out")
    }
    try launcher.check(ranks: plan.ranks.last ?? 1, threads: plan.threads)
    try Self.makeFolder(folder)
  }

  /// Makes a folder, if there is none.
  public static func makeFolder(_ folder: String) throws {
    try Directory.create(folder)
    guard FileManager.default.isWritableFile(atPath: folder) else {
      throw ScalingError(.cannotCreate, "cannot write into the folder '\(folder)'; choose another --out")
    }
  }

  /// Removes a folder that nothing was written into, and no other.
  public static func removeIfEmpty(_ folder: String) { rmdir(folder) }

  /// Makes all runs.
  ///
  /// Results are written after each round, so that those of a benchmark that was stopped are not lost.
  ///
  /// - Returns: What was found.
  /// - Throws: `ScalingError` if a run fails, `FileError` if results cannot be written.
  public func run() throws -> ScalingResults {
    // A benchmark whose first runs fail leaves nothing behind.
    defer { Self.removeIfEmpty(folder) }
    let most = plan.ranks.last ?? 1
    var results = ScalingResults(
      plan,
      command: (launcher.command(ranks: most, threads: plan.threads)
        + plan.arguments(ranks: most, kind: .usual, overlap: nil)).joined(separator: " "))
    for round in 1...plan.rounds {
      for ranks in plan.ranks {
        var usual: String?
        for kind in plan.kinds(ranks) {
          let overlap = kind == .other ? (usual == "none" ? "thread" : "none") : nil
          let step: StepRecord = try decoded(
            launcher.output(
              of: plan.arguments(ranks: ranks, kind: kind, overlap: overlap), ranks: ranks, threads: plan.threads))
          if kind == .usual { usual = step.overlap }
          results.runs.append(.init(ranks: ranks, kind: kind, round: round, step: step))
          report(
            "round \(round) of \(plan.rounds), \(counted(ranks, "rank"))"
              + "\(ranks == 1 ? "" : kind == .independent ? " independent" : step.overlap == "none" ? " blocking" : " overlapped")"
              + ": \(fixed(step.secondsMedian, 4)) s a step, \(fixed(step.imagesPerSecondMedian, 2)) images a second"
              + "\(step.isOversubscribed ? " (processors are shared)" : "")")
        }
      }
      try results.write(to: "\(folder)/\(ScalingResults.fileName)")
    }
    for ranks in plan.ranks where ranks > 1 {
      report("sums over \(ranks) ranks")
      let sums: ReductionRecord = try decoded(
        launcher.output(
          of: ["bench", "allreduce", "--json", "--bytes", "\(plan.sumBytes)", "--passes", "5"], ranks: ranks,
          threads: plan.threads))
      results.sums.append(sums)
    }
    try results.write(to: "\(folder)/\(ScalingResults.fileName)")
    return results
  }

  private func decoded<Record: Decodable>(_ output: Data) throws(ScalingError) -> Record {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
      return try decoder.decode(Record.self, from: output)
    } catch {
      throw ScalingError(
        .software,
        "expected a run to print one JSON object and found '\(String(decoding: output.prefix(60), as: UTF8.self))'; "
          + "look at what starts besides sagan")
    }
  }
}
