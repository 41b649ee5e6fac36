import Foundation
import Testing

/// Runs whose newest checkpoints are damaged, and what a kill leaves lying about.
@Suite struct DamagedRuns {
  private let scratch: Scratch

  /// A run of six steps in `run` with checkpoints of the steps 2, 4 and 6.
  init() throws {
    scratch = try Scratch()
    expectSuccess(try Program.run(arguments("run", steps: 6)))
  }

  private func arguments(_ out: String, steps: Int, resume: String? = nil) -> [String] {
    let settings = ["log-every=1", "checkpoint-every=2", "sample-every=2"]
    return ["train", "--preset", "tiny", "--out", scratch.at(out), "--steps", "\(steps)"]
      + settings.flatMap { ["--set", $0] } + (resume.map { ["--resume", $0] } ?? [])
  }

  private func checkpoint(_ step: Int) -> String { String(format: "run/checkpoints/step-%08d", step) }

  /// What can be wrong with a checkpoint.
  enum Fault: CaseIterable {
    case truncatedFile, emptyFile, flippedBit, missingFile, manifestTruncated, manifestMissing

    func damage(_ checkpoint: String, _ scratch: Scratch) throws {
      let (file, manifest) = (checkpoint + "/state.safetensors", checkpoint + "/manifest.json")
      switch self {
      case .truncatedFile: try scratch.write(try scratch.bytes(file).dropLast(), to: file)
      case .emptyFile: try scratch.write([], to: file)
      case .flippedBit:
        var bytes = try scratch.bytes(file)
        bytes[bytes.count / 2] ^= 16
        try scratch.write(bytes, to: file)
      case .missingFile: try scratch.remove(file)
      case .manifestTruncated: try scratch.write(try scratch.bytes(manifest).dropLast(30), to: manifest)
      case .manifestMissing: try scratch.remove(manifest)
      }
    }
  }

  /// Removes what `setAside` names, after a look at it, and checks that the run is the reference.
  private func expectRecovery(_ setAside: [String: [String: Data]]) throws {
    for (name, content) in setAside {
      #expect(differences(content, try scratch.tree("run/checkpoints/" + name)) == [])
      try scratch.remove("run/checkpoints/" + name)
    }
    expectSuccess(try Program.run(arguments("reference", steps: 8)))
    try expectSameRun(scratch, "reference", "run")
  }

  @Test(arguments: Fault.allCases, [nil, 2]) func theOneBeforeIsUsed(fault: Fault, ranks: Int?) throws {
    try fault.damage(checkpoint(6), scratch)
    let damaged = try scratch.tree(checkpoint(6))
    let outcome = try Program.run(arguments("run", steps: 8, resume: "auto"), ranks: ranks)
    #expect(outcome.code == 0, "\(outcome.description)")
    expectWarnings(outcome, ["step-00000006", "step-00000006.damaged"])
    #expect(outcome.output.contains("resumed from " + scratch.at(checkpoint(4))), "\(outcome.description)")
    try expectRecovery(["step-00000006.damaged": damaged])
  }

  @Test func severalDamagedOnes() throws {
    for (step, fault) in [(6, Fault.emptyFile), (4, .manifestMissing)] { try fault.damage(checkpoint(step), scratch) }
    // Another one was set aside before.
    try scratch.write([1], to: "run/checkpoints/step-00000006.damaged/file")
    let damaged = [
      "step-00000006.damaged-2": try scratch.tree(checkpoint(6)),
      "step-00000004.damaged": try scratch.tree(checkpoint(4)),
      "step-00000006.damaged": ["file": Data([1])],
    ]
    let outcome = try Program.run(arguments("run", steps: 8, resume: "auto"))
    #expect(outcome.code == 0, "\(outcome.description)")
    expectWarnings(outcome, ["step-00000006.damaged-2"], ["step-00000004.damaged"])
    #expect(outcome.output.contains("resumed from " + scratch.at(checkpoint(2))), "\(outcome.description)")
    try expectRecovery(damaged)
  }

