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
    // At usual rates the discriminator may win within the seconds of a test, of which a fast machine then warns.
    let settings = [
      "log-every=1", "checkpoint-every=5", "sample-every=1000000", "generator-learning-rate=1e-6",
      "discriminator-learning-rate=1e-6",
    ]
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
    // Longer than a machine that does other things makes a rank wait.
    let run = try Program.start(arguments("run", steps: 1_000_000, "--max-wait", "10"), ranks: 2)
    try run.wait { scratch.latest("run") > 0 }
    let silent = try #require(try RunProcess.ofRank(1, in: scratch.at("run")))
    kill(silent, SIGSTOP)
    let outcome = try run.wait()
    expectSentence(outcome, code: 69, ["rank 0 has waited ", " s for rank 1 in ", " of step ", "--max-wait"])
    // The last warning came at half of the limit.
    let times = try ["warning: rank 0 has waited ", "sagan: rank 0 has waited "].map { words in
      let line = outcome.errors.split(separator: "\n").last { $0.contains(words) && $0.contains(" s for rank 1 in ") }
      return try #require(
        line?.firstMatch(of: /has waited (\d+) s/).flatMap { Int($0.output.1) }, "\(outcome.description)")
    }
    #expect(times[0] >= 5 && times[0] <= times[1] && times[1] >= 10, "\(outcome.description)")
    // The launcher ends a rank that hangs.
    try Patience.wait { kill(silent, 0) != 0 }
    try expectContinuation(ranks: 2)
  }
}
