import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Runs that end because their time has passed, or because a rank does not answer.
@Suite struct TimeLimits {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func arguments(_ out: String, steps: Int, _ more: String...) -> [String] {
    let settings = ["log-every=1", "checkpoint-every=5", "sample-every=1000000"]
    return ["train", "--preset", "tiny", "--out", scratch.at(out), "--steps", "\(steps)", "--resume", "auto"]
      + settings.flatMap { ["--set", $0] } + more
  }

  /// Checks that the run goes on from where it ended as if nothing had happened.
  private func expectContinuation(ranks: Int?) throws {
    let steps = scratch.latest("run") + 3
    expectSuccess(try Program.run(arguments("run", steps: steps), ranks: ranks))
    expectSuccess(try Program.run(arguments("reference", steps: steps)))
    try expectSameRun(scratch, "reference", "run")
  }

  @Test(arguments: [nil, 2]) func theTimeOfARunPasses(ranks: Int?) throws {
    let outcome = try Program.run(arguments("run", steps: 1_000_000, "--max-time", "0m2s"), ranks: ranks)
    expectSentence(outcome, code: 75, ["after step \(scratch.latest("run")) of 1000000", "--resume auto", "/run"])
    #expect(scratch.latest("run") > 0)
    #expect(try scratch.results("run").count == scratch.latest("run"))
    try expectContinuation(ranks: ranks == nil ? 2 : nil)
  }

  @Test func aRankThatDoesNotAnswer() throws {
    let run = try Program.start(arguments("run", steps: 1_000_000, "--max-wait", "6"), ranks: 2)
    while run.isRunning && scratch.latest("run") == 0 { Thread.sleep(forTimeInterval: 0.01) }
    let silent = try #require(try RunProcess.ofRank(1, in: scratch.at("run")))
    kill(silent, SIGSTOP)
    let start = Date.now
    let outcome = try run.wait()
    #expect(Date.now.timeIntervalSince(start) < 12)
    expectSentence(outcome, code: 69, ["rank 0 has waited 6 s for rank 1 in ", " of step ", "--max-wait"])
    // Half of the limit before that.
    let warnings = outcome.errors.split(separator: "\n").filter { $0.contains("warning: rank") }
    #expect(warnings.count == 1, "\(outcome.description)")
    #expect(warnings.first?.contains("rank 0 has waited 3 s for rank 1 in ") ?? false, "\(outcome.description)")
    let deadline = Date.now + 10
    while kill(silent, 0) == 0 && Date.now < deadline { Thread.sleep(forTimeInterval: 0.05) }
    #expect(kill(silent, 0) != 0, "the launcher ends a rank that hangs")
    try expectContinuation(ranks: 2)
  }
}
