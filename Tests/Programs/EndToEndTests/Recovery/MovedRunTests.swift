import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Run directories that are moved, removed or robbed of their lock while a run goes on in them.
@Suite struct MovedRuns {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func arguments(_ out: String, seed: Int = 0, steps: Int) -> [String] {
    [
      "train", "--preset", "tiny", "--data", "synthetic:count=64", "--out", scratch.at(out), "--seed", "\(seed)",
      "--steps", "\(steps)", "--set", "log-every=1", "--set", "checkpoint-every=5", "--set", "sample-every=5", "--set",
      "keep=1000",
    ]
  }

  /// Starts a run that goes on until it is stopped, and waits for its first checkpoint.
  private func start(_ out: String, ranks: Int? = nil) throws -> RunningCommand {
    let run = try Program.start(arguments(out, steps: 1_000_000), ranks: ranks)
    while run.isRunning && scratch.latest(out) == 0 { Thread.sleep(forTimeInterval: 0.002) }
    try #require(run.isRunning)
    return run
  }

  @Test(arguments: [nil, 2]) func aMovedDirectoryIsTheSameRunAndAnotherAtItsPathIsNot(ranks: Int?) throws {
    let run = try start("run", ranks: ranks)
    try FileManager.default.moveItem(atPath: scratch.at("run"), toPath: scratch.at("old"))
    let moved = scratch.latest("old")
    expectSuccess(try Program.run(arguments("run", seed: 1, steps: 10)))
    let other = try scratch.tree("run")
    while run.isRunning && scratch.latest("old") < moved + 10 { Thread.sleep(forTimeInterval: 0.002) }
    run.send(SIGUSR1)
    let outcome = try run.wait()
    #expect(outcome.code == 75, "\(outcome.description)")
    #expect(outcome.errors.contains("/old --resume auto"), "\(outcome.description)")
    #expect(differences(other, try scratch.tree("run")) == [])
    let last = scratch.latest("old")
    expectSuccess(try Program.run(arguments("reference", steps: last)))
    #expect(try scratch.results("reference") == scratch.results("old"))
    let numbers = "checkpoints/step-\(String(format: "%08d", last))/generator.safetensors"
    #expect(try scratch.bytes("reference/" + numbers) == scratch.bytes("old/" + numbers))
  }

  @Test(arguments: [nil, 2]) func aRemovedDirectoryEndsTheRun(ranks: Int?) throws {
    let run = try start("run", ranks: ranks)
    // Whatever is written meanwhile can make the removal of a folder fail.
    while scratch.holds("run") { try? FileManager.default.removeItem(atPath: scratch.at("run")) }
    expectSentence(try run.wait(), code: 73, ["/run'", "removed or emptied"])
    #expect(!scratch.holds("run/config.yaml") && !scratch.holds("run/metrics.jsonl"))
  }

  @Test func withoutItsLockADirectoryStillHasOneRun() throws {
    let run = try start("run")
    try scratch.remove("run/lock")
    let outcome = try Program.run(arguments("run", steps: 20) + ["--resume", "auto"])
    expectSentence(outcome, code: 73, ["/run'", "another process"])
    run.send(SIGTERM)
    #expect(try run.wait().code == 75)
  }
}
