import Foundation
import Testing

/// Checkpoints that are missing, damaged, or of another run, where no other checkpoint helps.
@Suite struct BadCheckpoints {
  private let scratch: Scratch

  /// A run of two steps in `run`.
  init() throws {
    scratch = try Scratch()
    let outcome = try Program.run(["train", "--preset", "tiny", "--out", scratch.at("run"), "--steps", "2"])
    expectSuccess(outcome)
  }

  private static let step = "run/checkpoints/step-00000002"

  /// What can be wrong with a checkpoint.
  enum Fault: String, CaseIterable {
    case truncatedFile, longFile, flippedBit, flippedBitOfHeader, missingFile, emptyFile, directoryForFile
    case manifestNoJSON, manifestEmpty, manifestTruncated, manifestChanged, manifestMissing, manifestOfFuture

    /// The exit code, and what the sentence has to contain.
    var expected: (code: Int32, words: [String]) {
      switch self {
      case .truncatedFile, .longFile, .flippedBit, .flippedBitOfHeader, .emptyFile:
        (65, ["generator-average.safetensors", "use another checkpoint"])
      case .missingFile, .directoryForFile: (66, ["generator-average.safetensors"])
      case .manifestNoJSON, .manifestEmpty, .manifestTruncated, .manifestChanged: (65, ["manifest.json"])
      case .manifestMissing: (66, ["manifest.json"])
      case .manifestOfFuture: (65, ["manifest.json", "format 1 to 3", "format 9"])
      }
    }

    /// Damages a checkpoint.
    func damage(_ scratch: Scratch) throws {
      let file = step + "/generator-average.safetensors"
      let manifest = step + "/manifest.json"
      switch self {
      case .missingFile: return try scratch.remove(file)
      case .manifestMissing: return try scratch.remove(manifest)
      case .directoryForFile:
        try scratch.remove(file)
        return try scratch.write([], to: file + "/file")
      case .truncatedFile, .longFile, .flippedBit, .flippedBitOfHeader, .emptyFile:
        var bytes = try scratch.bytes(file)
        switch self {
        case .truncatedFile: bytes.removeLast()
        case .longFile: bytes.append(0)
        case .flippedBit: bytes[bytes.count - 5] ^= 1
        case .flippedBitOfHeader: bytes[20] ^= 4
        default: bytes = []
        }
        try scratch.write(bytes, to: file)
      case .manifestNoJSON: try scratch.write(Array("not JSON at all\n".utf8), to: manifest)
      case .manifestEmpty: try scratch.write([], to: manifest)
      case .manifestTruncated: try scratch.write(try scratch.bytes(manifest).dropLast(40), to: manifest)
      case .manifestChanged: try edit(manifest, scratch, "\"step\" : 2", "\"step\" : 3")
      case .manifestOfFuture: try edit(manifest, scratch, "\"format_version\" : 3", "\"format_version\" : 9")
      }
    }

    private func edit(_ name: String, _ scratch: Scratch, _ old: String, _ new: String) throws {
      let text = try scratch.text(name)
      try #require(text.contains(old))
      try scratch.write(Array(text.replacingOccurrences(of: old, with: new).utf8), to: name)
    }
  }

  /// Commands that read a checkpoint.
  enum Reader: String, CaseIterable {
    case resumeNamed, resumeElsewhere, resumeElsewhereOnRanks, sample, audit

    func run(_ scratch: Scratch, checkpoint: String = "run") throws -> Outcome {
      let train = ["train", "--preset", "tiny", "--steps", "4"]
      switch self {
      case .resumeNamed:
        return try Program.run(train + ["--out", scratch.at("run"), "--resume", scratch.at(checkpoint)])
      case .resumeElsewhere, .resumeElsewhereOnRanks:
        return try Program.run(
          train + ["--out", scratch.at("new"), "--resume", scratch.at(checkpoint)],
          ranks: self == .resumeElsewhere ? nil : 2)
      case .sample:
        return try Program.run(["sample", "--checkpoint", scratch.at(checkpoint), "--out", scratch.at("grid.png")])
      case .audit:
        return try Program.run([
          "audit", "--checkpoint", scratch.at(checkpoint), "--batch", "4", "--out", scratch.at("audit.safetensors"),
        ])
      }
    }
  }

