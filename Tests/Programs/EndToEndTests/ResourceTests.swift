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
    let command = "ulimit -v 500000; \(Program.path) train --preset sagan32 --out \(scratch.at("out"))"
    let outcome = try RunningCommand(["bash", "-c", command]).wait()
    expectSentence(outcome, code: 69, ["address space", "ulimit -v"])
    try expectUntouched(scratch, since: [:])
  }

  @Test(arguments: [("tiny", 3), ("sagan32", 1)]) func theEstimateIsNearTheTruth(preset: String, steps: Int) throws {
    let options = ["train", "--preset", preset, "--batch", "16"]
    let plan = try Program.run(options + ["--dry-run"])
    let estimate = try #require(plan.output.firstMatch(of: /about ([0-9,]+) MiB/)).output.1.filter { $0 != "," }
    let run = try Program.start(options + ["--out", scratch.at("out"), "--steps", "\(steps)"])
    var peak = 0.0
    while run.isRunning {
      peak = max(peak, run.peakMebibytes ?? 0)
      Thread.sleep(forTimeInterval: 0.01)
    }
    expectSuccess(try run.wait())
    let ratio = try #require(Double(estimate)) / peak
    #expect((0.9...1.5).contains(ratio), "\(estimate) MiB planned, \(peak) MiB taken")
  }

  @Test func threadsWithoutCores() throws {
    let train = ["train", "--preset", "tiny", "--steps", "1", "--out"]
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let few = try Program.run(train + [scratch.at("few"), "--threads", "1"])
    expectSuccess(few)
    #expect(!few.errors.contains("warning"), "\(few.description)")
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
