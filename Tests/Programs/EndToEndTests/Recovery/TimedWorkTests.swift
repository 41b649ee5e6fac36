import Foundation
import Testing

/// What is due by time: other steps in each run, and the same numbers.
@Suite struct TimedWork {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func arguments(_ out: String, steps: Int, _ every: [String]) -> [String] {
    ["train", "--preset", "tiny", "--data", "synthetic:count=64", "--out", scratch.at(out), "--steps", "\(steps)"]
      + every
  }

  @Test(arguments: [nil, 2]) func timeChangesWhatIsWrittenAndNoBit(ranks: Int?) throws {
    let timed = ["--log-every", "7,20ms", "--checkpoint-every", "30ms", "--sample-every", "40ms", "--keep-every", "9"]
    let outcome = try Program.run(arguments("timed", steps: 30, timed), ranks: ranks)
    expectSuccess(outcome)
    expectSuccess(
      try Program.run(arguments("all", steps: 30, ["--log-every", "1", "--checkpoint-every", "1", "--keep", "30"])))
    let config = try scratch.text("timed/config.yaml")
    #expect(config.contains("log-every: 7,20ms\n") && config.contains("checkpoint-every: 30ms\n"), "\(config)")
    let (lines, all) = (try scratch.results("timed"), try scratch.results("all"))
    // Each line is one of the run that writes all of them; those that their steps make due are there.
    #expect(all.count == 30 && lines.filter { !all.contains($0) } == [])
    for step in [7, 14, 21, 28, 30] { #expect(lines.contains(all[step - 1]), "step \(step)") }
    let kept = try scratch.tree("timed/checkpoints")
    let whole = try scratch.tree("all/checkpoints")
    #expect(kept.filter { $0.key != "latest" && whole[$0.key] != $0.value }.map(\.key) == [])
    for step in [9, 18, 27, 30] {
      #expect(scratch.holds("timed/checkpoints/step-000000\(step < 10 ? "0" : "")\(step)"))
    }
  }

  @Test(arguments: [nil, 2]) func aTimedRunGoesOnToTheSameBits(ranks: Int?) throws {
    let timed = ["--log-every", "10ms", "--checkpoint-every", "20ms", "--resume", "auto"]
    expectSuccess(try Program.run(arguments("run", steps: 11, timed), ranks: ranks))
    expectSuccess(try Program.run(arguments("run", steps: 20, ["--resume", "auto"]), ranks: ranks == nil ? 2 : nil))
    #expect(try scratch.text("run/config.yaml").contains("checkpoint-every: 20ms\n"))
    expectSuccess(try Program.run(arguments("reference", steps: 20, [])))
    let step = "/checkpoints/step-00000020"
    #expect(differences(try scratch.tree("run" + step), try scratch.tree("reference" + step)) == [])
  }

  @Test func theFirstStepIsSeen() throws {
    let outcome = try Program.run(arguments("run", steps: 4, ["--log-every", "1000000"]))
    expectSuccess(outcome)
    #expect(outcome.output.contains("\nstep 1/4 "), "\(outcome.description)")
    #expect(try scratch.results("run").count == 1)
  }

  @Test(arguments: ["0", "0s", "soon", "5,6", "1m,2m", "-3", "1e9s"]) func intervalsThatAreNone(value: String) throws {
    for option in ["--log-every", "--checkpoint-every", "--sample-every"] {
      let outcome = try Program.run(arguments("run", steps: 4, [option, value]))
      expectSentence(outcome, code: 64, [option, "10m"])
    }
    expectSentence(
      try Program.run(arguments("run", steps: 4, ["--set", "log-every=\(value)"])), code: 78, ["log-every", "10m"])
    #expect(!scratch.holds("run"))
  }
}