  @Test(arguments: Fault.allCases, Reader.allCases) func aDamagedCheckpoint(fault: Fault, reader: Reader) throws {
    try fault.damage(scratch)
    let before = try scratch.tree()
    expectSentence(try reader.run(scratch), code: fault.expected.code, fault.expected.words)
    try expectUntouched(scratch, since: before)
  }

  @Test(arguments: [Reader.resumeElsewhere, .sample, .audit], ["nowhere", "empty", "new-run"])
  func noCheckpoint(reader: Reader, place: String) throws {
    try scratch.write([], to: "empty/file")
    try scratch.write(try scratch.bytes("run/config.yaml"), to: "new-run/config.yaml")
    let before = try scratch.tree()
    expectSentence(try reader.run(scratch, checkpoint: place), code: 66, ["/" + place, "checkpoint"])
    try expectUntouched(scratch, since: before)
  }

  @Test(
    arguments: [
      ["--seed", "1"], ["--batch", "16"], ["--shards", "2"], ["--set", "beta2=0.999"], ["--set", "width=8"],
      ["--set", "head=classifier"], ["--classes", "11"],
    ], [nil, 2])
  func aSettingThatContradictsTheRun(option: [String], ranks: Int?) throws {
    let before = try scratch.tree()
    let outcome = try Program.run(
      ["train", "--preset", "tiny", "--out", scratch.at("run"), "--steps", "4", "--resume", "auto"] + option,
      ranks: ranks)
    let key = option[0] == "--set" ? String(option[1].prefix { $0 != "=" }) : String(option[0].dropFirst(2))
    expectSentence(outcome, code: 78, [key, "--resume", "--out"])
    try expectUntouched(scratch, since: before)
  }

  @Test func anotherPresetOnResume() throws {
    let before = try scratch.tree()
    let outcome = try Program.run(
      ["train", "--preset", "sagan32", "--out", scratch.at("run"), "--steps", "4", "--resume", "auto"])
    expectSentence(outcome, code: 78, ["cannot continue with"])
    try expectUntouched(scratch, since: before)
  }

  @Test(arguments: [nil, 2]) func aDamagedCheckpointThatResumingMayNotSetAside(ranks: Int?) throws {
    for fault in [Fault.manifestOfFuture, .directoryForFile] {
      try fault.damage(scratch)
      let before = try scratch.tree()
      let outcome = try Program.run(
        ["train", "--preset", "tiny", "--steps", "4", "--out", scratch.at("run"), "--resume", "auto"], ranks: ranks)
      expectSentence(outcome, code: fault.expected.code, fault.expected.words)
      try expectUntouched(scratch, since: before)
      if fault == .manifestOfFuture {
        try scratch.remove("run")
        expectSuccess(try Program.run(["train", "--preset", "tiny", "--out", scratch.at("run"), "--steps", "2"]))
      }
    }
  }

  @Test(arguments: [nil, 2]) func aCheckpointOfAnotherArchitecture(ranks: Int?) throws {
    let before = try scratch.tree()
    let outcome = try Program.run(
      [
        "train", "--preset", "tiny", "--set", "width=8", "--out", scratch.at("new"), "--steps", "4", "--resume",
        scratch.at("run"),
      ], ranks: ranks)
    expectSentence(outcome, code: 78, ["width 4", "continue with 8"])
    try expectUntouched(scratch, since: before)
  }

  @Test(arguments: ["run", "new"]) func aCheckpointOfAnotherKindOfProcessor(out: String) throws {
    let environment = try scratch.text("run/environment.json")
    let line = try #require(environment.split(separator: "\n").first { $0.contains("\"processor_family\"") })
    let other = environment.replacingOccurrences(of: line, with: "  \"processor_family\" : \"a PDP-11\",")
    try scratch.write(Array(other.utf8), to: "run/environment.json")
    let resume = [
      "train", "--preset", "tiny", "--steps", "4", "--out", scratch.at(out), "--resume", scratch.at("run"),
    ]
    let outcome = try Program.run(resume)
    #expect(outcome.code == 0, "\(outcome.description)")
    expectWarnings(outcome, ["CPU family", "a PDP-11", "no longer be bit-identical"])
    // The run is at home here now.
    expectSuccess(
      try Program.run(["train", "--steps", "6", "--out", scratch.at(out), "--resume", "auto"], ranks: 2))
  }
}
