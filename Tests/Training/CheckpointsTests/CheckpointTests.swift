import TrainingTestSupport
import TestSupport
import Checkpoints
import Foundation
import Tensors
import Testing

@Suite struct CheckpointTests {
  /// An arena of a convolution's weight and a bias; the weight's axes are stored in another order than in files.
  private func arena(_ start: Float, weight: String = "conv.weight", channels: Int = 3) -> Arena<Float> {
    var layout = ArenaLayout()
    _ = layout.add(weight, [2, 2, channels, 5], fileAxes: [3, 2, 0, 1], .constant(0))
    _ = layout.add("conv.bias", [5], .constant(0))
    let result = Arena<Float>(layout)
    var value = start
    for entry in layout.entries {
      for index in entry.range {
        result.values[index] = value
        value = value * -1.25 + 0.1
      }
    }
    return result
  }

  /// The bits of all numbers.
  private func numbers(_ arena: Arena<Float>) -> [UInt32] {
    withExtendedLifetime(arena) { arena.values.map(\.bitPattern) }
  }

  private func contents(_ arenas: Arena<Float>..., step: Int = 7) -> CheckpointContents {
    CheckpointContents(
      files: arenas.enumerated().map {
        CheckpointFile(
          name: "file\($0).safetensors", metadata: ["format": "pt", "architecture": "{}"],
          parts: [.init(prefix: "a/", $1), .init(prefix: "b/", $1)])
      }, step: step, generatorUpdates: step, discriminatorUpdates: 5 * step, dataFingerprint: "f00d",
      settings: ["seed": "3"])
  }

  @Test(arguments: [(1, 0, [9]), (2, 0, [8, 9]), (1, 4, [4, 8, 9]), (3, 3, [3, 6, 7, 8, 9]), (1, 1, Array(1...9))])
  func olderCheckpointsGo(keep: Int, every: Int, expected: [Int]) throws {
    let directory = try TemporaryDirectory()
    let folder = CheckpointFolder(directory.path + "/checkpoints")
    for step in 1...9 { try folder.write(contents(arena(1), step: step), keep: keep, every: every) }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(names == ["latest"] + expected.map { "step-0000000\($0)" })
  }

  /// A kill may come between any two of these lines: the file names a checkpoint that is there.
  @Test func theBestCheckpointIsOneThatExists() throws {
    let directory = try TemporaryDirectory()
    let folder = CheckpointFolder(directory.path + "/checkpoints")
    #expect(try folder.best() == nil)
    let bests = [1, 5].map { BestCheckpoint(step: $0, score: "fd", value: Double(9 - $0), conditions: "c") }
    try folder.setBest(bests[0], after: nil)
    #expect(try folder.best() == nil)
    try folder.write(contents(arena(1), step: 1), keep: 1, sparing: [1])
    #expect(try folder.best() == bests[0])
    try folder.setBest(bests[1], after: bests[0])
    #expect(try folder.best() == bests[0])
    try folder.write(contents(arena(1), step: 5), keep: 1, sparing: [1, 5])
    #expect(try folder.best() == bests[1] && folder.steps() == [1, 5])
    // Where step 5 was scored only because the run ended there.
    #expect(try folder.best { $0 != 5 } == bests[0])
    try folder.write(contents(arena(1), step: 6), keep: 1, sparing: [5])
    #expect(try folder.steps() == [5, 6] && folder.best() == bests[1])
    try Data("step-00000005".utf8).write(to: URL(fileURLWithPath: folder.path + "/best"))
    expectError(65, mentions: ["best", "remove the file"]) { _ = try folder.best() }
  }

  @Test(arguments: [0x7fc1_2345, 0x7f80_0000, 0xff80_0000] as [UInt32]) func whatIsNoNumberIsRefused(bits: UInt32)
    throws
  {
    let directory = try TemporaryDirectory()
    let (first, read) = (arena(1), arena(0))
    first.values[6] = Float(bitPattern: bits)
    try CheckpointFolder(directory.path + "/checkpoints").write(contents(first), keep: 1)
    expectError(65, mentions: ["'a/", "1 NaN or infinite of", "use another checkpoint"]) {
      try Checkpoint.existing(in: directory.path).restore(contents(read).files)
    }
  }

