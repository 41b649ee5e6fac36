import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Signals that ask a run to stop.
@Suite struct Signals {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func arguments(_ out: String, steps: Int, _ more: [String] = []) -> [String] {
    let settings = ["log-every=1", "checkpoint-every=1000000", "sample-every=1000000"]
    return ["train", "--preset", "tiny", "--out", scratch.at(out), "--steps", "\(steps)", "--resume", "auto"]
      + settings.flatMap { ["--set", $0] } + more
  }

  /// Starts a run that would take for ever.
  private func start(
    _ more: [String] = [], ranks: Int? = nil, under wrapper: [String] = []
  ) throws -> RunningCommand {
    let run = try Program.start(arguments("run", steps: 1_000_000, more), ranks: ranks, under: wrapper)
    try run.wait { (try? scratch.text("run/metrics.jsonl"))?.contains("\n") ?? false }
    return run
  }

  /// Starts a run whose steps make so many updates of the discriminator, and returns when it listens, in the first step or
  /// before it.
  private func startSlowly(_ out: String, updates: Int, batch: Int = 8) throws -> RunningCommand {
    let run = try Program.start([
      "train", "--preset", "tiny", "--set", "discriminator-updates=\(updates)", "--batch", "\(batch)", "--out",
      scratch.at(out), "--steps",
      "9",
    ])
    try run.wait { run.catches(SIGINT) }
    return run
  }

  /// Checks that a run ended with a checkpoint, and goes on from there as if it had not been stopped.
  private func expectStop(_ outcome: Outcome, ranks: Int?) throws {
    let step = scratch.latest("run")
    #expect(step > 0)
    expectSentence(outcome, code: 75, ["after step \(step) of 1000000", "--resume auto", "/run"])
    #expect(try scratch.results("run").count == step)
    expectSuccess(try Program.run(arguments("run", steps: step + 2), ranks: ranks))
    expectSuccess(try Program.run(arguments("reference", steps: step + 2)))
    try expectSameRun(scratch, "reference", "run")
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGXCPU, SIGUSR1]) func alone(signal: Int32) throws {
    let run = try start()
    run.send(signal)
    try expectStop(try run.wait(), ranks: 2)
  }

  @Test func theSameKeyPressTwice() throws {
    // On a machine that is busy, half a second may lie between what was sent at once: a rare chance, and not five times.
    var outcome: Outcome?
    for attempt in 0..<5 where outcome?.code != 75 {
      let run = try startSlowly("run\(attempt)", updates: 300)
      run.send(SIGINT)
      Thread.sleep(forTimeInterval: 0.02)
      run.send(SIGINT)
      outcome = try run.wait()
      #expect(outcome?.code != 75 || scratch.latest("run\(attempt)") > 0)
    }
    expectSentence(try #require(outcome), code: 75, ["after step"])
  }

  @Test func onRanksThatAreAskedToStop() throws {
    let run = try start(ranks: 2)
    run.send(SIGUSR1)
    try expectStop(try run.wait(), ranks: nil)
  }

  @Test(arguments: [SIGINT, SIGTERM]) func onRanksThatAreEnded(signal: Int32) throws {
    let run = try start(["--set", "checkpoint-every=2"], ranks: 2)
    try run.wait { scratch.latest("run") > 0 }
    run.send(signal)
    let outcome = try run.wait()
    #expect(outcome.code != 0 && outcome.code != 75, "\(outcome.description)")
    #expect(!outcome.errors.contains("sagan:"), "\(outcome.description)")
    let step = scratch.latest("run")
    let more = ["--set", "checkpoint-every=2"]
    expectSuccess(try Program.run(arguments("run", steps: step + 2, more), ranks: 2))
    expectSuccess(try Program.run(arguments("reference", steps: step + 2, more)))
    try expectSameRun(scratch, "reference", "run")
  }

  @Test func aSecondInterruptEndsAtOnce() throws {
    // The first step would take minutes.
    let run = try startSlowly("run", updates: 1000, batch: 256)
    // Once more after more than half a second, which a busy machine may count from later on.
    var sent = 0
    try Patience.wait {
      run.send(SIGINT)
      sent += 1
      Thread.sleep(forTimeInterval: 0.7)
      return !run.isRunning
    }
    let outcome = try run.wait()
    #expect(outcome.code == 128 + SIGINT && sent > 1, "\(outcome.description)")
    #expect(!scratch.holds("run/checkpoints"))
  }

  @Test(arguments: [nil, 2]) func aQuitEndsAtOnceWithoutTheReportOfACrash(ranks: Int?) throws {
    // A quit may leave the process's memory in the folder that it runs in.
    let run = try start(ranks: ranks, under: ["bash", "-c", "ulimit -c 0; exec \"$@\"", "bash"])
    let process = try #require(try ranks == nil ? run.identifier : RunProcess.ofRank(0, in: scratch.at("run")))
    kill(process, SIGQUIT)
    let outcome = try run.wait()
    #expect(outcome.code == 128 + SIGQUIT, "\(outcome.description)")
    #expect(!outcome.errors.contains("crashed") && !outcome.errors.contains("sagan:"), "\(outcome.description)")
    #expect(scratch.latest("run") == 0)
  }

  @Test(arguments: [nil, 2]) func aReaderThatGoesAwayEndsNothing(ranks: Int?) throws {
    let deaf = ["bash", "-c", "set -o pipefail; \"$@\" | true", "bash"]
    let outcome = try Program.run(arguments("run", steps: 40), ranks: ranks, under: deaf)
    #expect(outcome.code == 0, "\(outcome.description)")
    #expect(scratch.latest("run") == 40)
  }
}
