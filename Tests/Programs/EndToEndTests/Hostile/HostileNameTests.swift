import Files
import Foundation
import Testing

/// Names that make a terminal do something, or a line read as what it is not, are shown and not obeyed.
@Suite struct HostileNames {
  private let scratch: Scratch
  private static let names = ["a\u{1B}[31mred", "b\nnext", "c\u{202E}txet", "d\u{9B}2J", "Käfer 犬"]

  init() throws {
    scratch = try Scratch()
    for (label, name) in Self.names.enumerated() {
      for number in 0..<2 {
        try scratch.write(try PhotoFolder.png(2 * label + number), to: "photos/\(name)/\(number).png")
      }
    }
  }

  private func expectHarmless(
    _ outcome: Outcome, code: Int32 = 0, _ words: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(outcome.code == code, "\(outcome.description)", sourceLocation: sourceLocation)
    let said = outcome.output + outcome.errors
    let raw = said.unicodeScalars.filter { $0.isHidden && $0 != "\n" }
    #expect(raw.isEmpty, "\(raw.map(\.value)) in \(outcome.description.shown)", sourceLocation: sourceLocation)
    for word in words { #expect(said.contains(word), "'\(word)' in \(said.shown)", sourceLocation: sourceLocation) }
  }

  private var train: [String] {
    [
      "train", "--preset", "tiny", "--steps", "2", "--checkpoint-every", "1", "--sample-every", "1", "--log-every", "1",
      "--data", "folder:" + scratch.at("photos"), "--out", scratch.at("out\u{1B}[2J\u{202E}"),
    ]
  }

  @Test func classesThroughoutARun() throws {
    let escaped = [#"a\u{1B}[31mred"#, #"b\nnext"#, #"c\u{202E}txet"#, #"d\u{009B}2J"#, "Käfer 犬"]
    expectHarmless(try Program.run(train), escaped.map { $0 + " 2" })
    let run = scratch.at("out\u{1B}[2J\u{202E}")
    expectHarmless(try Program.run(["inspect", run]), escaped)
    let json = try Program.run(["inspect", "--json", run])
    expectHarmless(json)
    let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    let manifest = try #require(object?["manifest"] as? [String: Any])
    #expect((manifest["class_names"] as? [String])?.sorted() == Self.names.sorted())
    let sample = ["sample", "--checkpoint", run, "--out", scratch.at("grid.png")]
    expectHarmless(try Program.run(sample))
    expectHarmless(try Program.run(sample + ["--classes", "\u{1B}[1m"]), code: 78, escaped)
    expectHarmless(
      try Program.run(["evaluate", "--checkpoint", run, "--samples", "10", "--metrics", "accuracy"]), escaped)
    // What TensorBoard shows has none of it, either.
    let events = try scratch.tree("out\u{1B}[2J\u{202E}").filter { $0.key.hasPrefix("events.out") }
    #expect(events.count == 1)
    for (_, bytes) in events { for name in Self.names { #expect(bytes.firstRange(of: Data(name.utf8)) == nil) } }
    // A damaged checkpoint is named in a warning.
    let file = "out\u{1B}[2J\u{202E}/checkpoints/step-00000002/state.safetensors"
    try scratch.write(try scratch.bytes(file).dropLast(), to: file)
    let resumed = try Program.run(train + ["--resume", "auto", "--steps", "3"], ranks: 2)
    expectHarmless(resumed, [#"out\u{1B}[2J\u{202E}/checkpoints/step-00000002' is damaged"#])
    expectHarmless(try Program.run(["train", "--from", run, "--out", scratch.at("new"), "--dry-run"]))
    expectHarmless(try Program.run(train), code: 73, [#"\u{1B}[2J"#])
  }

  @Test func filesOfImages() throws {
    try scratch.write(Array("no image".utf8), to: "photos/\(Self.names[0])/\u{202E}gnp.\u{1B}]0;x\u{7}.png")
    let name = #"\u{202E}gnp.\u{1B}]0;x\u{07}.png"#
    expectHarmless(try Program.run(train), code: 65, [name])
    expectHarmless(try Program.run(train + ["--skip-bad-images"]), [name])
  }

  @Test func textsOfAReceivedCheckpoint() throws {
    expectHarmless(try Program.run(["train", "--preset", "tiny", "--steps", "1", "--out", scratch.at("run")]))
    try scratch.seal("run/checkpoints/step-00000001") {
      $0 = $0.replacing(/"data_fingerprint" : "[0-9a-f]*/, with: "\"data_fingerprint\" : \"\\u001b[31m\u{202E}\u{2028}")
        .replacing("red disc", with: "\u{200B}red\\ndisc\u{E0041}")
    }
    let checkpoint = scratch.at("run/checkpoints/step-00000001")
    expectHarmless(
      try Program.run(["inspect", checkpoint]), [#"\u{1B}[31m\u{202E}\u{2028}"#, #"\u{200B}red\ndisc\u{000E0041}"#])
    expectHarmless(try Program.run(["inspect", "--json", checkpoint]))
    expectHarmless(
      try Program.run(["train", "--out", scratch.at("run"), "--resume", "auto", "--steps", "2"]), code: 65,
      [#"\u{202E}"#])
  }

  @Test func resultsOfABenchmark() throws {
    var text = try String(
      contentsOf: Program.package.appendingPathComponent("docs/scaling/one-host-weak/results.json"), encoding: .utf8)
    text = text.replacing(/"preset":"[a-z0-9]*"/, with: "\"preset\":\"\\u001b[31m<b>|\u{202E}\"")
      .replacing(/"command":"/, with: "\"command\":\"\\n# no heading\\u001b[0m")
    try scratch.write(Array(text.utf8), to: "made/results.json")
    expectHarmless(try Program.run(["bench", "report", scratch.at("made")]))
    for (name, bytes) in try scratch.tree("made") where name != "results.json" {
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(!text.unicodeScalars.contains { $0.isHidden && $0 != "\n" } && !text.contains("<b>"), "\(name)")
    }
    let report = try scratch.text("made/report.md")
    #expect(report.contains(#"\u{1B}[31m&lt;b>\|\u{202E}"#) && !report.contains("\n# no"), "\(report.shown)")
  }

  @Test(
    arguments: [
      (#""batch":[0-9]+"#, "\"batch\":4611686018427387904"), (#""ranks":[0-9]+,"#, "\"ranks\":4611686018427387904,"),
      (#""threads":[0-9]+"#, "\"threads\":-1"), (#""bytes":[0-9]+"#, "\"bytes\":9223372036854775807"),
      (#""seconds_median":[0-9.e-]+"#, "\"seconds_median\":1e300"),
      (#""usual_slice_bytes":[0-9]+"#, "\"usual_slice_bytes\":-9223372036854775808"),
    ]) func numbersOfABenchmark(old: String, new: String) throws
  {
    for folder in ["one-host-weak", "hosts-1gbit"] {
      let text = try String(
        contentsOf: Program.package.appendingPathComponent("docs/scaling/\(folder)/results.json"), encoding: .utf8)
      try scratch.write(Array(text.replacing(try Regex(old), with: new).utf8), to: "made/results.json")
      let before = try scratch.tree()
      let project = [
        "bench", "project", "--nodes", "8", "--link", "1gbit", "--latency", "2us", "--fit", scratch.at("made"),
      ]
      for command in [["bench", "report", scratch.at("made")], project] {
        expectSentence(try Program.run(command), code: 65, ["results.json", "numbers that runs can have"])
      }
      try expectUntouched(scratch, since: before)
    }
  }
}
