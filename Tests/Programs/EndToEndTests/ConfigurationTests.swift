import Foundation
import Testing

/// Where settings come from, and what the program says of them without a run.
@Suite struct Configurations {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// What `--print-config` says of a setting.
  private func printed(_ key: String, _ arguments: [String], ranks: Int? = nil) throws -> String? {
    let outcome = try Program.run(["train", "--print-config"] + arguments, ranks: ranks)
    expectSuccess(outcome)
    let lines = outcome.output.split(separator: "\n").filter { $0.hasPrefix(key + ": ") }
    #expect(lines.count == 1, "\(outcome.description)")
    return lines.first.map { String($0.dropFirst(key.count + 2)) }
  }

  private func write(_ name: String, _ text: String) throws -> String {
    try scratch.write(Array(text.utf8), to: name)
    return scratch.at(name)
  }

  @Test(arguments: [nil, 2]) func laterSourcesWin(ranks: Int?) throws {
    let file = try write("some.yaml", "preset: tiny\nseed: 1\nlog-every: 11\n")
    for (key, preset, option) in [("seed", "0", "--seed"), ("log-every", "10", "--log-every")] {
      var arguments = ["--preset", "tiny"]
      #expect(try printed(key, arguments, ranks: ranks) == preset)
      arguments += [option, "14"]
      #expect(try printed(key, arguments, ranks: ranks) == "14", "an option wins over the preset")
      arguments = ["--preset", "tiny", "--set", key + "=13"]
      #expect(try printed(key, arguments, ranks: ranks) == "13", "--set wins over the preset")
      #expect(try printed(key, arguments + [option, "14"]) == "14", "an option wins over --set")
      #expect(try printed(key, [option, "14"] + arguments) == "14", "wherever it stands")
      arguments = ["--config", file]
      #expect(try printed(key, arguments, ranks: ranks) == (key == "seed" ? "1" : "11"), "a file wins over the preset")
      #expect(try printed(key, arguments + [option, "14"]) == "14", "an option wins over a file")
      #expect(try printed(key, ["--set", key + "=13"] + arguments) == "13", "--set wins over a file")
      #expect(try printed(key, ["--set", key + "=13", option, "14"] + arguments) == "14", "an option wins over both")
    }
  }

