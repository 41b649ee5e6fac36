import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// `sagan experiment` on the least networks: what is run, kept, continued and reported.
@Suite(.serialized) struct ExperimentTests {
  private typealias Object = [String: Any]

  private static let launcher = Program.package.appendingPathComponent("cluster/launch").path

  /// Options that make runs of seconds.
  private static func words(_ names: String, _ scratch: Scratch, _ more: [String] = [], steps: Int = 8) -> [String] {
    [
      "experiment", "run", names, "--out", scratch.at("out"), "--data", "synthetic:count=40", "--launcher", launcher,
      "--set", "width=4", "--set", "batch=4", "--set", "evaluate-samples=100", "--set", "steps=\(steps)",
    ] + more
  }

  private static func record(_ scratch: Scratch, _ name: String) throws -> Object {
    let bytes = try scratch.bytes("out/records/\(name)/record.json")
    return try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? Object)
  }

  /// The scores of a record as they stand there, without the seconds.
  private static func scores(_ scratch: Scratch, _ name: String) throws -> [String] {
    let evaluations = try #require(try record(scratch, name)["evaluations"] as? [Object])
    return try evaluations.map { evaluation in
      let scores = try #require(evaluation["scores"] as? [Object])
      return "\(evaluation["step"] ?? "") "
        + scores.map { "\($0["name"] ?? "") \($0["value"] ?? "")" }.joined(separator: " ")
    }
  }

  /// The name of the run that the output names first.
  private static func firstRun(_ output: String) throws -> String {
    String(try #require(output.firstMatch(of: /\((sagan32-[a-z0-9-]+)\);/)).output.1)
  }

  private static func records(_ scratch: Scratch) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: scratch.at("out/records"))) ?? []).sorted()
  }

  @Test func runsLeaveRecordsAndAReport() throws {
    let scratch = try Scratch()
    let outcome = try Program.run(Self.words("figure3", scratch))
    expectSuccess(outcome)
    for (number, label) in ["SN in D", "SN in G and D", "SN in G and D, two rates"].enumerated() {
      #expect(outcome.output.contains("run \(number + 1) of 3: \(label), seed 0 (sagan32-none"))
    }
    #expect(outcome.output.contains("step 8 of 8: FD ") && outcome.output.contains("all runs end about "))
    let names = Self.records(scratch)
    #expect(names.count == 3)
    for name in names {
      let record = try Self.record(scratch, name)
      #expect((record["evaluations"] as? [Object])?.count == 8 && record["classes"] as? Int == 10)
      #expect(scratch.holds("out/records/\(name)/samples.png") && !scratch.holds("out/records/\(name)/attention.png"))
      #expect(scratch.holds("out/runs/\(name)/checkpoints/best") && scratch.holds("out/logs/\(name).log"))
    }
    let report = try scratch.text("out/report/report.md")
    #expect(report.contains("| SN in D | 1 | 8 | 32 |") && report.contains("width=4, batch=4"))
    let page = try scratch.bytes("out/report/report.html")
    #expect(page.count < 5_000_000 && page.starts(with: "<!DOCTYPE html>".utf8))
    // What is finished is not run again, even where its directory has gone; what differs is.
    try scratch.remove("out/runs")
    let before = try scratch.tree("out/records")
    let again = try Program.run(Self.words("figure3", scratch))
    expectSuccess(again)
    #expect(again.output.contains("3 of 3 runs are finished") && !again.output.contains("run 1 of"))
    #expect(differences(before, try scratch.tree("out/records")) == [])
    // Without options the folder's own count, and a table that shares a row has run it.
    let shared = try Program.run(["experiment", "run", "table1", "--out", scratch.at("out"), "--dry-run"])
    expectSuccess(shared)
    #expect(shared.output.matches(of: /\(finished\)/).count == 1 && shared.output.contains("no attention, seed 0 (fin"))
    expectSuccess(try Program.run(["experiment", "report", "all", "--out", scratch.at("out")]))
    #expect(try scratch.text("out/report/report.md").contains("| AC-GAN | not run yet |"))
    expectSentence(
      try Program.run(Self.words("figure3", scratch, ["--scale", "small"])), code: 73,
      ["scale quick and not small", "another --out"])
    expectSentence(
      try Program.run(Self.words("figure3", scratch, ["--set", "width=8"])), code: 73, ["set width=4", "another --out"])
  }

  @Test func photographsAreScoredByOthersOfTheSamePlaces() throws {
    let scratch = try Scratch()
    let photos = try PhotoFolder(in: scratch)
    try FileManager.default.copyItem(atPath: scratch.at("photos"), toPath: scratch.at("photos-reference"))
    // Attention at 32×32 needs 8 channels there.
    let words = Self.words(
      "table1", scratch,
      ["--scale", "small", "--seeds", "1", "--photographs", photos.data, "--set", "width=8"])
    let listed = try Program.run(words + ["--dry-run"])
    expectSuccess(listed)
    let rows = listed.output.split(separator: "\n").filter { $0.contains(", seed 0") }
    // Behind five rows on the main data: none, attention at three heights, as many residual blocks.
    #expect(rows.count == 5 + 7 && listed.output.matches(of: /--preset photos64/).count == 7)
    expectSuccess(try Program.run(words + ["--only", "7"]))
    let name = try #require(Self.records(scratch).first)
    #expect(name.hasPrefix("photos64-attention8-") && Self.records(scratch).count == 1)
    let closing = try #require(try Self.record(scratch, name)["closing_last"] as? Object)
    let scores = try #require(closing["scores"] as? [Object]).compactMap { $0["name"] as? String }
    for score in ["fd_classifier", "intra_fd_classifier", "accuracy"] {
      #expect(scores.contains(score), "\(scores)")
    }
    #expect(scratch.holds("out/records/\(name)/attention.png"))
    expectSuccess(try Program.run(["experiment", "report", "table1", "--out", scratch.at("out")]))
    let report = try scratch.text("out/report/report.md")
    #expect(report.contains("never quoted") && report.contains("never saw (folder:"), "\(report)")
  }

  @Test func aStoppedRunIsContinuedToTheSameScores() throws {
    let reference = try Scratch()
    func words(_ scratch: Scratch) -> [String] { Self.words("figure3", scratch, ["--only", "1"], steps: 32) }
    expectSuccess(try Program.run(words(reference) + ["--ranks", "2"]))
    let name = try #require(Self.records(reference).first)
    for signal in [SIGTERM, SIGINT, SIGKILL] {
      let scratch = try Scratch()
      let command = try Program.start(words(scratch))
      try command.wait(until: { command.output.contains("step 8 of 32") })
      command.send(signal)
      let stopped = try command.wait()
      #expect(Self.records(scratch).isEmpty, "\(stopped.description)")
      if signal != SIGKILL {
        expectSentence(stopped, code: 75, ["stopped as asked, with a ch", "1 run left", "the same command continues"])
      }
      // Whoever ended it, no run is left that goes on by itself. What ends with its parent may take a step and a checkpoint for that.
      var outcome = try Program.run(words(scratch))
      try Patience.wait(until: {
        if outcome.code == 73 { outcome = try Program.run(words(scratch)) }
        return outcome.code != 73
      })
      expectSuccess(outcome)
      #expect(Self.records(scratch) == [name])
      let (own, expected) = (try Self.scores(scratch, name), try Self.scores(reference, name))
      #expect(own == expected && own.count == 8, "after \(signal), on one rank, and in one piece on two")
    }
  }

  @Test func twoAtOnceDoNotMix() throws {
    let scratch = try Scratch()
    let first = try Program.start(Self.words("figure3", scratch, steps: 2000))
    try first.wait(until: { first.output.contains("run 1 of 3") })
    expectSentence(
      try Program.run(Self.words("figure3", scratch, steps: 2000)), code: 73,
      ["another sagan experiment run is at work"])
    // One run of it may be made beside others, but not the one under way.
    let lock = "out/runs/\(try Self.firstRun(first.output))/lock"
    try first.wait(until: { scratch.holds(lock) })
    let second = try Program.run(Self.words("figure3", scratch, ["--only", "1"], steps: 2000))
    #expect(second.code == 73 && second.errors.contains("another process"), "\(second.description)")
    first.send(SIGTERM)
    #expect(try first.wait().code != 0)
  }

  @Test func aRunThatFailsEndsTheExperiment() throws {
    let scratch = try Scratch()
    let outcome = try Program.run([
      "experiment", "run", "table2", "--out", scratch.at("out"), "--data", "folder:" + scratch.at("nothing"),
      "--launcher", Self.launcher,
    ])
    expectSentence(
      outcome, code: 66, ["run 1 of 3: AC-GAN, seed 0 ended with exit code 66", "nothing", ".log", "same command"])
    #expect(Self.records(scratch).isEmpty)
  }

  @Test func whatCannotBeRunIsSaidBefore() throws {
    let scratch = try Scratch()
    expectSentence(try Program.run(["experiment", "run", "table3"]), code: 64, ["table2, figure3, table1 or all"])
    expectSentence(
      try Program.run(Self.words("figure3", scratch, ["--only", "4"])), code: 64, ["--only from 1 to 3"])
    expectSentence(try Program.run(Self.words("figure3", scratch, ["--set", "seed=3"])), code: 78, ["seed themselves"])
    expectSentence(try Program.run(Self.words("figure3", scratch, ["--set", "withd=3"])), code: 78, ["'width'"])
    expectSentence(
      try Program.run(Self.words("figure3", scratch, ["--ranks", "4"])), code: 78, ["start 1 or 2 instead"])
    expectSentence(
      try Program.run(["experiment", "run", "table1", "--scale", "small", "--dry-run"], in: scratch), code: 66,
      ["make photographs", "--photographs none"])
    expectSentence(
      try Program.run(["experiment", "report", "all", "--out", scratch.path]), code: 66, ["experiment.json"])
    expectSentence(try Program.run(["experiment", "run", "all", "--dry-run"], ranks: 2), code: 64, ["without mpirun"])
    #expect(!scratch.holds("out/runs") && !scratch.holds("out/records"))
  }
}
