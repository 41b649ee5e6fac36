import DataParallel
import Foundation
import Logging
import Testing
import Training

/// Whole runs of the tiny preset on one rank.
@Suite(.serialized) struct TrainingRunTests {
  private let directory: TemporaryDirectory
  private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  init() throws { directory = try TemporaryDirectory() }

  private func train(
    _ out: String, _ start: RunOptions.Start = .new, threads: Int = 1, _ settings: String...
  ) throws {
    var configuration = try TrainingConfiguration.tiny("steps=6", "checkpoint-every=3", "log-every=2", "sample-every=6")
    try configuration.apply(settings.map { try SettingAssignment(parsing: $0) })
    let options = RunOptions(out: directory.path + "/" + out, start: start, threads: threads)
    try TrainingRun(configuration, options, replicas: .alone(), logger: logger).run()
  }

  /// The lines of metrics without what follows the first time.
  private func results(_ run: String) throws -> [Substring] {
    try directory.text(run + "/metrics.jsonl").split(separator: "\n").map { line in
      line.ranges(of: ",\"time/").first.map { line[..<$0.lowerBound] } ?? line
    }
  }

  @Test func leavesARunDirectory() throws {
    try train("run")
    let names = Set(try directory.contents("run").keys)
    let files = ["generator", "generator-average", "discriminator", "state"].map { $0 + ".safetensors" }
    let checkpoints = ["step-00000003", "step-00000006"].flatMap { step in
      (files + ["manifest.json"]).map { "checkpoints/\(step)/\($0)" }
    }
    #expect(
      names
        == Set(
          checkpoints + [
            "config.yaml", "environment.json", "lock", "metrics.jsonl", "samples/step-00000006.png",
            "checkpoints/latest",
          ]))
    let configuration = try TrainingConfiguration(yaml: directory.text("run/config.yaml"), path: "config.yaml")
    #expect((configuration.classes, configuration.imageChannels) == (10, 3))
    #expect(try results("run").map { $0.prefix(9) } == ["{\"step\":2", "{\"step\":4", "{\"step\":6"])
    #expect(try JSONSerialization.jsonObject(with: Data(directory.text("run/environment.json").utf8)) is [String: Any])
  }

  @Test func aResumedRunIsTheUninterruptedRun() throws {
    try train("whole")
    try train("parts", .new, "steps=3")
    try train("parts", .automatic, threads: 2)
    #expect(try directory.contents("parts/checkpoints") == directory.contents("whole/checkpoints"))
    let samples = "step-00000006.png"
    #expect(try directory.contents("parts/samples")[samples] == directory.contents("whole/samples")[samples])
    // Step 3 was the last of the first part, so it has a line of its own.
    #expect(try results("parts").filter { !$0.hasPrefix("{\"step\":3") } == results("whole"))
    // Finished: nothing changes.
    let before = try directory.contents("whole/checkpoints")
    try train("whole", .automatic)
    #expect(try directory.contents("whole/checkpoints") == before)
  }

  @Test func resumingTakesMetricsBack() throws {
    try train("run")
    try FileManager.default.removeItem(atPath: directory.path + "/run/checkpoints/step-00000006")
    let before = try results("run")
    try train("run", .automatic)
    #expect(try results("run") == before)
  }

  @Test func theSeedDecides() throws {
    try train("a", .new, "steps=1")
    try train("b", .new, "steps=1", "seed=1")
    #expect(try results("a") != results("b"))
  }

  @Test func noSteps() throws {
    try train("run", .new, "steps=0")
    #expect(try Checkpoint.existing(in: directory.path + "/run").manifest.step == 0)
    try train("run", .automatic)
    try train("whole")
    #expect(
      try directory.contents("run/checkpoints/step-00000006")
        == directory.contents("whole/checkpoints/step-00000006"))
  }

  @Test func anotherConfiguration() throws {
    try train("run", .new, "steps=3")
    let before = try directory.contents("run")
    expectError(78, mentions: ["beta2 0.9", "0.5", "--resume"]) { try train("run", .automatic, "beta2=0.5") }
    expectError(65, mentions: ["fingerprint"]) { try train("run", .automatic, "data=synthetic:count=99") }
    expectError(73, mentions: ["--resume auto"]) { try train("run") }
    expectError(65, mentions: ["another architecture"]) {
      try train("other", .checkpoint(directory.path + "/run"), "width=8")
    }
    expectError(66, mentions: ["nowhere"]) { try train("other", .checkpoint(directory.path + "/nowhere")) }
    #expect(try directory.contents("run") == before)
    #expect(!FileManager.default.fileExists(atPath: directory.path + "/other"))
    // As another run it may go on with other settings.
    try train("other", .checkpoint(directory.path + "/run"), "beta2=0.5")
    #expect(try Checkpoint.existing(in: directory.path + "/other").manifest.settings["beta2"] == "0.5")
  }

  @Test func aDamagedCheckpoint() throws {
    try train("run", .new, "steps=3")
    try directory.write("run/checkpoints/step-00000003/state.safetensors", "")
    let before = try directory.contents("run")
    expectError(65, mentions: ["state.safetensors"]) { try train("run", .automatic) }
    #expect(try directory.contents("run") == before)
  }

  @Test func samplesOfACheckpoint() throws {
    try train("run")
    let sampler = try CheckpointSampler(try Checkpoint.existing(in: directory.path + "/run"), threads: 2)
    let grid = SampleSelection(gridOf: sampler.configuration.classes)
    try sampler.write(grid, picture: directory.path + "/grid.png", tensors: nil)
    #expect(try directory.contents()["grid.png"] == directory.contents("run")["samples/step-00000006.png"])
  }
}
