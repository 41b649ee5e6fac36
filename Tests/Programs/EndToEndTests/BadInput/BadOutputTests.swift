import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Places that cannot be written to; nothing there is ever overwritten.
@Suite struct BadOutputs {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func train(_ out: String = "out", steps: Int = 2) -> [String] {
    ["train", "--preset", "tiny", "--out", scratch.at(out), "--steps", "\(steps)"]
  }

  /// Starts a command as a user without special rights, if this one has them.
  private static let asUser =
    geteuid() == 0 ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : []

  /// Whether that user can start the program at all.
  private static let canRunAsUser = (try? Program.run(["--version"], under: asUser).code) == 0

  @Test(arguments: [nil, 2]) func aDirectoryThatHoldsARun(ranks: Int?) throws {
    expectSuccess(try Program.run(train()))
    let before = try scratch.tree()
    expectSentence(try Program.run(train(steps: 4), ranks: ranks), code: 73, ["/out", "--resume auto", "--out"])
    try expectUntouched(scratch, since: before)
  }

  @Test(arguments: [[], ["--resume", "auto"]]) func aDirectoryThatHoldsSomethingElse(more: [String]) throws {
    try scratch.write([1, 2, 3], to: "out/thesis.txt")
    let before = try scratch.tree()
    expectSentence(try Program.run(train() + more), code: 73, ["/out", "other files", "--out"])
    try expectUntouched(scratch, since: before)
  }

  @Test(arguments: ["file", "file/below", "file/below/that"]) func aFileInTheWay(out: String) throws {
    try scratch.write([1, 2, 3], to: "file")
    for ranks in [nil, 2] {
      expectSentence(try Program.run(train(out), ranks: ranks), code: 73, ["/" + out])
    }
    #expect(differences(["file": Data([1, 2, 3])], try scratch.tree()) == [])
  }

  @Test func emptyPaths() throws {
    expectSentence(
      try Program.run(["train", "--preset", "tiny", "--steps", "1", "--out", ""], in: scratch), code: 73, ["''"])
    expectSuccess(try Program.run(train()))
    let before = try scratch.tree()
    let sample = ["sample", "--checkpoint", scratch.at("out"), "--out", ""]
    expectSentence(try Program.run(sample, in: scratch), code: 73, ["''"])
    try expectUntouched(scratch, since: before)
  }

  @Test(.enabled(if: canRunAsUser, "needs setpriv, and a build that other users may read"))
  func aPlaceWithoutRights() throws {
    try scratch.write([], to: "locked/inner/file")
    chmod(scratch.at("locked"), 0o555)
    chmod(scratch.at("locked/inner"), 0o555)
    defer { chmod(scratch.at("locked"), 0o755) }
    try scratch.remove("locked/inner/file")
    let before = try scratch.tree()
    for out in ["locked/new", "locked/inner"] {
      let outcome = try Program.run(train(out), under: Self.asUser)
      expectSentence(outcome, code: 73, ["/" + out, "Permission denied", "rights"])
    }
    try expectUntouched(scratch, since: before)
  }

  @Test(arguments: [nil, 2]) func aDiskThatFillsDuringARun(ranks: Int?) throws {
    expectSuccess(try Program.run(train()))
    let before = try scratch.tree("out/checkpoints")
    // The folder of samples cannot be written to, which shows only when the grid of step 4 is due.
    try scratch.remove("out/samples")
    try scratch.write([], to: "out/samples")
    expectSentence(try Program.run(train(steps: 4) + ["--resume", "auto"], ranks: ranks), code: 73, ["/out/samples"])
    #expect(differences(before, try scratch.tree("out/checkpoints")) == [])
  }

  @Test func aLimitOnTheSizeOfFilesMetByACheckpoint() throws {
    // With two classes the grid is smaller than the generator, and 64 KiB lie between them.
    let command = train(steps: 4) + ["--resume", "auto", "--classes", "2"]
    expectSuccess(try Program.run(train() + ["--classes", "2"]))
    let limited = ["bash", "-c", "ulimit -f 64; exec \"$@\"", "bash"]
    let outcome = try Program.run(command, under: limited)
    expectSentence(outcome, code: 73, ["generator.safetensors", "File too large", "ulimit -f"])
    #expect(try scratch.text("out/checkpoints/latest") == "step-00000002\n")
    expectSuccess(try Program.run(command))
    #expect(try scratch.text("out/checkpoints/latest") == "step-00000004\n")
  }

  @Test(arguments: [nil, 2]) func aLimitOnTheSizeOfFilesMetByMetrics(ranks: Int?) throws {
    let command = train(steps: 40) + ["--set", "log-every=1", "--set", "sample-every=1000000"]
    let limited = ["bash", "-c", "ulimit -f 8; exec \"$@\"", "bash"]
    let outcome = try Program.run(command, ranks: ranks, under: limited)
    expectSentence(outcome, code: 73, ["/out/", "File too large", "ulimit -f"])
    let metrics = try scratch.text("out/metrics.jsonl")
    #expect(metrics.hasSuffix("}\n") && metrics.utf8.count <= 8192)
    // What was written is no obstacle.
    expectSuccess(try Program.run(command + ["--resume", "auto"], ranks: ranks))
    #expect(try scratch.text("out/metrics.jsonl").split(separator: "\n").count == 40)
  }

