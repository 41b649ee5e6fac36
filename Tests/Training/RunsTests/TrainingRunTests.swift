import TrainingTestSupport
import TestSupport
import Checkpoints
import Configuration
import Formats
import Runs
import Sampling
import DataParallel
import Foundation
import Logging
import Testing

/// Whole runs of the tiny preset on one rank.
@Suite(.serialized) struct TrainingRunTests {
  private let directory: TemporaryDirectory
  private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  init() throws { directory = try TemporaryDirectory() }

  private func train(
    _ out: String, _ start: LaunchOptions.Start = .new, threads: Int = 1, _ settings: String...
  ) throws {
    try self.start(out, start, threads: threads, settings).run()
  }

  /// Opens the directory of a run, up to its first step.
  private func start(
    _ out: String, _ start: LaunchOptions.Start, threads: Int = 1, _ settings: [String] = []
  ) throws -> TrainingRun {
    var configuration = try TrainingSettings.tiny("steps=6", "checkpoint-every=3", "log-every=2", "sample-every=6")
    try configuration.apply(settings.map { try SettingAssignment(parsing: $0) })
    let options = LaunchOptions(out: directory.path + "/" + out, start: start, threads: threads)
    return try TrainingRun(configuration, options, replicas: .alone(), logger: logger)
  }

  /// The lines of metrics without what follows the first time.
  private func results(_ run: String) throws -> [Substring] {
    try directory.text(run + "/metrics.jsonl").split(separator: "\n").map { line in
      line.ranges(of: ",\"time/").first.map { line[..<$0.lowerBound] } ?? line
    }
  }