  @Test(arguments: [nil, 2]) func noneThatIsWhole(ranks: Int?) throws {
    for step in [2, 4, 6] { try Fault.flippedBit.damage(checkpoint(step), scratch) }
    var damaged: [String: [String: Data]] = [:]
    for step in [2, 4, 6] { damaged["step-0000000\(step).damaged"] = try scratch.tree(checkpoint(step)) }
    let outcome = try Program.run(arguments("run", steps: 8, resume: "auto"), ranks: ranks)
    #expect(outcome.code == 0, "\(outcome.description)")
    expectWarnings(outcome, ["step-00000006.damaged"], ["step-00000004.damaged"], ["step-00000002.damaged"])
    #expect(outcome.output.contains("starting from step 0"), "\(outcome.description)")
    try expectRecovery(damaged)
  }

  @Test(arguments: ["", "step-0000", "step-00000099\n", "step-00000004\n", nil]) func aWrongLatest(content: String?)
    throws
  {
    try content.map { try scratch.write(Array($0.utf8), to: "run/checkpoints/latest") }
      ?? scratch.remove("run/checkpoints/latest")
    let outcome = try Program.run(arguments("run", steps: 8, resume: "auto"))
    expectSuccess(outcome)
    let step = content == "step-00000004\n" ? 4 : 6
    #expect(outcome.output.contains("resumed from " + scratch.at(checkpoint(step))), "\(outcome.description)")
    try expectRecovery([:])
  }

  @Test(arguments: [nil, 2]) func anotherRunSetsNothingAside(ranks: Int?) throws {
    try Fault.flippedBit.damage(checkpoint(6), scratch)
    let before = try scratch.tree()
    for option in [["--seed", "1"], ["--steps", "3"], ["--data", "synthetic:count=50"]] {
      let outcome = try Program.run(arguments("run", steps: 8, resume: "auto") + option, ranks: ranks)
      expectSentence(outcome, code: option[0] == "--data" ? 65 : 78, [checkpoint(4)])
      try expectUntouched(scratch, since: before)
    }
  }

  @Test func theNewestOneNamedIsAnErrorAndARunOfWhichItIsTheNewestIsNot() throws {
    try Fault.flippedBit.damage(checkpoint(6), scratch)
    let before = try scratch.tree()
    for out in ["run", "new"] {
      let outcome = try Program.run(arguments(out, steps: 8, resume: scratch.at(checkpoint(6))))
      expectSentence(outcome, code: 65, ["state.safetensors", "checksum"])
      try expectUntouched(scratch, since: before)
    }
    let outcome = try Program.run(arguments("new", steps: 8, resume: scratch.at("run")))
    expectWarnings(outcome, ["step-00000004", "step-00000006"])
    #expect(outcome.code == 0 && scratch.latest("new") == 8, "\(outcome.description)")
    #expect(differences(before, try scratch.tree().filter { !$0.key.hasPrefix("new/") }) == [])
  }

  @Test func commandsThatOnlyReadPassItOver() throws {
    let commands = [
      ["sample", "--checkpoint", scratch.at("run"), "--out", scratch.at("grid.png")],
      ["inspect", scratch.at("run")],
      ["audit", "--checkpoint", scratch.at("run"), "--batch", "4", "--out", scratch.at("audit.safetensors")],
      [
        "evaluate", "--checkpoint", scratch.at("run"), "--samples", "10", "--data", "synthetic:count=20", "--metrics",
        "accuracy", "--cache", scratch.at("cache"),
      ],
    ]
    try Fault.manifestMissing.damage(checkpoint(6), scratch)
    let before = try scratch.tree("run")
    for command in commands {
      let outcome = try Program.run(command)
      #expect(outcome.code == 0, "\(outcome.description)")
      expectWarnings(outcome, ["step-00000004", "step-00000006", "manifest.json"])
      // Evaluations of a run are kept in it, for TensorBoard in a folder of their own.
      let changed = differences(before, try scratch.tree("run")).filter { !$0.hasPrefix("scores/") }
      #expect(changed == (command[0] == "evaluate" ? ["evaluations.jsonl"] : []))
    }
    #expect(try scratch.bytes("grid.png") == scratch.bytes("run/samples/step-00000004.png"))
    for step in [2, 4] { try Fault.flippedBit.damage(checkpoint(step), scratch) }
    for command in commands { expectSentence(try Program.run(command), code: 66, ["manifest.json"]) }
  }

