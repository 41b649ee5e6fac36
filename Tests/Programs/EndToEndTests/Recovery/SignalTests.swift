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
    let deadline = Date.now + 60
    while run.isRunning && Date.now < deadline {
      if let metrics = try? scratch.text("run/metrics.jsonl"), metrics.contains("\n") { break }
      Thread.sleep(forTimeInterval: 0.002)
    }
    return run
  }

  /// Starts a run whose steps take long, so that it is in one of them when it is signalled.
  private func startSlowly(batch: Int) throws -> RunningCommand {
    let run = try Program.start([
      "train", "--preset", "tiny", "--batch", "\(batch)", "--out", scratch.at("run"), "--steps", "1000000",
    ])
    while run.isRunning && !scratch.holds("run/metrics.jsonl") { Thread.sleep(forTimeInterval: 0.002) }
    Thread.sleep(forTimeInterval: 0.5)
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
    let run = try startSlowly(batch: 256)
    run.send(SIGINT)
    Thread.sleep(forTimeInterval: 0.02)
    run.send(SIGINT)
    let outcome = try run.wait()
    expectSentence(outcome, code: 75, ["after step"])
    #expect(scratch.latest("run") > 0)
  }

  @Test func onRanksThatAreAskedToStop() throws {
    let run = try start(ranks: 2)
    run.send(SIGUSR1)
    try expectStop(try run.wait(), ranks: nil)
  }

  @Test(arguments: [SIGINT, SIGTERM]) func onRanksThatAreEnded(signal: Int32) throws {
    let run = try start(["--set", "checkpoint-every=2"], ranks: 2)
    while run.isRunning && scratch.latest("run") == 0 { Thread.sleep(forTimeInterval: 0.002) }
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
    let run = try startSlowly(batch: 2048)
    run.send(SIGINT)
    Thread.sleep(forTimeInterval: 1)
    #expect(run.isRunning)
    run.send(SIGINT)
    let outcome = try run.wait()
    #expect(outcome.code == 128 + SIGINT, "\(outcome.description)")
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