  @Test(arguments: [nil, 2]) func aSecondRunIntoTheSameDirectory(ranks: Int?) throws {
    let first = try Program.start(train(steps: 1_000_000) + ["--set", "checkpoint-every=1000000"])
    defer { first.send(SIGKILL) }
    try first.wait { scratch.holds("out/environment.json") }
    let before = try scratch.text("out/config.yaml") + scratch.text("out/environment.json")
    for more in [[], ["--resume", "auto"]] {
      let outcome = try Program.run(train() + more, ranks: ranks)
      expectSentence(outcome, code: 73, ["/out", more.isEmpty ? "holds a run" : "another process"])
    }
    #expect(try before == scratch.text("out/config.yaml") + scratch.text("out/environment.json"))
    #expect(first.isRunning)
  }

  @Test(arguments: ["missing/grid.png", "file/grid.png", "directory"]) func aPictureThatCannotBeWritten(
    out: String
  ) throws {
    expectSuccess(try Program.run(train()))
    try scratch.write([], to: "file")
    try scratch.write([], to: "directory/file")
    let before = try scratch.tree()
    let outcome = try Program.run(["sample", "--checkpoint", scratch.at("out"), "--out", scratch.at(out)])
    expectSentence(outcome, code: 73, ["/" + out])
    try expectUntouched(scratch, since: before)
  }

  /// Files that are there stay unless they are to be replaced, links and files of checkpoints always.
  @Test(arguments: ["--out", "--tensors"]) func aFileThatIsThere(option: String) throws {
    expectSuccess(try Program.run(train()))
    try scratch.write(Array("mine".utf8), to: "note.txt")
    try FileManager.default.createSymbolicLink(
      atPath: scratch.at("link"), withDestinationPath: scratch.at("note.txt"))
    let before = try scratch.tree()
    let sample = ["sample", "--checkpoint", scratch.at("out"), option]
    let note = sample + [scratch.at("note.txt")]
    expectSentence(try Program.run(note), code: 73, ["/note.txt", "found a file", "--force"])
    let inside = [
      "out/checkpoints/step-00000002/state.safetensors", "out/checkpoints/step-00000002/new", "out/checkpoints/latest",
      "out/checkpoints/step-00000004",
    ]
    for place in ["link"] + inside {
      for more in [[], ["--force"]] {
        let outcome = try Program.run(sample + [scratch.at(place)] + more)
        expectSentence(outcome, code: 73, ["/" + place, place == "link" ? "link" : "checkpoint"])
      }
    }
    try expectUntouched(scratch, since: before)
    expectSuccess(try Program.run(note + ["--force"]))
    #expect(try scratch.bytes("note.txt") != Array("mine".utf8))
  }

  @Test func anAuditAndAProjectionReplaceNothing() throws {
    expectSuccess(try Program.run(train()))
    try scratch.write(Array("mine".utf8), to: "audit")
    let audit = ["audit", "--checkpoint", scratch.at("out"), "--batch", "4", "--out", scratch.at("audit")]
    let before = try scratch.tree()
    expectSentence(try Program.run(audit), code: 73, ["/audit", "found a file", "--force"])
    try expectUntouched(scratch, since: before)
    expectSuccess(try Program.run(audit + ["--force"]))
    #expect(try scratch.bytes("audit") != Array("mine".utf8))
  }

  @Test func pipesAndTheProgramsOwnOutputAreWrittenTo() throws {
    expectSuccess(try Program.run(train()))
    let sample = ["sample", "--checkpoint", scratch.at("out"), "--out"]
    expectSuccess(try Program.run(sample + [scratch.at("grid.png")]))
    let expected = try scratch.bytes("grid.png")
    // A named pipe stands for every file that is none: /dev/full would be lost if the test failed.
    try #require(mkfifo(scratch.at("pipe"), 0o600) == 0)
    let piped = ["bash", "-c", "cat '\(scratch.at("pipe"))' >'\(scratch.at("copy.png"))' & \"$@\"; wait", "bash"]
    expectSuccess(try Program.run(sample + [scratch.at("pipe")], under: piped))
    #expect(try scratch.bytes("copy.png") == expected)
    // `/dev/stdout` is a link, which leads to a file where a shell has sent the output to one.
    try FileManager.default.createSymbolicLink(
      atPath: scratch.at("stdout"), withDestinationPath: "/proc/self/fd/1")
    let sent = ["bash", "-c", "\"$@\" >'\(scratch.at("sent.png"))'", "bash"]
    expectSuccess(try Program.run(sample + [scratch.at("stdout")], under: sent))
    #expect(try scratch.bytes("sent.png") == expected)
    var status = stat()
    try #require(lstat(scratch.at("pipe"), &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
    try #require(lstat(scratch.at("stdout"), &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
  }
}