  @Test func everyOptionThatIsASettingSetsIt() throws {
    let options = [
      "data": "synthetic:count=7", "steps": "3", "batch": "16", "shards": "2", "seed": "5", "classes": "6",
      "checkpoint-every": "7", "keep": "8", "sample-every": "9", "log-every": "12",
    ]
    let all = options.sorted { $0.key < $1.key }.flatMap { ["--" + $0.key, $0.value] }
    for (key, value) in options { #expect(try printed(key, ["--preset", "tiny"] + all) == value) }
  }

  @Test func aRunsOwnSettingsMakeTheSameRunAgain() throws {
    let options = ["--seed", "7", "--batch", "16", "--set", "head=classifier", "--steps", "2"]
    expectSuccess(try Program.run(["train", "--preset", "tiny", "--out", scratch.at("first")] + options))
    let again = ["train", "--config", scratch.at("first/config.yaml"), "--out", scratch.at("second")]
    expectSuccess(try Program.run(again, ranks: 2))
    for name in ["config.yaml", "checkpoints/latest", "checkpoints/step-00000002/manifest.json"] {
      #expect(try scratch.text("first/" + name) == scratch.text("second/" + name), "\(name)")
    }
    // The file is on the first rank's host alone.
    let folders = ["first", "nowhere"].map { scratch.at($0) }
    try scratch.write([], to: "nowhere/file")
    let outcome = try Program.run(
      ["train", "--config", "config.yaml", "--out", scratch.at("third")], inFolders: folders)
    expectSuccess(outcome)
    #expect(try scratch.text("first/config.yaml") == scratch.text("third/config.yaml"))
  }

  @Test(arguments: [nil, 2]) func aRunGoesOnWithItsSettings(ranks: Int?) throws {
    let options = ["--preset", "tiny", "--seed", "7", "--set", "width=8", "--log-every", "1"]
    expectSuccess(try Program.run(["train", "--out", scratch.at("run"), "--steps", "2"] + options))
    let resume = ["train", "--out", scratch.at("run"), "--resume", "auto"]
    expectSuccess(try Program.run(resume + ["--steps", "3"], ranks: ranks))
    expectSuccess(try Program.run(resume + ["--steps", "4", "--preset", "tiny"], ranks: ranks))
    expectSuccess(try Program.run(["train", "--out", scratch.at("whole"), "--steps", "4"] + options))
    let step = "/checkpoints/step-00000004"
    #expect(differences(try scratch.tree("run" + step), try scratch.tree("whole" + step)) == [])
    #expect(try scratch.text("run/config.yaml") == scratch.text("whole/config.yaml"))
    #expect(try scratch.text("run/metrics.jsonl").split(separator: "\n").count == 4)
    let before = try scratch.tree()
    let file = try write("other.yaml", "seed: 8\n")
    for more in [["--seed", "8"], ["--set", "seed=8"], ["--config", file]] {
      expectSentence(try Program.run(resume + more, ranks: ranks), code: 78, ["seed 7", "continue with 8"])
    }
    try scratch.remove("other.yaml")
    try expectUntouched(scratch, since: before)
  }

  @Test func aRunGoesOnElsewhereWithItsSettings() throws {
    let options = ["--preset", "tiny", "--seed", "7", "--set", "width=8", "--steps", "2"]
    expectSuccess(try Program.run(["train", "--out", scratch.at("run")] + options))
    for (index, place) in ["run", "run/checkpoints", "run/checkpoints/latest"].enumerated() {
      let out = "new\(index)"
      let resume = ["train", "--out", scratch.at(out), "--resume", scratch.at(place)]
      expectSentence(try Program.run(resume + ["--seed", "8"]), code: 78, ["seed 7", "continue with 8"])
      expectSuccess(try Program.run(resume + ["--steps", "3", "--set", "keep=8"]))
      let config = try scratch.text(out + "/config.yaml")
      for line in ["preset: tiny", "seed: 7", "width: 8", "steps: 3", "keep: 8"] {
        #expect(config.contains(line + "\n"))
      }
    }
    try scratch.remove("run/config.yaml")
    let lone = ["train", "--out", scratch.at("new"), "--resume", scratch.at("run/checkpoints")]
    expectSentence(try Program.run(lone), code: 64, ["--preset"])
  }

  @Test(arguments: [nil, 2]) func presetsAreListedAndReadBack(ranks: Int?) throws {
    let list = try Program.run(["presets"], ranks: ranks)
    expectSuccess(list)
    let names = list.output.split(separator: "\n").dropFirst().compactMap { $0.split(separator: " ").first }
    #expect(names.count == Set(names).count && names.count >= 9, "\(list.description)")
    for name in names.map(String.init) {
      let outcome = try Program.run(["presets", name], ranks: ranks)
      expectSuccess(outcome)
      let file = try write("preset.yaml", outcome.output)
      #expect(try Program.run(["train", "--print-config", "--config", file]).output == outcome.output)
      #expect(try Program.run(["train", "--print-config", "--preset", name]).output == outcome.output)
    }
  }

  @Test func printingNeedsNoData() throws {
    let outcome = try Program.run([
      "train", "--print-config", "--preset", "tiny", "--data", "fashion-mnist:" + scratch.at("nowhere"),
    ])
    expectSuccess(outcome)
    #expect(outcome.output.contains("\nclasses: auto\n"))
    try expectUntouched(scratch, since: [:])
  }

  @Test(
    arguments: [
      ("preset: tiny\nwidht: 8\n", "'width'", "some.yaml:2"),
      ("preset: tiny\nwidth: eight\n", "'eight'", "some.yaml:2"),
      ("preset: tiny\nwidth: [8]\n", "one value for width", "line 2 of"), ("preset: tyni\n", "'tiny'", "some.yaml:1"),
      ("preset: tiny\nseed: 1\nseed: 2\n", "seed is set more than once", "line 2"), ("", "found none", "some.yaml"),
      ("preset: tiny\nseed: *a\n", "anchor", "line 2"), ("preset: tiny\nseed: {\n", "not a list", "line"),
      ("preset: tiny\nbatch: 10\n", "batch is 10", "8 or 12"),
    ], [nil, 2])
  func badFiles(file: (yaml: String, word: String, place: String), ranks: Int?) throws {
    let path = try write("some.yaml", file.yaml)
    let before = try scratch.tree()
    for more in [[], ["--print-config"]] {
      let outcome = try Program.run(["train", "--config", path, "--out", scratch.at("out")] + more, ranks: ranks)
      expectSentence(outcome, code: 78, [file.word, file.place])
    }
    try expectUntouched(scratch, since: before)
  }

  @Test func filesThatCannotBeRead() throws {
    for (path, code) in [("nothing.yaml", 66), ("", 66)] as [(String, Int32)] {
      expectSentence(
        try Program.run(["train", "--config", scratch.at(path), "--out", scratch.at("out")]), code: code, ["/" + path])
    }
    try scratch.write([0xFF, 0xFE, 0x00], to: "some.yaml")
    expectSentence(
      try Program.run(["train", "--config", scratch.at("some.yaml"), "--out", scratch.at("out")]), code: 78, ["UTF-8"])
  }
}
