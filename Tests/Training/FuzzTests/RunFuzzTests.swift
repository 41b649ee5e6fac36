import Checkpoints
import Configuration
import Files
import Formats
import TestSupport
import Runs
import Foundation
import Testing

/// Readers of what a run directory holds.
@Suite struct RunFuzzTests {
  @Test func configuration() throws {
    var configuration = try TrainingSettings.preset(named: "tiny")
    configuration.classes = 10
    let files = [Array(try configuration.yaml().utf8), Array("preset: tiny\nsteps: 5  # few\nbeta1: 0.5\n".utf8)]
    let words = [
      ": ", "- ", "\n", "\n  ", "&a ", "*a", "<<: ", "!!int ", "!!binary ", "|", ">", "{", "}", "[", "]", "\"",
      "'", "#", "%YAML 1.2\n", "---", "...", "? ", "1e999", "-0", "0x10", "null", "~", "\t", "preset: tiny\n",
    ]
    let tally = try Fuzzing.run("YAML", damaging: files, words: words, isText: true, name: "config.yaml") { path in
      let text = String(decoding: try InputFile.bytes(of: path), as: UTF8.self)
      let configuration = try TrainingSettings(yaml: text, path: path)
      try configuration.validate()
      // What was accepted is written in a way that reads back as the same.
      #expect(try TrainingSettings(yaml: try configuration.yaml(), path: path) == configuration)
    }
    #expect(tally.read > 0)
  }

  /// The manifest of a checkpoint of step 7 without files.
  private static func manifest(of settings: [String: String]) throws -> [UInt8] {
    try Fuzzing.bytes { path in
      let folder = CheckpointFolder(path + "-checkpoints")
      defer { try? FileManager.default.removeItem(atPath: folder.path) }
      try folder.write(
        CheckpointContents(
          files: [], step: 7, generatorUpdates: 7, discriminatorUpdates: 35, dataFingerprint: "f00d",
          settings: settings), keep: 1)
      try FileManager.default.moveItem(atPath: folder.path + "/step-00000007/manifest.json", toPath: path)
    }
  }

  @Test func manifest() throws {
    let file = try Self.manifest(of: try TrainingSettings.preset(named: "tiny").values)
    let words = ["\"", "\\u", "{", "}", "[", "]", ":", ",", "-1", "1e99", "null", "true", "\"step\": 1,", "../"]
    try Fuzzing.run("manifest", damaging: [file], words: words, isText: true, name: "manifest.json") { path in
      let checkpoint = try Checkpoint(path: URL(fileURLWithPath: path).deletingLastPathComponent().path)
      #expect(checkpoint.manifest.step == 7)
    }
  }

  /// What a manifest says, under a checksum that is right: what whoever makes a checkpoint can write.
  @Test func sealedManifest() throws {
    var settings = try TrainingSettings.preset(named: "tiny")
    (settings.classes, settings.imageChannels) = (10, 3)
    let file = try Self.manifest(of: settings.decisiveValues)
    try Fuzzing.run(
      "sealed manifest", damaging: [file], words: ["-1", "1e99", "../"], isText: true, seal: Self.sealed,
      name: "manifest.json"
    ) { path in
      let checkpoint = try Checkpoint(path: URL(fileURLWithPath: path).deletingLastPathComponent().path)
      let settings = try checkpoint.settings()
      try settings.validate()
      _ = try TrainingConfiguration(settings)
    }
  }

  /// A manifest as the program would have written it with this content, if it is one.
  private static func sealed(_ bytes: [UInt8]) -> [UInt8] {
    guard let manifest = try? JSONText.decode(CheckpointManifest.self, from: bytes) else { return bytes }
    let text = JSONText.encode(manifest, isPretty: true) + "\n"
    let unsigned = text.replacing(/("checksum" : ")[^"]*/) { "\($0.1)" }
    let fingerprint = Fingerprint()
    fingerprint.update(unsigned)
    return Array(unsigned.replacing("\"checksum\" : \"", with: "\"checksum\" : \"" + fingerprint.hexadecimal).utf8)
  }

  /// Whatever an event file holds, a run can go on, and what it leaves can be read again.
  @Test func events() throws {
    let records =
      [TensorBoardEvent.version(time: 1).record, TensorBoardEvent.sessionStart(step: 1, time: 1).record]
      + [5, 10, 300].map { TensorBoardEvent.summary([("loss/g", .scalar(Float($0)))], step: $0, time: 1).record }
    try Fuzzing.run("events", damaging: [Array(records.joined())], toleratesAll: true) { path in
      let place = Directory.split(path)
      for step in [20, 4, Int.max] {
        let outcome = try TensorBoardFile.takeBack(place.name, in: try Folder(place.folder), to: step)
        if outcome == .ended {
          #expect(try TensorBoardFile.takeBack(place.name, in: try Folder(place.folder), to: step) == .ended)
        }
      }
    }
  }

  @Test func latest() throws {
    let folder = try TemporaryDirectory()
    for step in [7, 8] {
      try CheckpointFolder(folder.path).write(
        CheckpointContents(
          files: [], step: step, generatorUpdates: step, discriminatorUpdates: step, dataFingerprint: "f00d",
          settings: try TrainingSettings.preset(named: "tiny").values), keep: 2)
    }
    let file = try folder.content("latest")
    try Fuzzing.run("latest", damaging: [file], words: ["../", "/", "step-"], isText: true, toleratesAll: true) {
      path in
      try folder.file("latest", try InputFile.bytes(of: path))
      let found = try CheckpointFolder(folder.path).search().checkpoint
      #expect(found.map { [7, 8].contains($0.manifest.step) } == true)
    }
  }

  @Test func metrics() throws {
    let file = Array(
      """
      {"step":10,"loss/generator":0.5,"logit/real":null,"time/seconds":2.0}
      {"step":20,"loss/generator":-0.25,"logit/real":1e-3,"time/seconds":4.0}
      {"step":30,"loss/generator":0.125

      """.utf8)
    let words = ["{\"step\":", "}\n", "\n", "99999999999999999999", "-1", "{\"step\":20}\n", "\0"]
    // Whatever the file holds, a run can go on: lines that are cut off or of a later step go.
    var kept = 0
    let tally = try Fuzzing.run(
      "metrics", damaging: [file], words: words, isText: true, name: "metrics.jsonl", toleratesAll: true
    ) { path in
      let folder = try Folder(Directory.split(path).folder)
      defer { try? folder.remove("metrics.jsonl.kept") }
      let log = try MetricsLog(in: folder) { $0 <= 20 }
      try log.append(step: 21, [("a", 1)], times: [])
      let lines = try InputFile.bytes(of: path).split(separator: UInt8(ascii: "\n"))
      #expect(lines.last.map { Array($0) == Array("{\"step\":21,\"a\":1.0}".utf8) } == true)
      kept += lines.count - 1
    }
    #expect(kept > tally.read / 2)
  }
}