  @Test func roundTripBitForBit() throws {
    let directory = try TemporaryDirectory()
    let folder = CheckpointFolder(directory.path + "/checkpoints")
    let (first, second) = (arena(1), arena(-3))
    first.values[4] = -0.0
    first.values[5] = .leastNonzeroMagnitude
    first.values[6] = -.greatestFiniteMagnitude
    try folder.write(contents(first, second), keep: 1)
    let checkpoint = try Checkpoint.existing(in: directory.path)
    #expect(checkpoint.path.hasSuffix("step-00000007"))
    #expect(checkpoint.manifest.step == 7)
    #expect((checkpoint.manifest.generatorUpdates, checkpoint.manifest.discriminatorUpdates) == (7, 35))
    #expect((checkpoint.manifest.dataFingerprint, checkpoint.manifest.settings) == ("f00d", ["seed": "3"]))
    let (read, alsoRead) = (arena(0), arena(0))
    try checkpoint.restore(contents(read, alsoRead).files)
    #expect(numbers(read) == numbers(first))
    #expect(numbers(alsoRead) == numbers(second))
    #expect(Set(try directory.contents("checkpoints").keys).isSuperset(of: ["latest", "step-00000007/manifest.json"]))
  }

  @Test func equalStatesHaveEqualBytes() throws {
    let directory = try TemporaryDirectory()
    for name in ["x", "y"] { try CheckpointFolder(directory.path + "/" + name).write(contents(arena(1)), keep: 1) }
    #expect(try directory.contents("x") == directory.contents("y"))
  }

  @Test func keepsTheNewest() throws {
    let directory = try TemporaryDirectory()
    let folder = CheckpointFolder(directory.path)
    for step in [10, 20, 30, 40] { try folder.write(contents(arena(1), step: step), keep: 2) }
    #expect(try names(directory) == ["step-00000030", "step-00000040"])
    // Taken back to step 30 and trained anew: what lies ahead stays, and `latest` names what was written last.
    try folder.write(contents(arena(2), step: 30), keep: 2)
    #expect(try names(directory) == ["step-00000030", "step-00000040"])
    let newest = try Checkpoint.existing(in: directory.path)
    #expect(newest.manifest.step == 30)
    let read = arena(0)
    try newest.restore(contents(read).files)
    #expect(numbers(read) == numbers(arena(2)))
  }

  @Test func whatAKilledWriterLeaves() throws {
    let directory = try TemporaryDirectory()
    let folder = CheckpointFolder(directory.path)
    try folder.write(contents(arena(1), step: 10), keep: 3)
    // Killed while writing files, then between the checkpoint's rename and that of `latest`.
    let half = ".sagan-" + String(repeating: "0", count: 32) + ".partial"
    try FileManager.default.createDirectory(atPath: directory.path + "/" + half, withIntermediateDirectories: true)
    try directory.write(half + "/file0.safetensors", "half")
    #expect(try Checkpoint.existing(in: directory.path).manifest.step == 10)
    try folder.write(contents(arena(1), step: 20), keep: 3)
    #expect(!directory.names.contains(half))
    try directory.write("latest", "step-00000010\n")
    #expect(try Checkpoint.existing(in: directory.path).manifest.step == 10)
    // `latest` itself lost or empty.
    try directory.write("latest", "")
    #expect(try Checkpoint.existing(in: directory.path).manifest.step == 20)
    #expect(try names(directory) == ["step-00000010", "step-00000020"])
  }

  @Test func pathsThatNameACheckpoint() throws {
    let directory = try TemporaryDirectory()
    let folder = directory.path + "/run/checkpoints"
    for step in [1, 2] { try CheckpointFolder(folder).write(contents(arena(1), step: step), keep: 3) }
    for path in ["run", "run/checkpoints", "run/checkpoints/latest", "run/checkpoints/step-00000002"] {
      #expect(try Checkpoint.existing(in: directory.path + "/" + path).manifest.step == 2)
    }
    #expect(try Checkpoint.existing(in: folder + "/step-00000001").manifest.step == 1)
    expectError(66, mentions: ["nothing", "nowhere"]) {
      _ = try Checkpoint.existing(in: directory.path + "/nowhere")
    }
    expectError(66, mentions: ["manifest.json", directory.path]) { _ = try Checkpoint.existing(in: directory.path) }
  }

