import TrainingTestSupport
import TestSupport
import Checkpoints
import Configuration
import Files
import Runs
import Sampling
import DataParallel
import Foundation
import Logging
import Synchronization
import Testing

/// Checkpoints of builds that trained attention with a wrong gradient.
@Suite(.serialized) struct GradientVersionTests {
  private let directory: TemporaryDirectory
  private let warnings = Warnings()

  init() throws { directory = try TemporaryDirectory() }

  /// A run to a number of steps; one that is there is continued.
  private func train(_ steps: Int, _ settings: String..., start: LaunchOptions.Start = .automatic) throws {
    var configuration = try TrainingSettings.tiny("steps=\(steps)", "checkpoint-every=1", "keep=9")
    try configuration.apply(settings.map { try SettingAssignment(parsing: $0) })
    let options = LaunchOptions(out: directory.path + "/run", start: start, threads: 1)
    try TrainingRun(configuration, options, replicas: .alone(), logger: warnings.logger).run()
  }

  /// Makes the manifest of a step what the builds before wrote.
  private func age(step: Int) throws {
    try directory.editManifest(of: "run/checkpoints/step-0000000\(step)") {
      $0 = $0.replacing("\"format_version\" : 3", with: "\"format_version\" : 1")
        .replacing("  \"gradient_version\" : 2,\n", with: "")
        .replacing("  \"program\" : \"\(ProgramVersion.number)\",\n", with: "").replacing(
          "\"1.0e-08\"", with: "\"1e-08\"")
    }
  }

  private func checkpoint(_ step: Int) throws -> Checkpoint {
    try Checkpoint(path: directory.path + "/run/checkpoints/step-0000000\(step)")
  }

  /// One that such a build wrote: of a generator with attention behind its second block of three.
  @Test func aCheckpointOfThatTime() throws {
    let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let path = fixtures.appendingPathComponent("Fixtures/gradient-version-1").path
    let checkpoint = try Checkpoint.existing(in: path, logger: warnings.logger)
    #expect(
      (checkpoint.manifest.formatVersion, checkpoint.manifest.gradientVersion, checkpoint.manifest.step) == (1, nil, 1))
    #expect(checkpoint.manifest.settings["epsilon"] == "1e-08")
    try expectOneWarning(["attention in the generator of '\(path)'", "wrong gradient", "new run"])
    _ = try CheckpointSampler(checkpoint, threads: 1)
    // What `editManifest` writes is what they wrote.
    try FileManager.default.copyItem(atPath: path, toPath: directory.path + "/copy")
    try directory.editManifest(of: "copy") { _ in }
    #expect(
      try directory.text("copy/manifest.json") == String(contentsOfFile: path + "/manifest.json", encoding: .utf8))
  }

  @Test func aNewRunHasThePresentVersion() throws {
    try train(1)
    let manifest = try checkpoint(1).manifest
    #expect((manifest.gradientVersion, manifest.program) == (2, ProgramVersion.number))
    _ = try Checkpoint.existing(in: directory.path + "/run", logger: warnings.logger)
    try train(2)
    #expect(try checkpoint(2).manifest.gradientVersion == 2)
    #expect(warnings.all == [])
  }

  @Test func aRunThatGoesOnKeepsItsOldestVersion() throws {
    try train(1)
    try age(step: 1)
    #expect(try checkpoint(1).manifest.gradientVersion == nil)
    try train(2)
    try expectOneWarning(["the generator and discriminator of", "step-00000001", "goes on", "new run"])
    #expect(try checkpoint(2).manifest.gradientVersion == 1)
    #expect(try checkpoint(2).manifest.formatVersion == 3)
    try train(3)
    #expect(try checkpoint(3).manifest.gradientVersion == 1)
    try expectOneWarning(["step-00000002"])
    _ = try Checkpoint.existing(in: directory.path + "/run", logger: warnings.logger)
    try expectOneWarning(["step-00000003"])
  }

  /// Nothing was computed before the first step.
  @Test func aRunWithoutAStepHasNoOldGradients() throws {
    try train(0)
    try age(step: 0)
    try train(1)
    #expect(warnings.all == [])
    #expect(try checkpoint(1).manifest.gradientVersion == 2)
  }

  /// Behind the last block, and without spectral normalization, the gradient was right.
  @Test(
    arguments: [
      (["generator-attention=32", "discriminator-attention=none"], nil),
      (["generator-attention=none", "discriminator-attention=16"], "the discriminator of"),
      (["generator-attention=none", "discriminator-attention=8"], "the discriminator of"),
      (["generator-attention=16,32", "discriminator-attention=none"], "the generator of"),
      (["discriminator-attention=none"], "the generator of"),
      (["generator-spectral-norm=false"], "the discriminator of"),
      (["generator-spectral-norm=false", "discriminator-spectral-norm=false"], nil),
      (["generator-attention=none", "discriminator-attention=none"], nil),
    ] as [([String], String?)])
  func networksThatHadIt(settings: [String], mention: String?) throws {
    let path = directory.path + "/checkpoints"
    var configuration = try TrainingSettings.tiny("classes=10", "image-channels=1")
    try configuration.apply(settings.map { try SettingAssignment(parsing: $0) })
    var contents = CheckpointContents(
      files: [], step: 7, generatorUpdates: 7, discriminatorUpdates: 7, dataFingerprint: "f00d",
      settings: configuration.decisiveValues)
    contents.gradientVersion = .normalizedAttention
    try CheckpointFolder(path).write(contents, keep: 1)
    _ = try Checkpoint.existing(in: path, logger: warnings.logger)
    if let mention { try expectOneWarning([mention]) } else { #expect(warnings.all == []) }
  }

  @Test(arguments: ["0", "3", "99"]) func aVersionThatIsNotKnown(version: String) throws {
    try train(1)
    try directory.editManifest(of: "run/checkpoints/step-00000001") {
      $0 = $0.replacing("\"gradient_version\" : 2", with: "\"gradient_version\" : " + version)
    }
    let before = try directory.contents("run")
    let mentions = ["gradient version 1 to 2", "gradient version \(version)", "step-00000001", "use the version"]
    expectError(65, mentions: mentions) { _ = try checkpoint(1) }
    expectError(65, mentions: mentions) { try train(2) }
    #expect(try directory.contents("run") == before)
  }

  /// Expects one warning since the last time.
  private func expectOneWarning(_ mentions: [String], sourceLocation: SourceLocation = #_sourceLocation) throws {
    let all = warnings.takeAll()
    #expect(all.count == 1, "\(all)", sourceLocation: sourceLocation)
    for mention in mentions { #expect(all.joined().contains(mention), "\(all)", sourceLocation: sourceLocation) }
  }
}

/// What a logger was told as a warning.
private final class Warnings: Sendable {
  private let texts = Mutex<[String]>([])

  var all: [String] { texts.withLock { $0 } }

  func takeAll() -> [String] {
    texts.withLock { texts in
      defer { texts = [] }
      return texts
    }
  }

  /// A logger that writes here.
  var logger: Logger { Logger(label: "test") { [self] _ in Handler(warnings: self) } }

  private struct Handler: LogHandler {
    let warnings: Warnings
    var metadata = Logger.Metadata()
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      if event.level >= .warning { warnings.texts.withLock { $0.append("\(event.message)") } }
    }
  }
}
