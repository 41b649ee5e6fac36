import Foundation
import Testing

/// `sagan bench scaling` and `sagan bench project` on the least preset: what is launched, written and worked out.
@Suite(.serialized) struct ScalingTests {
  private typealias Object = [String: Any]

  private static let launcher = Program.package.appendingPathComponent("cluster/launch").path

  private static func scaling(
    _ ranks: String, out: String, _ more: [String] = [], under wrapper: [String] = []
  ) throws -> Outcome {
    try Program.run(
      [
        "bench", "scaling", "--preset", "tiny", "--ranks", ranks, "--batch", "4", "--steps", "2", "--rounds", "1",
        "--sum-bytes", "300000",
        "--launcher", launcher, "--out", out,
      ] + more, under: wrapper)
  }

  private static func object(_ scratch: Scratch, _ name: String) throws -> Object {
    try #require(try JSONSerialization.jsonObject(with: Data(try scratch.bytes(name))) as? Object)
  }

  private static func steps(_ results: Object, ranks: Int, _ kind: String) throws -> [Object] {
    let runs = try #require(results["runs"] as? [Object])
    return runs.filter { $0["ranks"] as? Int == ranks && $0["kind"] as? String == kind }
      .compactMap { $0["step"] as? Object }
  }

  @Test(arguments: ["weak", "strong"]) func runsAreLaunchedInEveryWay(mode: String) throws {
    let scratch = try Scratch()
    let outcome = try Self.scaling("1,2", out: scratch.at("out"), ["--mode", mode, "--link", "1gbit"])
    expectSuccess(outcome)
    let results = try Self.object(scratch, "out/results.json")
    let one = try #require(try Self.steps(results, ranks: 1, "independent").first)
    let usual = try #require(try Self.steps(results, ranks: 2, "usual").first)
    let other = try #require(try Self.steps(results, ranks: 2, "other").first)
    let alone = try #require(try Self.steps(results, ranks: 2, "independent").first)
    // Weak scaling keeps a rank's images, strong scaling those of all.
    #expect(one["batch"] as? Int == 4)
    #expect(usual["batch"] as? Int == (mode == "weak" ? 8 : 4) && usual["ranks"] as? Int == 2)
    #expect(alone["batch"] as? Int == (mode == "weak" ? 4 : 2) && alone["independent"] as? Bool == true)
    let overlaps = [usual, other].compactMap { $0["overlap"] as? String }
    #expect(overlaps.count == 2 && overlaps.contains("none") && Set(overlaps).count == 2)
    #expect((usual["placements"] as? [Object])?.count == 2)
    // Ranks on their own sum nothing; the two others do. The shortest time is the one in which nothing came between.
    let waits = [alone, usual].compactMap { ($0["sum_seconds"] as? [Double])?.min() }
    #expect(waits.count == 2 && waits[0] < waits[1], "\(waits)")
    let sums = try #require((results["sums"] as? [Object])?.first)
    #expect(sums["ranks"] as? Int == 2 && (sums["slices"] as? [Object])?.isEmpty == false)

    let report = try scratch.text("out/report.md")
    for picture in ["throughput", "efficiency", "phases", "communication", "sums", "slices"] {
      #expect(report.contains("(\(picture).svg)"))
      #expect(try scratch.text("out/\(picture).svg").hasPrefix("<svg "), "\(picture)")
    }
    // Efficiency is worked out from the very numbers in the file.
    let seconds = [one, usual, alone].compactMap { $0["seconds_median"] as? Double }
    let ideal = mode == "weak" ? seconds[0] : seconds[0] / 2
    for share in [ideal / seconds[1], seconds[2] / seconds[1]] {
      let text = String(format: "%.1f %%", 100 * share)
      #expect(report.contains(text) && outcome.output.contains(text), "\(text) in \(report)")
    }
    expectSentence(
      try Self.scaling("1", out: scratch.at("out")), code: 73, ["results.json", "choose another --out"])
  }

