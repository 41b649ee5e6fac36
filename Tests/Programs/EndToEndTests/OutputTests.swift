import Foundation
import Testing

/// What the commands print and write when nothing is wrong.
@Suite struct Outputs {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func train(_ out: String = "out", _ more: [String] = []) -> [String] {
    ["train", "--preset", "tiny", "--out", scratch.at(out), "--steps", "4"] + more
  }

  /// Width, height and channels, which lie at fixed places of a PNG file.
  private func picture(_ name: String) throws -> [Int] {
    let bytes = try scratch.bytes(name)
    try #require(bytes.count > 33 && bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
    let extents = [16, 20].map { at in bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
    return extents + [[0: 1, 2: 3][bytes[25]] ?? 0]
  }

  @Test(arguments: [nil, 2]) func aGridHasARowForEachClass(ranks: Int?) throws {
    for (name, more, expected) in [
      ("colour", [], [338, 338, 3]), ("grey", ["--set", "image-channels=1"], [338, 338, 1]),
      ("classes", ["--classes", "3"], [338, 100, 3]), ("many", ["--classes", "40"], [270, 542, 3]),
    ] {
      expectSuccess(try Program.run(train(name, more)))
      #expect(try picture(name + "/samples/step-00000004.png") == expected)
      for checkpoint in [name, name + "/checkpoints/latest", name + "/checkpoints/step-00000004"] {
        expectSuccess(
          try Program.run(
            ["sample", "--checkpoint", scratch.at(checkpoint), "--out", scratch.at("grid.png")], ranks: ranks))
        // The run drew the same latents with the same averaged weights.
        #expect(try scratch.bytes("grid.png") == scratch.bytes(name + "/samples/step-00000004.png"))
        try scratch.remove("grid.png")
      }
    }
  }

  @Test(arguments: [nil, 2]) func aDryRunPrintsSizesAndWritesNothing(ranks: Int?) throws {
    let outcome = try Program.run(train("out", ["--dry-run"]), ranks: ranks)
    expectSuccess(outcome)
    for words in [
      "generator 21,796", "discriminator 4,586", "MiB; ", "MiB are free here", "on the wire", "\(ranks ?? 1) × 1",
    ] {
      #expect(outcome.output.components(separatedBy: words).count == 2, "'\(words)' once; \(outcome.description)")
    }
    try expectUntouched(scratch, since: [:])
    expectSuccess(try Program.run(["train", "--preset", "tiny", "--dry-run"], ranks: ranks))
  }

  @Test(arguments: [nil, 2]) func aFinishedRunSaysSoAndStaysAsItIs(ranks: Int?) throws {
    expectSuccess(try Program.run(train()))
    let before = try scratch.tree()
    let outcome = try Program.run(train("out", ["--resume", "auto"]), ranks: ranks)
    expectSuccess(outcome)
    #expect(outcome.output.contains("finished: step 4 of 4"), "\(outcome.description)")
    try expectUntouched(scratch, since: before)
  }

  @Test(arguments: ["r", "r/", "./r", "r/s", "ö", ".hidden", "a b"]) func relativePaths(out: String) throws {
    let train = ["train", "--preset", "tiny", "--steps", "1", "--out", out]
    expectSuccess(try Program.run(train, in: scratch))
    expectSuccess(try Program.run(train + ["--resume", "auto"], ranks: 2, in: scratch))
    #expect(scratch.holds(out + "/config.yaml"))
    for (index, checkpoint) in [out, out + "/checkpoints", out + "/checkpoints/latest"].enumerated() {
      expectSuccess(
        try Program.run(["sample", "--checkpoint", checkpoint, "--out", "\(index)"], in: scratch))
      #expect(scratch.holds("\(index)"))
    }
    let audit = ["audit", "--checkpoint", out, "--batch", "4", "--out", "a"]
    expectSuccess(try Program.run(audit, in: scratch))
  }

  private static let dynamicLinker = "/lib64/ld-linux-x86-64.so.2"

  /// The process replaces itself as it starts, and must not do so by the linker.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: dynamicLinker), "needs the linker of x86-64"))
  func startedThroughTheDynamicLinker() throws {
    let linked = try RunningCommand([Self.dynamicLinker, Program.path, "--version"]).wait()
    #expect(linked.code == 0 && linked.output.hasPrefix("sagan "), "\(linked.description)")
  }

  @Test func theNewestCheckpointFromWithin() throws {
    expectSuccess(try Program.run(train()))
    let sample = [Program.path, "sample", "--out", "grid.png", "--force", "--checkpoint"]
    for (folder, checkpoint) in [("out", "."), ("out/checkpoints", "latest"), ("out/checkpoints", ".")] {
      let outcome = try RunningCommand(
        ["env", "--chdir", scratch.at(folder)] + sample + [checkpoint]
      ).wait()
      expectSuccess(outcome)
    }
  }

  @Test func noStepsGiveTheStateAtTheStart() throws {
    expectSuccess(try Program.run(train("none", ["--steps", "0"])))
    #expect(try scratch.text("none/checkpoints/latest") == "step-00000000\n")
    // Going on from there is the run itself.
    expectSuccess(try Program.run(train("none", ["--resume", "auto"]), ranks: 2))
    expectSuccess(try Program.run(train("whole")))
    let step = "/checkpoints/step-00000004"
    #expect(differences(try scratch.tree("none" + step), try scratch.tree("whole" + step)) == [])
  }

  @Test(arguments: [nil, 2]) func helpAndVersionAreSaidOnce(ranks: Int?) throws {
    for (arguments, words) in [
      (["--help"], "USAGE: sagan"), (["train", "--help"], "USAGE: sagan train"), (["--version"], "sagan 0."),
      ([], "USAGE: sagan"),
    ] {
      let outcome = try Program.run(arguments, ranks: ranks)
      expectSuccess(outcome)
      #expect(outcome.output.components(separatedBy: words).count == 2, "'\(words)' once; \(outcome.description)")
    }
  }

  @Test func theVersionNamesTheLibraries() throws {
    let lines = try Program.run(["--version"]).output.split(separator: "\n")
    #expect(lines.count == 3)
    for (line, words) in zip(lines, [["sagan 0.", "built for "], ["MPI "], ["BLAS ", "OpenBLAS", "kernels for "]]) {
      for word in words { #expect(line.contains(word)) }
    }
  }

  /// Nodes of a cluster have no Swift; the libraries that make it part of a program are found as Package.swift finds them.
  @Test(.enabled(if: hasStaticLibraries, "the toolchain has no static libraries"))
  func theProgramNeedsNoLibraryOfSwift() throws {
    let outcome = try RunningCommand(["ldd", Program.path]).wait()
    #expect(outcome.code == 0 && outcome.output.contains("libmpi.so"), "\(outcome.description)")
    #expect(!outcome.output.contains("libswift") && !outcome.output.contains("Foundation"), "\(outcome.description)")
  }

  private static let hasStaticLibraries = {
    let find =
      "test -f \"$(dirname \"$(dirname \"$(readlink -f \"$(command -v swiftc)\")\")\")\"/lib/swift_static/linux/libFoundationEssentials.a"
    return (try? RunningCommand(["bash", "-c", find]).wait().code) == 0
  }()

  @Test func whatARunPrintsIsSaidOnceOnSeveralRanks() throws {
    let outcome = try Program.run(train(), ranks: 4)
    expectSuccess(outcome)
    for words in ["data: synthetic", "fingerprint", "parameters: generator 21,796", "4 × 1", "finished: step 4 of 4"] {
      #expect(outcome.output.components(separatedBy: words).count == 2, "'\(words)' once; \(outcome.description)")
    }
  }

  @Test func theSettingsOfARunMakeTheSameRunAgain() throws {
    let options = ["--seed", "7", "--batch", "16", "--set", "beta1=0.25", "--set", "head=classifier"]
    expectSuccess(try Program.run(train("first", options)))
    let lines = try scratch.text("first/config.yaml").split(separator: "\n").map(String.init)
    #expect(lines.first == "preset: tiny")
    let settings = lines.dropFirst().flatMap { ["--set", $0.replacingOccurrences(of: ": ", with: "=")] }
    // Every setting is given, so nothing is left of another preset but its name.
    expectSuccess(
      try Program.run(["train", "--preset", "fashion32", "--out", scratch.at("second")] + settings, ranks: 2))
    let again = try scratch.text("second/config.yaml").split(separator: "\n").map(String.init)
    #expect(again.dropFirst() == lines.dropFirst())
    #expect(differences(try scratch.tree("first/checkpoints"), try scratch.tree("second/checkpoints")) == [])
  }

  @Test func metricsAreFlatObjectsWhatIsDeterministicFirst() throws {
    expectSuccess(try Program.run(train("out", ["--set", "log-every=1"])))
    let lines = try scratch.text("out/metrics.jsonl").split(separator: "\n")
    #expect(lines.count == 4)
    for (index, line) in lines.enumerated() {
      let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Double])
      #expect(object["step"] == Double(index + 1))
      for key in ["loss/discriminator", "loss/generator", "time/seconds"] { #expect(object[key] != nil, "\(key)") }
      let firstTime = try #require(line.range(of: "\"time/"))
      #expect(!line[firstTime.lowerBound...].contains("loss/"))
    }
  }
}
