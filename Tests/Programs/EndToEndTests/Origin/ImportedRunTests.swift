import Files
import Foundation
import TestSupport
import Testing

/// Runs of imported weights, and the files of a run that nothing replaces.
@Suite struct ImportedRunTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.write(try Fixtures.bytes("G.pth", in: "interchange"), to: "weights/G.pth")
    let outcome = try Program.run(
      [
        "import", "--from", "biggan-pytorch", "weights/G.pth", "--out", "run", "--batch", "4", "--set",
        "generator-batch=4",
      ], in: scratch)
    expectSuccess(outcome)
  }

  /// Random numbers would be another run under the same name.
  @Test func aLostCheckpointIsNotReplacedByRandomNumbers() throws {
    let file = scratch.at("run/checkpoints/step-00000000/generator.safetensors")
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
    bytes[bytes.count - 100] ^= 0x10
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    let settings = try scratch.text("run/config.yaml")
    let outcome = try Program.run(["train", "--out", "run", "--resume", "auto", "--steps", "1"], in: scratch)
    expectSentence(outcome, code: 65, ["run/checkpoints", "found none", "imported weights", "another --out"])
    #expect(
      try scratch.text("run/config.yaml") == settings
        && !FileManager.default.fileExists(atPath: scratch.at("run/metrics.jsonl")))
  }

  /// Other data, rates, head and number of classes; what the imported networks lack is drawn anew, and that is said.
  @Test func itIsStartedFrom() throws {
    let outcome = try Program.run(
      [
        "train", "--from", "run", "--out", "new", "--steps", "2", "--data", "synthetic", "--classes", "14", "--set",
        "head=classifier", "--set", "generator-learning-rate=0.0003",
      ], in: scratch)
    expectSuccess(outcome)
    let said = outcome.output + outcome.errors
    for part in [
      "3 of 14 classes keep their numbers", "are drawn anew", "the discriminator's classifier is drawn anew",
    ] {
      #expect(said.contains(part), "'\(part)' in \(outcome.description)")
    }
    #expect(said.contains("started from run: step 0"))
  }

  @Test func aRunIsNotImportedInto() throws {
    let outcome = try Program.run(["import", "--from", "biggan-pytorch", "weights/G.pth", "--out", "run"], in: scratch)
    expectSentence(outcome, code: 73, ["expected no run in 'run'", "another --out"])
    #expect(!outcome.errors.contains("--resume"))
  }

  @Test(arguments: ["config.yaml", "imported.json"]) func filesThatARunNeedsAreNotReplaced(name: String) throws {
    let before = try scratch.text("run/" + name)
    for arguments in [
      ["sample", "--checkpoint", "run", "--out", "run/" + name, "--force"],
      ["export", "--to", "onnx", "--checkpoint", "run", "--out", "run/" + name, "--force"],
    ] {
      let outcome = try Program.run(arguments, in: scratch)
      expectSentence(outcome, code: 73, ["run/" + name, "choose another name"])
    }
    #expect(try scratch.text("run/" + name) == before)
  }

  /// However deep below a checkpoint.
  @Test func nothingIsWrittenIntoACheckpoint() throws {
    let checkpoint = "run/checkpoints/step-00000000"
    try FileManager.default.createDirectory(atPath: scratch.at(checkpoint + "/a/b"), withIntermediateDirectories: true)
    for place in [checkpoint, checkpoint + "/a/b"] {
      for arguments in [
        ["sample", "--checkpoint", "run", "--out", place + "/x.png"],
        ["export", "--to", "onnx", "--checkpoint", "run", "--out", place + "/x.onnx"],
        ["data", "pack", "--data", "synthetic:count=9", "--side", "32", "--out", place + "/x"],
      ] {
        let outcome = try Program.run(arguments, in: scratch)
        expectSentence(outcome, code: 73, [place, "among the files of a checkpoint"])
      }
    }
  }

  /// Options that a target has no use for are no silent wish.
  @Test func optionsOfOtherTargets() throws {
    for (target, options, words) in [
      ("onnx", ["--scores", "x.json"], "--scores beside --to huggingface"),
      ("pytorch", ["--weights", "raw"], "no --weights beside --to pytorch"),
      ("biggan-pytorch", ["--weights", "average"], "no --weights beside --to biggan-pytorch"),
    ] {
      let outcome = try Program.run(
        ["export", "--to", target, "--checkpoint", "run", "--out", "x"] + options, in: scratch)
      expectSentence(outcome, code: 64, [words])
    }
    #expect(!scratch.holds("x"))
  }

  @Test func anExportIsWrittenWholeOrNotAtAll() throws {
    try scratch.write(Array("mine".utf8), to: "folder/D.pth")
    let outcome = try Program.run(
      ["export", "--to", "biggan-pytorch", "--checkpoint", "run", "--out", "folder"], in: scratch)
    expectSentence(outcome, code: 73, ["folder/D.pth"])
    #expect(
      try scratch.text("folder/D.pth") == "mine" && !FileManager.default.fileExists(atPath: scratch.at("folder/G.pth")))
  }

  @Test func aFileIsNoCheckpoint() throws {
    for arguments in [["sample", "--out", "x.png"], ["evaluate"]] {
      let outcome = try Program.run(arguments + ["--checkpoint", "weights/G.pth"], in: scratch)
      expectSentence(outcome, code: 65, ["'weights/G.pth'", "found a file"])
    }
  }
}