  @Test func ranksThatShareProcessorsAreMarked() throws {
    let scratch = try Scratch()
    // One processor is given to all of them, whatever the machine has.
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let first = try #require(status.firstMatch(of: /Cpus_allowed_list:\s*(\d+)/)?.output.1)
    let ranks = 2
    let outcome = try Self.scaling(
      "\(ranks)", out: scratch.at("out"), under: ["taskset", "--cpu-list", String(first)])
    expectSuccess(outcome)
    #expect(outcome.output.contains("(processors are shared)"))
    let report = try scratch.text("out/report.md")
    #expect(report.contains("| \(ranks)* |") && report.contains("runs for correctness"))
    // They are no measurement to fit a model to, either.
    let fit = ["bench", "project", "--nodes", "8", "--link", "1gbit", "--latency", "2us", "--fit", scratch.at("out")]
    expectSentence(try Program.run(fit), code: 65, ["two hosts that share no processors"])
  }

  @Test func hardwareThreadsAreNoCores() throws {
    // Two ranks, each on one of the hardware threads of the same core.
    let scratch = try Scratch()
    expectSuccess(try Self.scaling("2", out: scratch.at("out")))
    var results = try Self.object(scratch, "out/results.json")
    let runs = try #require(results["runs"] as? [Object])
    func isMarked(_ places: [(processor: Int, core: Int)]) throws -> Bool {
      results["runs"] = try runs.map { run in
        var run = run
        var step = try #require(run["step"] as? Object)
        step["placements"] = places.map {
          ["host": "node", "machine": 0, "processors": [$0.processor], "cores": [$0.core]] as Object
        }
        run["step"] = step
        return run
      }
      try scratch.write([UInt8](try JSONSerialization.data(withJSONObject: results)), to: "made/results.json")
      let outcome = try Program.run(["bench", "report", scratch.at("made")])
      expectSuccess(outcome)
      #expect(try scratch.text("made/report.md").contains("| 2 |") || outcome.output.contains("| 2* |"))
      return outcome.output.contains("| 2* |")
    }
    #expect(try isMarked([(0, 0), (1, 0)]))
    #expect(try !isMarked([(0, 0), (1, 1)]))
  }