  /// A name that the program alone makes.
  private func unfinished(_ digit: String) -> String { ".sagan-" + String(repeating: digit, count: 32) + ".partial" }

  @Test func leftoversOfAKillAreRemoved() throws {
    let leftovers = [
      unfinished("1"), "samples/" + unfinished("2"), "checkpoints/" + unfinished("3"),
      "checkpoints/\(unfinished("4"))/generator.safetensors", "checkpoints/\(unfinished("4"))/\(unfinished("5"))",
      "checkpoints/\(unfinished("6"))/manifest.json",
    ]
    for name in leftovers { try scratch.write([1, 2, 3], to: "run/" + name) }
    try scratch.write(Array(try scratch.bytes("run/samples/step-00000002.png")), to: "run/samples/step-00000099.png")
    let metrics = try scratch.text("run/metrics.jsonl")
    try scratch.write(Array((metrics + "{\"step\":7,\"a\":1}\n{\"step\":8,\"lo").utf8), to: "run/metrics.jsonl")
    expectSuccess(try Program.run(arguments("run", steps: 8, resume: "auto")))
    try expectRecovery([:])
  }

  /// Whatever else lies in a run directory is somebody's, if its name ends like that of something unfinished.
  @Test func filesOfOthersStay() throws {
    let others = [
      "step-5.partial", "lock.partial", "samples/mine.partial", "samples/step-00000099.png", "checkpoints/film.partial",
      "checkpoints/step-00000008.partial/generator.safetensors", "checkpoints/step-00000002/notes.txt",
      "events.out.tfevents.notes.txt",
    ]
    for name in others { try scratch.write(Array("mine".utf8), to: "run/" + name) }
    // A linked folder holds others' files as well.
    try FileManager.default.moveItem(atPath: scratch.at("run/checkpoints"), toPath: scratch.at("elsewhere"))
    try FileManager.default.createSymbolicLink(
      atPath: scratch.at("run/checkpoints"), withDestinationPath: scratch.at("elsewhere"))
    expectSuccess(try Program.run(arguments("run", steps: 8, resume: "auto") + ["--set", "keep=1"]))
    for name in others {
      // A pruned checkpoint leaves what is not its own.
      let place = name.replacing("checkpoints/step-00000002/", with: "checkpoints/step-00000002.kept/")
      #expect(try scratch.text("run/" + place) == "mine", "\(name)")
    }
    #expect(scratch.latest("run") == 8)
  }

  /// What no kill leaves in the metrics or events is said and stays.
  @Test func damageOfMetricsAndEventsStays() throws {
    let metrics = try scratch.text("run/metrics.jsonl")
    let lines = metrics.split(separator: "\n", omittingEmptySubsequences: false)
    let changed = (["# my comment"] + lines).joined(separator: "\n")
    try scratch.write(Array(changed.utf8), to: "run/metrics.jsonl")
    let events = try #require(
      try FileManager.default.contentsOfDirectory(atPath: scratch.at("run")).first { $0.hasPrefix("events.out") })
    var bytes = Array(try scratch.bytes("run/" + events))
    bytes[60] ^= 1
    try scratch.write(bytes, to: "run/" + events)
    let outcome = try Program.run(arguments("run", steps: 8, resume: "auto"))
    #expect(outcome.code == 0)
    let warnings = outcome.errors.split(separator: "\n")
    #expect(warnings.count == 2, "\(outcome.description)")
    #expect(warnings.contains { $0.contains("metrics.jsonl' holds 1 line") && $0.contains("the first of them line 1") })
    #expect(warnings.contains { $0.contains(events) && $0.contains("damaged at byte") })
    #expect(try scratch.text("run/metrics.jsonl").hasPrefix(changed))
    #expect(Array(try scratch.bytes("run/" + events)) == bytes)
  }

  @Test(arguments: [[], ["--resume", "auto"]]) func aKillBeforeTheFirstFileIsNoRun(more: [String]) throws {
    try scratch.write([], to: "new/lock")
    try scratch.write([1], to: "new/" + unfinished("1"))
    expectSuccess(try Program.run(arguments("new", steps: 6) + more))
    try expectSameRun(scratch, "run", "new")
  }
}
