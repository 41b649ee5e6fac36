import Foundation
import Testing

/// Received checkpoints whose checksums are right and whose numbers are no run's.
@Suite struct HostileCheckpoints {
  private let scratch: Scratch

  /// A run of two steps in `run` with a checkpoint of each.
  init() throws {
    scratch = try Scratch()
    expectSuccess(
      try Program.run([
        "train", "--preset", "tiny", "--out", scratch.at("run"), "--steps", "2", "--checkpoint-every", "1",
      ]))
  }

  private static let step = "run/checkpoints/step-00000002"

  /// Commands that read the checkpoint of step 2, where `path` is it.
  private func readers(_ path: String = step) -> [[String]] {
    [
      ["sample", "--checkpoint", scratch.at(path), "--out", scratch.at("grid.png")],
      [
        "evaluate", "--checkpoint", scratch.at(path), "--samples", "4", "--data", "synthetic:count=20", "--metrics",
        "accuracy", "--cache", scratch.at("cache"),
      ],
      ["audit", "--checkpoint", scratch.at(path), "--data", "synthetic", "--out", scratch.at("audit.safetensors")],
      ["train", "--resume", scratch.at(path), "--steps", "3", "--out", scratch.at("new")],
      ["train", "--from", scratch.at(path), "--steps", "3", "--out", scratch.at("new")],
    ]
  }

  @Test(
    arguments: [
      ("\"step\" : 2", "\"step\" : -9223372036854775808"), ("\"step\" : 2", "\"step\" : 9223372036854775807"),
      ("\"step\" : 2", "\"step\" : -1"), ("\"step\" : 2", "\"step\" : 1e400"),
      ("\"generator_updates\" : 2", "\"generator_updates\" : 9223372036854775807"),
      ("\"generator_updates\" : 2", "\"generator_updates\" : 4294967296"),
      ("\"discriminator_updates\" : 2", "\"discriminator_updates\" : -5"),
      ("\"state.safetensors\"", "\"../../x.safetensors\""), ("\"state.safetensors\"", "\"/etc/passwd\""),
      ("\"state.safetensors\"", "\".\""), ("\"state.safetensors\"", "\"\""),
      ("\"bytes\" : ", "\"bytes\" : -"), ("\"class_names\" : [", "\"class_names\" : [\n    \"one more\","),
    ]) func numbersBeyondAllBounds(old: String, new: String) throws
  {
    try scratch.seal(Self.step) { $0 = $0.replacing(old, with: new) }
    let before = try scratch.tree()
    for command in readers() + [["inspect", scratch.at(Self.step)]] {
      expectSentence(try Program.run(command), code: 65, ["manifest.json", "use another checkpoint"])
    }
    try expectUntouched(scratch, since: before)
    // The run itself goes on from the checkpoint before.
    let outcome = try Program.run(["train", "--out", scratch.at("run"), "--resume", "auto", "--steps", "3"])
    #expect(outcome.code == 0, "\(outcome.description)")
    expectWarnings(outcome, ["step-00000002.damaged"])
  }

  @Test(
    arguments: [
      (#""width" : "4""#, "\"width\" : \"-1\""), (#""classes" : "10""#, "\"nothing\" : \"1\""),
      (#""head" : "projection""#, "\"head\" : \"tail\""),
      (#""settings" : \{[^}]*\}"#, "\"settings\" : {\n\n  }"), (#""shards" : "4""#, "\"shards\" : \"0\""),
      (#""average-start" : "5""#, "\"average-start\" : \"99999999999999999999\""),
    ]) func settingsOfNoRun(old: String, new: String) throws
  {
    let pattern = try Regex(old)
    try scratch.seal(Self.step) { $0 = $0.replacing(pattern, with: new) }
    let before = try scratch.tree()
    for command in readers() {
      expectSentence(try Program.run(command), code: 65, ["manifest.json", "use another checkpoint"])
    }
    try expectUntouched(scratch, since: before)
  }

  @Test func moreUpdatesThanCanBeNumbered() throws {
    try scratch.seal(Self.step) {
      $0 = $0.replacing("\"discriminator_updates\" : 2", with: "\"discriminator_updates\" : 4294967295")
    }
    for command in readers().suffix(2) {
      expectSentence(try Program.run(command), code: 78, ["4294967295 updates", "--fresh-optimizer"])
    }
    expectSentence(try Program.run(readers()[2] + ["--steps", "3"]), code: 78, ["4294967295 updates"])
    expectSuccess(try Program.run(readers()[4] + ["--fresh-optimizer"]))
  }

  /// None of it is read.
  @Test func filesOfGigabytes() throws {
    for name in ["run/checkpoints/latest", Self.step + "/manifest.json"] {
      let file = try FileHandle(forUpdating: URL(fileURLWithPath: scratch.at(name)))
      try file.truncate(atOffset: 1 << 36)
      try file.close()
      defer { try? scratch.remove(name) }
      let outcome = try Program.run(["inspect", scratch.at("run")])
      #expect(outcome.code == 0, "\(outcome.description)")
      if name.hasSuffix("manifest.json") {
        expectWarnings(outcome, ["68,719,476,736"])
        expectSentence(
          try Program.run(["inspect", scratch.at(Self.step)]), code: 65, ["manifest.json", "68,719,476,736"])
      }
    }
  }

  @Test(arguments: [Float.nan, .infinity]) func weightsThatAreNoNumbers(number: Float) throws {
    let tensor = "block1.conv2.weight"
    for file in ["generator", "generator-average"] {
      try scratch.overwrite(tensor, of: Self.step + "/\(file).safetensors", with: [number, 1, -number])
    }
    try scratch.seal(Self.step)
    let before = try scratch.tree()
    for command in readers() {
      expectSentence(
        try Program.run(command), code: 65, ["'\(tensor)'", "2 NaN or infinite", "use another checkpoint"])
    }
    expectSentence(
      try Program.run(["train", "--out", scratch.at("run"), "--resume", "auto", "--steps", "3"]), code: 65, [tensor])
    try expectUntouched(scratch, since: before)
    let outcome = try Program.run(["inspect", scratch.at("run")])
    expectSuccess(outcome)
    #expect(
      outcome.output.contains("NOT FINITE: 2 of ") && outcome.output.contains("\(tensor) in generator.safetensors"))
  }

  /// All weights are numbers, and a negative variance has no root.
  @Test func imagesThatAreNoNumbers() throws {
    try scratch.overwrite("block0.bn1.running_var", of: Self.step + "/generator-average.safetensors", with: [-5])
    try scratch.seal(Self.step)
    let before = try scratch.tree()
    for command in [readers()[0], readers()[0] + ["--tensors", scratch.at("drawn.safetensors")]] {
      expectSentence(try Program.run(command), code: 65, ["sample 0 of class 0", "NaN", "use another checkpoint"])
    }
    try expectUntouched(scratch, since: before)
    // The reference's features are kept: they are right.
    let outcome = try Program.run(readers()[1])
    #expect(outcome.code == 65 && outcome.output.isEmpty, "\(outcome.description)")
    #expect(outcome.errors.contains("NaN or infinite pixels; use another checkpoint"), "\(outcome.description)")
    #expect(differences(before, try scratch.tree().filter { !$0.key.hasPrefix("cache/") }) == [])
  }
}
