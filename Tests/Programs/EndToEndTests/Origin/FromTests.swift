import Foundation
import Testing

/// New runs that start with another run's numbers.
@Suite struct RunsFromOthers {
  private let scratch: Scratch

  /// A run of four steps in `source` with checkpoints of the steps 2 and 4.
  init() throws {
    scratch = try Scratch()
    expectSuccess(try Program.run(Self.source + ["--out", scratch.at("source")]))
  }

  private static let source = [
    "train", "--preset", "tiny", "--steps", "4", "--checkpoint-every", "2", "--log-every", "1", "--sample-every", "4",
    "--set", "width=8", "--seed", "7",
  ]

  private func from(_ source: String, to out: String, _ more: [String] = [], ranks: Int? = nil) throws -> Outcome {
    try Program.run(["train", "--from", scratch.at(source), "--out", scratch.at(out)] + more, ranks: ranks)
  }

  private func checkpoint(_ run: String, _ step: Int) -> String {
    run + "/checkpoints/step-" + String(format: "%08d", step)
  }

  /// The manifest of a checkpoint.
  private func manifest(_ run: String, _ step: Int) throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: Data(scratch.bytes(checkpoint(run, step) + "/manifest.json")))
      as? [String: Any] ?? [:]
  }

  @Test func itBeginsWithTheNumbersAndSaysFromWhere() throws {
    let outcome = try from("source", to: "new", ["--steps", "3"])
    expectSuccess(outcome)
    #expect(outcome.output.contains("started from \(scratch.at("source")): step 4, "), "\(outcome.description)")
    let files = ["generator", "generator-average", "discriminator", "state"].map { "/" + $0 + ".safetensors" }
    for file in files {
      let (first, last) = (
        try scratch.bytes(checkpoint("new", 0) + file), try scratch.bytes(checkpoint("new", 3) + file)
      )
      #expect(try scratch.bytes(checkpoint("source", 4) + file) == first && first != last, "\(file)")
    }
    let (own, other) = (try manifest("new", 3), try manifest("source", 4))
    let checksum = try #require(other["checksum"] as? String)
    let settings = try #require(own["settings"] as? [String: String])
    #expect(settings["from-step"] == "4" && settings["from-checksum"] == checksum && settings["fresh-optimizer"] == nil)
    // Adam's counts go on with its moments, and so do random streams; steps are the run's own.
    #expect(own["step"] as? Int == 3 && own["generator_updates"] as? Int == 7)
    let config = try scratch.text("new/config.yaml")
    for line in ["from: \(scratch.at("source"))", "width: 8", "seed: 7", "steps: 3", "average-start: 1"] {
      #expect(config.contains(line + "\n"), "\(config)")
    }
    #expect(config.contains(checksum))
    let environment = try scratch.text("new/environment.json")
    for part in [scratch.at("source"), checksum, "\"optimizer\" : \"kept\"", "\"step\" : 4"] {
      #expect(environment.contains(part), "\(environment)")
    }
    // Without an origin nothing is said of one.
    for file in ["source/config.yaml", checkpoint("source", 4) + "/manifest.json", "source/environment.json"] {
      #expect(!(try scratch.text(file).contains("from")))
    }
  }

  @Test func aFreshOptimizerBeginsAnew() throws {
    let outcome = try from(checkpoint("source", 2), to: "new", ["--fresh-optimizer", "--steps", "0"])
    expectSuccess(outcome)
    let own = try manifest("new", 0)
    #expect(own["generator_updates"] as? Int == 0 && own["discriminator_updates"] as? Int == 0)
    #expect((own["settings"] as? [String: String])?["fresh-optimizer"] == "true")
    let state = try scratch.bytes(checkpoint("new", 0) + "/state.safetensors")
    let header = 8 + state[..<8].enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
    #expect(state.count > header && state[header...].allSatisfy { $0 == 0 })
    let weights = "/generator.safetensors"
    #expect(try scratch.bytes(checkpoint("new", 0) + weights) == scratch.bytes(checkpoint("source", 2) + weights))
    #expect(try scratch.text("new/environment.json").contains("\"optimizer\" : \"fresh\""))
  }

  /// Another number of ranks and threads, a kill and the loss of the source change no bit.
  @Test func theSameBitsWhateverHappens() throws {
    let changes = [
      "--steps", "4", "--batch", "16", "--shards", "2", "--seed", "9", "--data", "synthetic:count=50",
      "--set", "generator-learning-rate=0.00005", "--set", "flip=true", "--set", "batch-norm=global",
    ]
    expectSuccess(try from("source", to: "a", changes))
    expectSuccess(try from("source", to: "b", changes + ["--threads", "2"], ranks: 2))
    try expectSameRun(scratch, "a", "b")
    expectSuccess(try from("source", to: "c", changes.map { $0 == "4" ? "1" : $0 }))
    try scratch.remove("source")
    expectSuccess(
      try Program.run(["train", "--out", scratch.at("c"), "--resume", "auto", "--steps", "4"], ranks: 2))
    #expect(
      differences(try scratch.tree(checkpoint("a", 4)), try scratch.tree(checkpoint("c", 4))) == [])
    #expect(try scratch.results("a") == scratch.results("c"))
  }

  /// A kill between the first file and the first checkpoint must not make it a run from random numbers.
  @Test func aKillBeforeItsFirstCheckpoint() throws {
    expectSuccess(try from("source", to: "new", ["--steps", "3"]))
    expectSuccess(try from("source", to: "again", ["--steps", "3"]))
    try scratch.remove("again/checkpoints")
    // The source has gone on meanwhile.
    expectSuccess(try Program.run(["train", "--out", scratch.at("source"), "--resume", "auto", "--steps", "6"]))
    expectSuccess(try Program.run(["train", "--out", scratch.at("again"), "--resume", "auto"]))
    try expectSameRun(scratch, "new", "again")
    try scratch.remove("again/checkpoints")
    try scratch.remove("source/checkpoints")
    let before = try scratch.tree()
    expectSentence(
      try Program.run(["train", "--out", scratch.at("again"), "--resume", "auto"]), code: 66, [scratch.at("source")])
    try expectUntouched(scratch, since: before)
  }

  @Test func itsConfigurationMakesTheSameRunAgain() throws {
    expectSuccess(try from("source", to: "new", ["--steps", "2", "--fresh-optimizer"]))
    expectSuccess(try Program.run(["train", "--out", scratch.at("source"), "--resume", "auto", "--steps", "6"]))
    expectSuccess(
      try Program.run(["train", "--config", scratch.at("new/config.yaml"), "--out", scratch.at("again")], ranks: 2))
    try expectSameRun(scratch, "new", "again")
    try scratch.remove(checkpoint("source", 4))
    expectSentence(
      try Program.run(["train", "--config", scratch.at("new/config.yaml"), "--out", scratch.at("other")]), code: 66,
      ["step 4", scratch.at("source"), "--from"])
  }

  /// As in a job that a scheduler starts again.
  @Test func theSameCommandAgain() throws {
    func job(_ steps: String, from source: String = "source") throws -> Outcome {
      try Program.run([
        "train", "--set", "from=" + scratch.at(source), "--resume", "auto", "--out", scratch.at("new"), "--steps",
        steps,
      ])
    }
    expectSuccess(try job("1"))
    expectSuccess(try job("2"))
    expectSuccess(try from("source", to: "whole", ["--steps", "2"]))
    #expect(differences(try scratch.tree(checkpoint("new", 2)), try scratch.tree(checkpoint("whole", 2))) == [])
    #expect(try manifest("new", 2)["generator_updates"] as? Int == 6)
    expectSentence(try job("3", from: "whole"), code: 78, ["started from", "/source", "/whole", "another --out"])
    expectSentence(
      try Program.run([
        "train", "--set", "from=" + scratch.at("new"), "--resume", "auto", "--out", scratch.at("source"), "--steps",
        "5",
      ]), code: 78, ["random numbers"])
  }

  @Test func anotherKindOfMoments() throws {
    let beta = ["--set", "beta1=0.5", "--steps", "2"]
    expectSentence(try from("source", to: "new", beta), code: 78, ["beta1 0.0", "0.5", "--fresh-optimizer"])
    expectSuccess(try from("source", to: "new", beta + ["--fresh-optimizer"]))
    expectSuccess(try from("new", to: "next", ["--set", "beta1=0.9", "--steps", "1"]))
  }

  @Test func aCheckpointWithoutItsRun() throws {
    try scratch.write([], to: "lone/file")
    try FileManager.default.moveItem(atPath: scratch.at(checkpoint("source", 4)), toPath: scratch.at("lone/step"))
    expectSentence(try from("lone/step", to: "new"), code: 64, ["--preset"])
    expectSuccess(try from("lone/step", to: "new", ["--preset", "tiny", "--steps", "1"]))
    for line in ["width: 8", "seed: 7"] { #expect(try scratch.text("new/config.yaml").contains(line + "\n")) }
  }

  @Test func otherShapesAreRefused() throws {
    let before = try scratch.tree()
    func expectRefusal(_ setting: String, _ more: [String] = [], ranks: Int? = nil) throws {
      let outcome = try from("source", to: "new", ["--set", setting] + more, ranks: ranks)
      expectSentence(outcome, code: 78, ["\(setting.split(separator: "=")[0]) ", "cannot take its numbers", "--from"])
    }
    for setting in [
      "width=4", "resolution=64", "latent-size=8", "image-channels=1", "thin-discriminator=true",
      "generator-attention=none", "generator-attention=8", "discriminator-attention-kind=residual",
      "generator-spectral-norm=false", "discriminator-spectral-norm=false",
    ] { try expectRefusal(setting) }
    try expectRefusal("width=4", ["--dry-run"])
    try expectRefusal("width=4", ranks: 2)
    try expectUntouched(scratch, since: before)
  }

  /// Other classes and another head need an optimizer without moments of what is drawn anew.
  @Test(arguments: [["--set", "head=classifier"], ["--classes", "9"]]) func whatIsDrawnAnewHasNoMoments(
    _ other: [String]
  ) throws {
    let before = try scratch.tree()
    let refused = try from("source", to: "new", other + ["--steps", "1"])
    expectSentence(refused, code: 78, ["optimizer cannot go on with", "use the same value, or --fresh-optimizer"])
    try expectUntouched(scratch, since: before)
    let outcome = try from("source", to: "new", other + ["--fresh-optimizer", "--steps", "1"])
    expectSuccess(outcome)
    #expect(
      outcome.errors.contains(other[0] == "--set" ? "classifier is drawn anew" : "all 9 classes keep")
        || outcome.output.contains(other[0] == "--set" ? "classifier is drawn anew" : "all 9 classes keep"),
      "\(outcome.description)")
  }

  /// Classes that both runs know by name keep their rows, whatever their labels are; those of others are drawn anew.
  @Test(arguments: [3, 12]) func dataOfOtherClasses(classes: Int) throws {
    let picture = try PhotoFolder.png(1)
    let known = try #require(try manifest("source", 4)["class_names"] as? [String])
    let names = (0..<classes).map { $0 < 2 ? "new-\($0)" : known[11 - $0] }
    for name in names { for image in 0..<8 { try scratch.write(picture, to: "photos/\(name)/\(image).png") } }
    let before = try scratch.tree()
    let data = ["--data", "folder:" + scratch.at("photos"), "--steps", "1"]
    expectSentence(try from("source", to: "new", data), code: 78, ["classes 10", "\(classes)", "--fresh-optimizer"])
    try expectUntouched(scratch, since: before)
    let outcome = try from("source", to: "new", data + ["--fresh-optimizer"])
    expectSuccess(outcome)
    let said = outcome.output + outcome.errors
    #expect(said.contains("\(classes - 2) of \(classes) classes keep their numbers"), "\(outcome.description)")
    #expect(said.contains("'new-0', 'new-1' are drawn anew"), "\(outcome.description)")
  }

  @Test func whatDoesNotGoTogether() throws {
    let before = try scratch.tree()
    for resume in ["auto", scratch.at("source")] {
      expectSentence(try from("source", to: "new", ["--resume", resume]), code: 64, ["--from", "--resume"])
    }
    expectSentence(
      try Program.run(["train", "--preset", "tiny", "--fresh-optimizer", "--out", scratch.at("new")]), code: 64,
      ["--fresh-optimizer", "--from"])
    expectSentence(try from("source", to: "source"), code: 73, ["already holds a run", "--resume auto"])
    expectSentence(try from("nothing", to: "new"), code: 66, ["/nothing"])
    try expectUntouched(scratch, since: before)
    let plan = try from("source", to: "new", ["--dry-run"], ranks: 2)
    expectSuccess(plan)
    #expect(plan.output.contains("parameters  "), "\(plan.description)")
    try expectUntouched(scratch, since: before)
  }
}
