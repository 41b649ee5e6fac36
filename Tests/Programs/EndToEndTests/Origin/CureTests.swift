import Files
import Foundation
import Testing

/// Cures that messages print are commands that the program accepts, as they are printed.
@Suite struct Cures {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// Runs the command at the end of a message in a shell, as a reader would, for fewer steps.
  private func runCure(of outcome: Outcome, in scratch: Scratch, more: String = "") throws -> (Outcome, String) {
    let line = try #require(
      outcome.errors.split(separator: "\n").last { $0.contains("learning rates: ") }, "\(outcome.description)")
    let command = String(line[try #require(line.firstRange(of: "learning rates: ")).upperBound...])
    #expect(command.hasPrefix(Program.path + " train --"), "\(command)")
    return (try RunningCommand(["sh", "-c", command + more], in: scratch).wait(), command)
  }

  private func train(_ out: String, _ more: [String], ranks: Int? = nil) throws -> Outcome {
    try Program.run(
      ["train", "--preset", "tiny", "--out", out, "--log-every", "1", "--progress", "none"] + more, ranks: ranks,
      in: scratch)
  }

  /// With a name that a shell would take apart.
  @Test(arguments: [(nil, "it's a run"), (2, "runs/über")] as [(Int?, String)])
  func lostNumbersWithACheckpoint(ranks: Int?, out: String) throws {
    expectSuccess(try train(out, ["--steps", "2"]))
    // A rate that grows beyond all bounds in a run that has a checkpoint: only --from can change it.
    let rates = ["--set", "generator-learning-rate=1e38", "--set", "discriminator-learning-rate=1e38"]
    let lost = try Program.run(
      ["train", "--from", out, "--out", out + "/../lost", "--steps", "40", "--progress", "none"] + rates, ranks: ranks,
      in: scratch)
    expectSentence(lost, code: 70, ["NaN or infinity in step", "--from", "/lost/checkpoints/step-00000000", "--out"])
    let (cured, _) = try runCure(of: lost, in: scratch)
    expectSuccess(cured)
  }

  @Test func lostNumbersWithoutACheckpoint() throws {
    let lost = try train("run", ["--steps", "20", "--set", "generator-learning-rate=1e38"])
    expectSentence(lost, code: 70, ["NaN or infinity in step", "--config run/config.yaml", "--out run-2"])
    #expect(!lost.errors.contains("--from") && !lost.errors.contains("checkpoint"), "\(lost.description)")
    expectSuccess(try runCure(of: lost, in: scratch).0)
    // The name that was taken is not named again.
    try scratch.remove("run")
    #expect(
      try train("run", ["--steps", "20", "--set", "generator-learning-rate=1e38"]).errors.contains("--out run-3"))
  }

  /// The checkpoint that a warning names is there when the run has ended, although few are kept.
  @Test func aCollapseWithACheckpoint() throws {
    expectSuccess(try train("source", ["--steps", "2"]))
    let collapsed = try Program.run(
      [
        "train", "--from", "source", "--out", "run", "--steps", "8", "--log-every", "1", "--checkpoint-every", "1",
        "--keep", "1", "--progress", "none", "--set", "generator-learning-rate=1e6",
      ], in: scratch)
    #expect(
      collapsed.code == 0 && collapsed.errors.contains("the generator collapses"), "\(collapsed.description)")
    let (cured, command) = try runCure(of: collapsed, in: scratch)
    #expect(command.contains("--from run/checkpoints/step-"), "\(command)")
    expectSuccess(cured)
    for line in ["generator-learning-rate: 0.0001", "discriminator-learning-rate: 0.0002"] {
      #expect(try scratch.text("run-2/config.yaml").contains(line))
    }
  }

  @Test func aCollapseWithoutACheckpoint() throws {
    let collapsed = try train(
      "run", ["--steps", "5", "--set", "generator-learning-rate=1e6", "--set", "generator-attention=none"])
    #expect(
      collapsed.code == 0 && collapsed.errors.contains("the generator collapses"), "\(collapsed.description)")
    let (cured, command) = try runCure(of: collapsed, in: scratch)
    #expect(command.contains("--config run/config.yaml") && !command.contains("--from"), "\(command)")
    #expect(cured.code == 0, "\(cured.description)")
  }

  /// With a name that has to be in quotes.
  @Test func aRunThatWasStopped() throws {
    let stopped = try train("it's a run", ["--steps", "1000000", "--max-time", "0.1"])
    expectSentence(stopped, code: 75, ["--resume auto"])
    let options = try #require(stopped.errors.firstMatch(of: /continue with (.*)/)?.output.1)
    let last = scratch.latest("it's a run")
    let outcome = try RunningCommand(
      ["sh", "-c", "\(Program.path.quotedForShell) train \(options) --steps \(last + 1)"], in: scratch
    ).wait()
    expectSuccess(outcome)
    #expect(scratch.latest("it's a run") == last + 1)
  }

  @Test func otherImagesOnResuming() throws {
    expectSuccess(try train("run", ["--steps", "1"]))
    let other = ["--data", "synthetic:count=50", "--steps", "2"]
    let refused = try train("run", ["--resume", "auto"] + other)
    expectSentence(refused, code: 65, ["use the same data", "--from", "in place of --resume"])
    let source = try #require(refused.errors.firstMatch(of: /--from '([^']*)'/)?.output.1)
    expectSuccess(try Program.run(["train", "--from", String(source), "--out", "new"] + other, in: scratch))
  }

  @Test func fewerStepsThanAreMade() throws {
    expectSuccess(try train("run", ["--steps", "3", "--checkpoint-every", "1"]))
    let refused = try train("run", ["--resume", "auto", "--steps", "2"])
    expectSentence(refused, code: 78, ["set --steps to at least 3", "--resume and another --out"])
    expectSuccess(try train("run", ["--resume", "auto", "--steps", "3"]))
    expectSuccess(try train("new", ["--resume", "run/checkpoints/step-00000001", "--steps", "2"]))
  }

  /// What is refused on resuming names a way that is not.
  @Test func anotherRateOnResuming() throws {
    expectSuccess(try train("run", ["--steps", "2"]))
    let rate = ["--set", "generator-learning-rate=0.00001"]
    let refused = try train("run", ["--resume", "auto", "--steps", "3"] + rate)
    expectSentence(refused, code: 78, ["generator-learning-rate 0.0001", "--from", "--out"])
    let source = try #require(refused.errors.firstMatch(of: /--from '([^']*)'/)?.output.1)
    expectSuccess(
      try Program.run(["train", "--from", String(source), "--out", "new", "--steps", "3"] + rate, in: scratch))
    // Of other shapes it does not.
    let shape = try train("run", ["--resume", "auto", "--steps", "3", "--set", "width=8"])
    expectSentence(shape, code: 78, ["width 4", "start a new run without --resume"])
    #expect(!shape.errors.contains("--from"))
    expectSuccess(try train("other", ["--steps", "1", "--set", "width=8"]))
  }
}