  @Test func leavesARunDirectory() throws {
    try train("run")
    let names = Set(
      try directory.contents("run").keys.map { $0.hasPrefix("events.out.tfevents.") ? "events" : $0 })
    let files = ["generator", "generator-average", "discriminator", "state"].map { $0 + ".safetensors" }
    let checkpoints = ["step-00000003", "step-00000006"].flatMap { step in
      (files + ["manifest.json"]).map { "checkpoints/\(step)/\($0)" }
    }
    #expect(
      names
        == Set(
          checkpoints + [
            "config.yaml", "environment.json", "lock", "metrics.jsonl", "samples/step-00000006.png",
            "checkpoints/latest", "events",
          ]))
    let configuration = try TrainingSettings(yaml: directory.text("run/config.yaml"), path: "config.yaml")
    #expect((configuration.classes, configuration.imageChannels) == (10, 3))
    #expect(try results("run").map { $0.prefix(9) } == ["{\"step\":2", "{\"step\":4", "{\"step\":6"])
    #expect(try JSONSerialization.jsonObject(with: Data(directory.text("run/environment.json").utf8)) is [String: Any])
  }

  @Test func aResumedRunIsTheUninterruptedRun() throws {
    try train("whole")
    // Steps 1 and 3 are the last of their parts, which is the only reason to log, draw and save them.
    try train("parts", .new, "steps=1")
    try train("parts", .automatic, threads: 2, "steps=3")
    #expect(try results("parts").map { $0.prefix(9) } == ["{\"step\":2", "{\"step\":3"])
    try train("parts", .automatic)
    for folder in ["checkpoints", "samples"] {
      #expect(try directory.contents("parts/" + folder) == directory.contents("whole/" + folder))
    }
    #expect(try results("parts") == results("whole"))
    // Finished: nothing changes.
    let before = try directory.contents("whole")
    try train("whole", .automatic)
    #expect(try directory.contents("whole") == before)
  }

  /// Runs of versions that knew no augmentation have none, and go on so.
  @Test func aRunOfAnEarlierVersionIsNotAugmented() throws {
    try train("whole")
    try train("old", .new, "steps=3")
    let file = try directory.text("old/config.yaml")
    try directory.write("old/config.yaml", file.replacing("augment: none\n", with: ""))
    try directory.editManifest(of: "old/checkpoints/step-00000003") {
      $0 = $0.replacing(#/ *"augment" : "none",\n/#, with: "")
    }
    #expect(try !directory.text("old/checkpoints/step-00000003/manifest.json").contains("augment"))
    let refusal = ["augment none", "cannot continue with differentiable", "--from"]
    expectError(78, mentions: refusal) { try train("old", .automatic, "augment=differentiable") }
    try train("old", .automatic)
    let step = "checkpoints/step-00000006"
    #expect(try directory.contents("old/" + step) == directory.contents("whole/" + step))
    #expect(try directory.text("old/config.yaml").contains("augment: none\n"))
  }

  @Test func aRunThatIsTakenBackGoesOnFromThere() throws {
    try train("whole")
    try train("run")
    let earlier = LaunchOptions.Start.checkpoint(directory.path + "/run/checkpoints/step-00000003")
    // Killed before its first checkpoint it would go on from there, too.
    _ = try start("run", earlier)
    #expect(try directory.text("run/checkpoints/latest") == "step-00000003\n")
    try train("run", earlier, "steps=4")
    // What lies ahead stays until it is replaced, and is not where the run goes on.
    #expect(try directory.text("run/checkpoints/latest") == "step-00000004\n")
    #expect(
      Set(try directory.contents("run/checkpoints").keys.filter { $0.hasSuffix("manifest.json") }.map { $0.prefix(13) })
        == ["step-00000003", "step-00000004", "step-00000006"])
    #expect(try results("run").map { $0.prefix(9) } == ["{\"step\":2", "{\"step\":4"])
    #expect(try directory.contents("run/samples").keys.sorted() == ["step-00000004.png"])
    try train("run", .automatic)
    for part in ["checkpoints", "samples"] {
      #expect(try directory.contents("run/" + part) == directory.contents("whole/" + part))
    }
    #expect(try results("run") == results("whole"))
  }

  @Test func aRunGoesOnInAnotherDirectory() throws {
    try train("whole")
    try train("first", .new, "steps=3")
    let before = try directory.contents("first")
    try train("second", .checkpoint(directory.path + "/first"), "steps=4")
    try train("second", .automatic)
    #expect(try directory.contents("first") == before)
    let step = "checkpoints/step-00000006"
    #expect(try directory.contents("second/" + step) == directory.contents("whole/" + step))
    #expect(try results("second") == results("whole").suffix(2))
    // The first run's directory is not taken over, nor one with checkpoints of its own.
    expectError(73, mentions: ["holds a run"]) { try train("second", .checkpoint(directory.path + "/first")) }
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

  @Test(arguments: [(1, true), (2, true), (3, false)]) func theAverageIsACopyBeforeItsStart(steps: Int, isCopy: Bool)
    throws
  {
    try train("run", .new, "steps=\(steps)", "average-start=3")
    let step = directory.path + "/run/checkpoints/step-0000000\(steps)/"
    let trained = try SafetensorsFile(path: step + "generator.safetensors")
    let average = try SafetensorsFile(path: step + "generator-average.safetensors")
    for name in ["linear.weight", "block1.bn2.running_var"] {
      #expect(try (trained.doubles(name) == average.doubles(name)) == isCopy, "\(name)")
    }
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

  @Test(arguments: [nil, "run", "other"]) func anotherConfiguration(out: String?) throws {
    try train("run", .new, "steps=3")
    let before = try directory.contents("run")
    let start = out.map { _ in LaunchOptions.Start.checkpoint(directory.path + "/run") } ?? .automatic
    func resume(_ setting: String) throws { try train(out ?? "run", start, setting) }
    expectError(78, mentions: ["beta2 0.9", "0.5", "--resume"]) { try resume("beta2=0.5") }
    expectError(78, mentions: ["width 4", "continue with 8"]) { try resume("width=8") }
    expectError(65, mentions: ["fingerprint"]) { try resume("data=synthetic:count=99") }
    expectError(78, mentions: ["3 steps", "at least 3"]) { try resume("steps=2") }
    expectError(73, mentions: ["--resume auto"]) { try train("run") }
    expectError(66, mentions: ["nowhere"]) { try train("other", .checkpoint(directory.path + "/nowhere")) }
    #expect(try directory.contents("run") == before)
    #expect(!FileManager.default.fileExists(atPath: directory.path + "/other"))
  }

  /// Builds before wrote 1e-08 where this one writes 1.0e-08.
  @Test func numbersThatAreWrittenInAnotherWay() throws {
    try train("run", .new, "steps=3")
    try directory.editManifest(of: "run/checkpoints/step-00000003") {
      $0 = $0.replacing("\"1.0e-08\"", with: "\"1e-08\"").replacing("\"beta1\" : \"0.0\"", with: "\"beta1\" : \"0\"")
    }
    #expect(try Checkpoint.existing(in: directory.path + "/run").manifest.settings["epsilon"] == "1e-08")
    expectError(78, mentions: ["epsilon 1.0e-08", "continue with 1.0e-07"]) {
      try train("run", .automatic, "epsilon=1e-7")
    }
    try train("run", .automatic)
    try train("whole")
    let step = "checkpoints/step-00000006"
    #expect(try directory.contents("run/" + step) == directory.contents("whole/" + step))
  }

  @Test func anotherConfigurationOfARunWithoutACheckpoint() throws {
    try train("run", .new, "steps=3")
    try FileManager.default.removeItem(atPath: directory.path + "/run/checkpoints")
    let before = try directory.contents("run")
    expectError(78, mentions: ["seed 0", "continue with 1"]) { try train("run", .automatic, "seed=1") }
    #expect(try directory.contents("run") == before)
    try train("run", .automatic)
  }

  @Test func samplesOfACheckpoint() throws {
    try train("run")
    let sampler = try CheckpointSampler(try Checkpoint.existing(in: directory.path + "/run"), threads: 2)
    let grid = SampleSelection(gridOf: sampler.configuration.classes)
    try sampler.write(
      grid, SampleOutputs(picture: directory.path + "/grid.png", style: PictureStyle(), isForced: false))
    #expect(try directory.contents()["grid.png"] == directory.contents("run")["samples/step-00000006.png"])
  }
}
