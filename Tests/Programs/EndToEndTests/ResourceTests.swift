import Foundation
import Testing

/// What a run needs of the machine, and what it says where that is not there.
@Suite struct Resources {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test(
    arguments: [
      ["--preset", "sagan128", "--set", "width=1024", "--batch", "4096"],
      ["--preset", "sagan128", "--set", "width=1024", "--batch", "1000000"],
    ], [nil, 2])
  func notEnoughMemory(options: [String], ranks: Int?) throws {
    let outcome = try Program.run(
      ["train", "--classes", "10", "--data", "synthetic", "--out", scratch.at("out")] + options, ranks: ranks)
    expectSentence(outcome, code: 69, ["MiB of free memory", "rank", "found", "--batch"])
    try expectUntouched(scratch, since: [:])
  }

  @Test func noAddressSpace() throws {
    let limited = ["bash", "-c", "ulimit -v 500000; exec \"$@\"", "bash"]
    let outcome = try Program.run(["train", "--preset", "sagan32", "--out", scratch.at("out")], under: limited)
    expectSentence(outcome, code: 69, ["address space", "ulimit -v"])
    try expectUntouched(scratch, since: [:])
  }

  @Test(arguments: [("tiny", 4), ("sagan32", 2)]) func theEstimateIsNearTheTruth(preset: String, steps: Int) throws {
    let options = ["train", "--preset", preset, "--batch", "16"]
    let plan = try Program.run(options + ["--dry-run"])
    let estimate = try #require(plan.output.firstMatch(of: /about ([0-9,]+) MiB/)).output.1.filter { $0 != "," }
    // It is asked while the run goes on: the system forgets what a process had when it ends.
    let run = try Program.start(
      options + ["--out", scratch.at("out"), "--steps", "1000000", "--set", "log-every=1", "--set", "sample-every=1"]
        + ["--set", "checkpoint-every=1"])
    defer { run.send(SIGKILL) }
    try run.wait { scratch.latest("out") >= steps }
    let peak = try #require(run.peakMebibytes)
    let ratio = try #require(Double(estimate)) / peak
    #expect((0.9...1.5).contains(ratio), "\(estimate) MiB planned, \(peak) MiB taken")
  }

  @Test func threadsWithoutCores() throws {
    let train = ["train", "--preset", "tiny", "--steps", "1", "--out"]
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let few = try Program.run(train + [scratch.at("few"), "--threads", "1"])
    expectSuccess(few)
    #expect(!few.errors.contains("threads of"), "\(few.description)")
    let many = try Program.run(train + [scratch.at("many"), "--threads", "\(cores + 1)"])
    expectSuccess(many)
    #expect(many.errors.components(separatedBy: "\(cores + 1) threads of 1 rank").count == 2, "\(many.description)")
    let ranks = try Program.run(train + [scratch.at("ranks"), "--threads", "\(cores)"], ranks: 2)
    expectSuccess(ranks)
    #expect(ranks.errors.components(separatedBy: "\(2 * cores) threads of 2 ranks").count == 2, "\(ranks.description)")
  }

  @Test(arguments: [nil, 3]) func theEnvironmentNamesEveryHostOnce(ranks: Int?) throws {
    let train = [
      "train", "--preset", "tiny", "--steps", "1", "--shards", "6", "--batch", "6", "--out", scratch.at("out"),
    ]
    expectSuccess(try Program.run(train, ranks: ranks))
    let data = Data(try scratch.bytes("out/environment.json"))
    let environment = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(environment["hosts"] as? [String] == [ProcessInfo.processInfo.hostName])
    #expect(environment["ranks"] as? Int == ranks ?? 1)
  }
}
