import Foundation
import Testing

/// `sagan data pack` on several ranks, killed, and trained from.
@Suite struct PackRankTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// The command; paths are below the working folder.
  private func pack(_ data: String, _ out: String, side: Int = 32, _ more: String...) -> [String] {
    ["data", "pack", "--data", data, "--side", String(side), "--out", out] + more
  }

  @Test func theSameBytesOnAnyNumberOfRanks() throws {
    let photos = try PhotoFolder(in: scratch)
    try photos.write(Array("no image".utf8), to: "dunes/2.png")
    let refused = try Program.run(pack(photos.data, "x"), ranks: 2, in: scratch)
    expectSentence(refused, code: 65, ["dunes/2.png", "--skip-bad-images"])
    let alone = try Program.run(pack(photos.data, "one", side: 32, "--skip-bad-images"), in: scratch)
    expectSuccess(alone)
    #expect(
      alone.output.contains("packed images 'one', 9 images of 32×32") && alone.output.contains("left out: 1 image"))
    for (ranks, threads) in [(2, 1), (3, 2)] {
      let name = "on\(ranks)"
      expectSuccess(
        try Program.run(
          pack(photos.data, name, side: 32, "--skip-bad-images", "--threads", String(threads)), ranks: ranks,
          in: scratch))
      #expect(try scratch.bytes(name) == scratch.bytes("one"))
    }
    // What a refused one has left hinders nobody.
    expectSuccess(try Program.run(pack(photos.data, "x", side: 32, "--skip-bad-images"), in: scratch))
    #expect(try scratch.bytes("x") == scratch.bytes("one") && !scratch.holds("x.part") && !scratch.holds("x.part.json"))
  }

  /// Ranks that do not see the file send what they have to the one that does, and write nothing themselves.
  @Test func ranksOnOtherHosts() throws {
    let photos = try PhotoFolder(in: scratch)
    for name in ["a", "b", "c"] {
      try FileManager.default.createDirectory(atPath: scratch.at(name), withIntermediateDirectories: true)
    }
    let arguments = pack(photos.data, "photos.packed", side: 64)
    expectSuccess(try Program.run(arguments, inFolders: ["a", "b", "c"].map(scratch.at)))
    expectSuccess(try Program.run(pack(photos.data, "alone", side: 64), in: scratch))
    #expect(try scratch.bytes("a/photos.packed") == scratch.bytes("alone"))
    #expect(try scratch.tree("b").isEmpty && scratch.tree("c").isEmpty)
  }

  /// Killed on some ranks, gone on with on others.
  @Test(arguments: [(nil, 2), (2, nil), (3, 1)] as [(Int?, Int?)]) func aKilledOneIsGoneOnWith(
    first: Int?, second: Int?
  ) throws {
    let arguments = pack("synthetic:count=60000", scratch.at("x"), side: 64)
    repeat {
      // On a machine that is quicker than the test it may be there before it is killed.
      for name in ["x", "x.part", "x.part.json"] where scratch.holds(name) { try scratch.remove(name) }
      let killed = try Program.start(arguments, ranks: first, in: scratch)
      try killed.wait(until: { scratch.holds("x") || (try? scratch.text("x.part.json"))?.contains(#""end""#) == true })
      for process in try RunProcess.all(of: scratch.at("x")) { kill(process.identifier, SIGKILL) }
      killed.send(SIGKILL)
      _ = try killed.wait()
    } while scratch.holds("x")
    let other = try Program.run(arguments, ranks: second, in: scratch)
    expectSuccess(other)
    #expect(other.errors.contains("going on after"))
    expectSuccess(try Program.run(pack("synthetic:count=60000", "y", side: 64), in: scratch))
    #expect(try scratch.bytes("x") == scratch.bytes("y"))
  }

  /// A run from a pack is the run from the images that it was made of.
  @Test func trainingFromAPack() throws {
    let photos = try PhotoFolder(in: scratch)
    expectSuccess(try Program.run(pack(photos.data, "photos.packed"), in: scratch))
    func train(_ data: String, _ out: String) -> [String] {
      ["train", "--preset", "tiny", "--data", data, "--out", out, "--steps", "2"]
    }
    expectSuccess(try Program.run(train(photos.data, "from-folder"), in: scratch))
    expectSuccess(try Program.run(train("packed:photos.packed", "from-pack"), ranks: 2, in: scratch))
    #expect(try scratch.results("from-pack") == scratch.results("from-folder"))
    let wrong = try Program.run(
      ["train", "--preset", "sagan64", "--data", "packed:photos.packed", "--out", "x"], in: scratch)
    expectSentence(wrong, code: 78, ["photos.packed", "64×64", "32×32", "--side 64"])
  }

  /// Images are read from the file as they are asked for: a pack takes no memory, however large it is, and a run that has less memory
  /// than its images take goes on to its end.
  @Test func packsLargerThanMemory() throws {
    func train(_ count: Int, steps: Int) -> [String] {
      ["train", "--preset", "tiny", "--data", "packed:\(count)", "--out", "run\(count)", "--steps", String(steps)]
    }
    // 3 MiB and 300 MiB of pixels.
    for count in [1000, 100_000] {
      expectSuccess(try Program.run(pack("synthetic:count=\(count)", "\(count)"), in: scratch))
    }
    let small = try Program.start(train(1000, steps: 100_000), in: scratch)
    try small.wait(until: { scratch.latest("run1000") >= 1 })
    let status = try String(contentsOfFile: "/proc/\(small.identifier)/status", encoding: .utf8)
    small.send(SIGTERM)
    _ = try small.wait()
    // What a process can write to and has for itself, which the limit is about: in KiB.
    let data = try #require(status.firstMatch(of: /VmData:\s*([0-9]+) kB/).flatMap { Int($0.output.1) })
    let limit = "ulimit -d \(data + (128 << 10)) && exec \"$0\" \"$@\""
    expectSuccess(try Program.run(train(100_000, steps: 3), under: ["bash", "-c", limit], in: scratch))
  }
}