  /// Each kind of damage is found before a number changes.
  @Test(arguments: [
    ("missing file", 66, "file1"), ("truncated", 65, "bytes"), ("flipped bit", 65, "checksum"),
    ("missing manifest", 66, "manifest.json"), ("half a manifest", 65, "manifest"), ("edited manifest", 65, "manifest"),
    ("newer format", 65, "format 4"),
  ])
  func damage(kind: String, exitCode: Int32, mention: String) throws {
    let directory = try TemporaryDirectory()
    try CheckpointFolder(directory.path).write(contents(arena(1), arena(2)), keep: 1)
    let step = directory.path + "/step-00000007"
    let file = URL(fileURLWithPath: step + "/file1.safetensors")
    let manifest = URL(fileURLWithPath: step + "/manifest.json")
    let text = try String(contentsOf: manifest, encoding: .utf8)
    var bytes = try Data(contentsOf: file)
    switch kind {
    case "missing file": try FileManager.default.removeItem(at: file)
    case "truncated": try bytes.dropLast().write(to: file)
    case "flipped bit":
      bytes[bytes.count - 3] ^= 4
      try bytes.write(to: file)
    case "missing manifest": try FileManager.default.removeItem(at: manifest)
    case "half a manifest": try Data(text.utf8.prefix(text.utf8.count / 2)).write(to: manifest)
    case "edited manifest":
      try Data(text.replacing("\"step\" : 7", with: "\"step\" : 8").utf8).write(to: manifest)
    default:
      try Data(text.replacing("\"format_version\" : 3", with: "\"format_version\" : 4").utf8).write(to: manifest)
    }
    let read = arena(9)
    expectError(exitCode, mentions: [mention, step]) {
      try Checkpoint(path: step).restore(contents(read, read).files)
    }
    #expect(numbers(read) == numbers(arena(9)))
  }

  @Test func otherArchitectures() throws {
    let directory = try TemporaryDirectory()
    try CheckpointFolder(directory.path).write(contents(arena(1), arena(2)), keep: 1)
    let checkpoint = try Checkpoint.existing(in: directory.path)
    let (same, wider, renamed) = (arena(9), arena(9, channels: 4), arena(9, weight: "linear.weight"))
    expectError(65, mentions: ["a/conv.weight", "[5, 4, 2, 2]", "[5, 3, 2, 2]", "file1"]) {
      try checkpoint.restore(contents(same, wider).files)
    }
    expectError(65, mentions: ["'a/linear.weight'", "found none"]) {
      try checkpoint.restore(contents(same, renamed).files)
    }
    let fewer = CheckpointFile(name: "file1.safetensors", parts: [.init(prefix: "a/", same)])
    expectError(65, mentions: ["unexpected tensor 'b/conv.bias'"]) { try checkpoint.restore([fewer]) }
    expectError(65, mentions: ["file2.safetensors"]) { try checkpoint.restore(contents(same, same, same).files) }
    #expect(numbers(same) == numbers(arena(9)))
  }

  @Test func aFullDiskLeavesTheOldCheckpoint() throws {
    let directory = try TemporaryDirectory()
    let folder = CheckpointFolder(directory.path)
    try folder.write(contents(arena(1), step: 1), keep: 1)
    // A file where the new checkpoint's folder would be stands for any system call that fails.
    var bad = contents(arena(1), step: 2)
    bad.files.append(CheckpointFile(name: "no/such/folder", parts: []))
    expectError(73, mentions: ["no/such/folder"]) { try folder.write(bad, keep: 1) }
    #expect(try Checkpoint.existing(in: directory.path).manifest.step == 1)
    #expect(try names(directory) == ["step-00000001"])
  }

  /// The checkpoints in a folder.
  private func names(_ directory: TemporaryDirectory) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory.path).filter { $0.hasPrefix("step") }.sorted()
  }

  /// What cannot be read may hold checkpoints: a run must not begin at step 0 beside them.
  @Test func aFolderThatCannotBeReadIsNotAnEmptyOne() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/checkpoints"
    #expect(try CheckpointFolder(path).steps().isEmpty)
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: path)
    expectError(66, mentions: [path]) { _ = try CheckpointFolder(path).search() }
    try FileManager.default.removeItem(atPath: path)
    try directory.write("checkpoints", "a file")
    expectError(66, mentions: [path]) { _ = try CheckpointFolder(path).search() }
  }
}
