import Files
import Foundation
import TestSupport
import Testing

/// Files that the program reads, spoilt again and again: it succeeds, or ends with one sentence and a documented code.
///
/// Readers get thousands of inputs in FuzzTests; here a few go through the whole program, which is told from a trap, a signal and
/// a hang. `SAGAN_FUZZ_ROUNDS` and `SAGAN_FUZZ_SEED` are those of `make fuzz`.
@Suite struct ProgramFuzzTests {
  private static let rounds = max((number("SAGAN_FUZZ_ROUNDS") ?? 2000) / 200, 1)
  private static let seed = UInt64(number("SAGAN_FUZZ_SEED") ?? 20_260_801)

  private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }

  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// A file, and the commands that read it.
  struct Prey: CustomTestStringConvertible {
    let testDescription: String
    /// Relative to the folder `case`, which is made anew from `whole` for each round.
    let file: String
    var isText = true
    /// Makes right what would hide the fault.
    var seal: @Sendable ([UInt8]) -> [UInt8] = { $0 }
    let commands: [String]
  }

  static let preys = [
    Prey(
      testDescription: "manifest", file: "run/checkpoints/step-00000004/manifest.json", seal: { sealed($0) },
      commands: [
        "inspect case/run", "sample --checkpoint case/run/checkpoints/step-00000004 --out case/new.png",
        "train --out case/run --resume auto --steps 5 --max-time 10s",
      ]),
    Prey(
      testDescription: "config.yaml of a run", file: "run/config.yaml",
      commands: ["train --out case/run --resume auto --steps 5 --dry-run"]),
    Prey(
      testDescription: "config.yaml", file: "config.yaml", commands: ["train --config case/config.yaml --print-config"]),
    Prey(
      testDescription: "latest", file: "run/checkpoints/latest",
      commands: ["inspect case/run/checkpoints/latest", "train --out case/run --resume auto --steps 5"]),
    Prey(
      testDescription: "metrics.jsonl", file: "run/metrics.jsonl",
      commands: ["train --out case/run --resume auto --steps 5", "inspect case/run"]),
    Prey(
      testDescription: "events", file: "run/events", isText: false,
      commands: ["train --out case/run --resume auto --steps 5"]),
    Prey(
      testDescription: "environment.json", file: "run/environment.json",
      commands: ["train --out case/run --resume auto --steps 5"]),
    Prey(
      testDescription: "results.json", file: "results.json",
      commands: [
        "bench report case",
        "bench project --nodes 1,8 --link 1gbit --latency 2us --fit case --judge case --memory case",
      ]),
  ]

  @Test(arguments: preys) func whateverAFileHolds(prey: Prey) throws {
    // A short run with two checkpoints, settings of a user, and results of two hosts.
    let settings = ["checkpoint-every=2", "log-every=1", "sample-every=2"].flatMap { ["--set", $0] }
    expectSuccess(
      try Program.run(
        ["train", "--preset", "tiny", "--out", scratch.at("whole/run"), "--steps", "4"] + settings))
    try scratch.write(
      Array("preset: tiny\nseed: 3  # any\nbeta1: 0.5\ngenerator-attention: [8, 16]\n".utf8), to: "whole/config.yaml")
    let results = Program.package.appendingPathComponent("docs/scaling/hosts-1gbit/results.json")
    try scratch.write(Array(try Data(contentsOf: results)), to: "whole/results.json")
    // Its name has the time and the host in it.
    let events = try scratch.tree("whole/run").keys.first { $0.hasPrefix("events.") }
    let file = prey.file == "run/events" ? "run/" + (try #require(events)) : prey.file
    let whole = try scratch.bytes("whole/" + file)
    var mutator = Mutator(seed: Self.seed, words: ["-1", "1e99", "\n", "../"])
    for round in 0...Self.rounds {
      // The first round has the whole file, with which all has to go well.
      let bytes = round == 0 ? whole : prey.seal(prey.isText ? mutator.misspelt(whole) : mutator.damaged(whole))
      for command in prey.commands {
        if scratch.holds("case") { try scratch.remove("case") }
        try FileManager.default.copyItem(atPath: scratch.at("whole"), toPath: scratch.at("case"))
        try scratch.write(bytes, to: "case/" + file)
        let outcome = try Program.run(command.split(separator: " ").map(String.init), in: scratch)
        if round == 0 { expectSuccess(outcome) }
        if !isOrderly(outcome) {
          Issue.record(
            "round \(round) of seed \(Self.seed): \(outcome.description)\n\(String(decoding: bytes.prefix(4000), as: UTF8.self))"
          )
        }
      }
    }
  }

  /// Hostfiles go through a shell script.
  @Test func hostfiles() throws {
    let whole = Array("# nodes\nlocalhost slots=2 max_slots=4\n127.0.0.1 slots=1\n".utf8)
    // Names are not to be looked up in a network.
    try scratch.write(Array("#!/bin/sh\n[ \"$2\" = localhost ] || [ \"$2\" = 127.0.0.1 ]\n".utf8), to: "fakes/getent")
    chmod(scratch.at("fakes/getent"), 0o700)
    let path = scratch.at("fakes") + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")
    let launch = Program.package.appendingPathComponent("cluster/launch").path
    var mutator = Mutator(seed: Self.seed, words: ["slots=", "$(touch made)", "a[$(touch made)]", "\r", ";", "*"])
    for round in 0...Self.rounds * 3 {
      let bytes = round == 0 ? whole : round % 2 == 0 ? mutator.misspelt(whole) : mutator.damaged(whole)
      try scratch.write(bytes, to: "hosts")
      let outcome = try RunningCommand(
        ["env", "PATH=" + path, launch, "--hostfile", "hosts", "--dry-run", "--", "true"], in: scratch
      ).wait()
      let isOrderly =
        outcome.code == 0
        ? outcome.output.hasPrefix("mpirun ")
        : [64, 65].contains(outcome.code) && outcome.errors.hasPrefix("launch: ")
          && outcome.errors.split(separator: "\n").count == 1
      #expect(
        isOrderly && (round > 0 || outcome.code == 0), "round \(round) of seed \(Self.seed): \(outcome.description)")
    }
    #expect(!scratch.holds("made"))
  }

  /// Whether a command succeeded, or ended with one sentence and a documented code.
  private func isOrderly(_ outcome: Outcome) -> Bool {
    let lines = outcome.errors.split(separator: "\n")
    let sentences = lines.filter { $0.hasPrefix("sagan: ") }
    guard lines.allSatisfy({ $0.hasPrefix("warning: ") || $0.hasPrefix("sagan: ") }) else { return false }
    return outcome.code == 0
      ? sentences.isEmpty : sentences.count == 1 && [64, 65, 66, 69, 73, 74, 78].contains(outcome.code)
  }

  /// A manifest whose checksum is right, if the text is written as the program writes it.
  private static func sealed(_ bytes: [UInt8]) -> [UInt8] {
    let unsigned = String(decoding: bytes, as: UTF8.self).replacing(/("checksum" : ")[^"]*/) { "\($0.1)" }
    let fingerprint = Fingerprint()
    fingerprint.update(unsigned)
    return Array(unsigned.replacing("\"checksum\" : \"", with: "\"checksum\" : \"" + fingerprint.hexadecimal).utf8)
  }
}