  @Test(arguments: [SIGINT, SIGTERM]) func aSignalEndsTheRunThatIsUnderWay(signal: Int32) throws {
    let scratch = try Scratch()
    let command = try Program.start([
      "bench", "scaling", "--preset", "tiny", "--ranks", "2", "--steps", "100000", "--rounds", "1", "--launcher",
      Self.launcher, "--out", scratch.at("out"), "--set", "cache=" + scratch.at("cache"),
    ])
    /// The programs of the run's processes, by what nobody else asks for: the launcher, mpirun, ranks.
    func programs() throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }.compactMap { process in
        let line = (try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(process)/cmdline"))) ?? Data()
        let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        return words.contains("step") && words.contains("cache=" + scratch.at("cache")) ? words[0] : nil
      }
    }
    try command.wait { try programs().count { $0.hasSuffix("sagan") } == 2 }
    command.send(signal)
    #expect(try command.wait().code == 128 + signal)
    try Patience.wait { try programs().isEmpty }
    #expect(!scratch.holds("out"))
  }

  @Test func aRunThatFailsIsNamedWithItsWords() throws {
    let scratch = try Scratch()
    let outcome = try Self.scaling("2", out: scratch.at("out"), ["--set", "width=wide"])
    expectSentence(outcome, code: 78, ["2 ranks failed", "wide", "--set width=wide"])
    #expect(!scratch.holds("out"), "a benchmark without a run leaves nothing behind")
  }

  @Test func whatCannotBeRunIsNamedBeforeAnythingIs() throws {
    let scratch = try Scratch()
    try scratch.write(Array("{}".utf8), to: "results.json")
    expectSentence(
      try Self.scaling("1", out: scratch.at("out"), ["--launcher", scratch.at("launch")]), code: 66,
      [scratch.at("launch"), "--launcher"])
    expectSentence(
      try Self.scaling("2,3", out: scratch.at("out"), ["--mode", "strong"]), code: 78,
      ["batch of 4", "2 ranks can share in 3 shards"])
    expectSentence(
      try Program.run([
        "bench", "project", "--nodes", "8", "--link", "1gbit", "--latency", "2us", "--fit", scratch.at("results.json"),
      ]), code: 65, ["results.json", "make them again"])
    // More ranks than slots, said by the launcher before the runs with fewer.
    try scratch.write(Array("localhost slots=2\n".utf8), to: "hosts")
    expectSentence(
      try Self.scaling("1,2,3", out: scratch.at("out"), ["--hostfile", scratch.at("hosts")]), code: 64,
      ["the launch of 3 ranks failed", "more than the 2 slots"])
    try scratch.write([], to: "file")
    expectSentence(
      try Self.scaling("1", out: scratch.at("file/out")), code: 73, ["cannot create the folder", "Not a directory"])
    #expect(!scratch.holds("out"))
    let outcome = try Program.run(["bench", "scaling", "--ranks", "2", "--out", "nowhere"], ranks: 2)
    expectSentence(outcome, code: 64, ["without mpirun"])
  }

  /// Results as two hosts would have made them, with numbers that a model has.
  private static func twoHosts(_ results: Object, link: String, blocking: Double, overlapped: Double) throws -> Object {
    var results = results
    var plan = try #require(results["plan"] as? Object)
    plan["link"] = link
    results["plan"] = plan
    let runs = try #require(results["runs"] as? [Object])
    results["runs"] = try runs.map { run in
      var run = run
      var step = try #require(run["step"] as? Object)
      guard run["ranks"] as? Int == 2 else { return run }
      step["placements"] = [
        ["host": "node1", "machine": 0, "processors": [0], "cores": [0]],
        ["host": "node2", "machine": 1, "processors": [0], "cores": [0]],
      ]
      let isAlone = run["kind"] as? String == "independent"
      step["seconds_median"] =
        isAlone ? 1.0 : step["overlap"] as? String == "none" ? blocking : overlapped
      // One gradient of 100 MB, half of which is final 0.5 s before the end.
      step["gradients"] = [
        ["bytes": 100_000_000, "sums": 1, "parts": [["bytes": 50_000_000, "seconds_left": 0.5]]]
      ]
      step["small_sum_bytes"] = [Int]()
      run["step"] = step
      return run
    }
    var sums = try #require((results["sums"] as? [Object])?.first)
    func sum(_ bytes: Int, _ seconds: Double) -> Object {
      [
        "algorithm": "canonical", "bytes": bytes, "seconds_median": seconds, "seconds_best": seconds,
        "algorithm_gbps": 1.0,
        "bus_gbps": 1.0,
      ]
    }
    sums["sums"] = [sum(4, 1e-5), sum(100_000_000, blocking - 1)]
    results["sums"] = [sums]
    return results
  }

  @Test func aModelIsFittedJudgedAndApplied() throws {
    let scratch = try Scratch()
    expectSuccess(try Self.scaling("2", out: scratch.at("out")))
    let results = try Self.object(scratch, "out/results.json")
    // 1 Gbit/s with a share of 0.9 moves 100 MB in 0.889 s, of which early sums hide half; the processor adds 2 ns a byte
    // for those.
    let cases = [("fit", "1gbit", 1.889, 1.545), ("same", "1gbit", 1.889, 1.545), ("half", "500mbit", 3.0, 2.4)]
    for (name, link, blocking, overlapped) in cases {
      let made = try Self.twoHosts(results, link: link, blocking: blocking, overlapped: overlapped)
      try scratch.write([UInt8](try JSONSerialization.data(withJSONObject: made)), to: "\(name)/results.json")
    }
    let outcome = try Program.run([
      "bench", "project", "--nodes", "1,2,512", "--link", "1gbit", "--latency", "2us", "--fit", scratch.at("fit"),
      "--judge", scratch.at("same"), scratch.at("half"), "--out", scratch.at("projection"),
    ])
    expectSuccess(outcome)
    let report = try scratch.text("projection/report.md")
    #expect(report.contains("| part of a link's rate that carries numbers | 0.90 |"), "\(report)")
    // One node computes alone; two are what was measured; the half rate takes 1 + 2 · 0.889 s, 7.4 % less than "measured".
    #expect(report.contains("| 1 | 1 | 1.0000 | 1.0000 |"), "\(report)")
    #expect(report.contains("| 2 | 2 | 1.88") || report.contains("| 2 | 2 | 1.89"), "\(report)")
    #expect(report.contains("| tiny | 500mbit | afterwards | 2.77") && report.contains("−7."), "\(report)")
    #expect(report.contains("The largest error is"))
    #expect(report.contains("| 1024 | 20 | 40 | 40 | 10 |"), "what 1,024 ranks exchange; \(report)")
    #expect(try scratch.text("projection/projection.svg").hasPrefix("<svg "))
  }
}
