import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// A small file system in memory.
private final class Disk {
  private let path: String

  /// Whether this process may mount one.
  static let canMount: Bool = {
    guard let scratch = try? Scratch() else { return false }
    return (try? Disk(scratch.at("disk"), size: "64k")) != nil
  }()

  init(_ path: String, size: String) throws {
    self.path = path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try mount("size=" + size)
  }

  deinit { umount2(path, CInt(MNT_DETACH)) }

  func enlarge() throws { try mount("remount,size=256m") }

  private func mount(_ options: String) throws {
    let outcome = try RunningCommand(["mount", "-t", "tmpfs", "-o", options, "tmpfs", path]).wait()
    guard outcome.code == 0 else { throw Hang(description: outcome.description) }
  }
}

/// Disks without room, before the first step and later.
@Suite(.enabled(if: Disk.canMount, "needs the right to mount a file system")) struct FullDisks {
  private let scratch: Scratch
  private let disk: Disk

  init() throws {
    scratch = try Scratch()
    disk = try Disk(scratch.at("disk"), size: "8m")
  }

  private func arguments(_ out: String, steps: Int, _ settings: String...) -> [String] {
    ["train", "--preset", "tiny", "--out", scratch.at(out), "--steps", "\(steps)", "--resume", "auto"]
      + settings.flatMap { ["--set", $0] }
  }

  @Test(arguments: [nil, 2]) func roomIsCheckedBeforeTheFirstStep(ranks: Int?) throws {
    let settings = ["checkpoint-every=1", "keep=100"]
    let outcome = try Program.run(
      arguments("disk/a/run", steps: 100) + settings.flatMap { ["--set", $0] }, ranks: ranks)
    expectSentence(outcome, code: 73, ["bytes free for 100 checkpoints", "/disk/a/run", "keep"])
    try expectUntouched(scratch, since: ["disk/": Data()])
    // The same number of steps with fewer checkpoints at a time has room, and so has what is finished.
    expectSuccess(try Program.run(arguments("disk/run", steps: 4, "checkpoint-every=2", "keep=1"), ranks: ranks))
    try scratch.write([UInt8](repeating: 0, count: 6_500_000), to: "disk/filler")
    expectSuccess(try Program.run(arguments("disk/run", steps: 4, "checkpoint-every=2", "keep=1"), ranks: ranks))
    let before = try scratch.tree()
    let more = try Program.run(arguments("disk/run", steps: 400, "checkpoint-every=2", "keep=9"), ranks: ranks)
    expectSentence(more, code: 73, ["bytes free for 9 checkpoints", "/disk/run"])
    try expectUntouched(scratch, since: before)
  }

  @Test(arguments: [1, 1_000_000], [nil, 2]) func aDiskThatFills(sampleEvery: Int, ranks: Int?) throws {
    let settings = ["log-every=1", "checkpoint-every=2", "sample-every=\(sampleEvery)"].flatMap { ["--set", $0] }
    let run = try Program.start(arguments("disk/run", steps: 1_000_000) + settings, ranks: ranks)
    try run.wait { scratch.latest("disk/run") > 0 }
    if sampleEvery > 1 {
      // Grids would fill the disk by themselves; without them somebody else does.
      let filler = try scratch.fileToWrite("disk/filler")
      while (try? filler.write(contentsOf: Data(count: 4096))) != nil {}
    }
    expectSentence(try run.wait(), code: 73, ["/disk/run/", "No space left on device", "free space"])
    #expect(try !scratch.tree("disk/run").keys.contains { $0.contains(".partial") })
    #expect(try scratch.text("disk/run/metrics.jsonl").hasSuffix("}\n"))
    let step = scratch.latest("disk/run")
    #expect(step > 0)
    try disk.enlarge()
    let outcome = try Program.run(arguments("disk/run", steps: step + 4) + settings, ranks: ranks)
    expectSuccess(outcome)
    #expect(outcome.output.contains("step-" + String(format: "%08d", step)), "\(outcome.description)")
    expectSuccess(try Program.run(arguments("reference", steps: step + 4) + settings))
    try expectSameRun(scratch, "reference", "disk/run")
  }

  @Test(arguments: [nil, 2]) func aDiskThatFillsBetweenCheckpoints(ranks: Int?) throws {
    // Nothing but checkpoints is written before the last step, and enough steps lie between them to fill the disk.
    let settings = ["log-every=1000000", "sample-every=1000000", "checkpoint-every=50", "keep=3"]
    let more = settings.flatMap { ["--set", $0] }
    expectSuccess(try Program.run(arguments("disk/run", steps: 50) + more, ranks: ranks))
    let run = try Program.start(arguments("disk/run", steps: 1_000_000) + more, ranks: ranks)
    try run.wait { scratch.latest("disk/run") >= 100 }
    let writer = try #require(
      try ranks == nil ? run.identifier : RunProcess.ofRank(0, in: scratch.at("disk/run")), "the run goes on")
    // Wherever it has come to by then, it is stopped between two checkpoints.
    try run.wait {
      kill(writer, SIGSTOP)
      try Patience.wait { RunProcess.state(of: writer) == "T" || !run.isRunning }
      let names = try scratch.tree("disk/run/checkpoints").keys
      let whole = /latest|step-\d{8}\/(|manifest\.json|(generator(-average)?|discriminator|state)\.safetensors)/
      if names.allSatisfy({ $0.wholeMatch(of: whole) != nil }) { return true }
      kill(writer, SIGCONT)
      return false
    }
    let step = scratch.latest("disk/run")
    let filler = try scratch.fileToWrite("disk/filler")
    while (try? filler.write(contentsOf: Data(count: 4096))) != nil {}
    // Some room is left, not enough for a checkpoint.
    try filler.truncate(atOffset: try filler.offset() - 65536)
    let before = try scratch.tree("disk/run/checkpoints")
    kill(writer, SIGCONT)
    expectSentence(
      try run.wait(), code: 73,
      [
        "cannot write a checkpoint in", "/disk/run/checkpoints/", "No space left on device", "bytes free",
        "--resume auto",
      ])
    #expect(scratch.latest("disk/run") == step)
    #expect((2...3).contains(before.keys.filter { $0.hasSuffix("manifest.json") }.count))
    #expect(differences(before, try scratch.tree("disk/run/checkpoints")) == [])
    #expect(try !scratch.tree("disk/run").keys.contains { $0.contains(".partial") })
    try disk.enlarge()
    let outcome = try Program.run(arguments("disk/run", steps: step + 100) + more, ranks: ranks)
    expectSuccess(outcome)
    #expect(outcome.output.contains("step-" + String(format: "%08d", step)), "\(outcome.description)")
    expectSuccess(try Program.run(arguments("reference", steps: step + 100) + more))
    try expectSameRun(scratch, "reference", "disk/run")
  }
}
