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

  /// Images are read from the file as they are asked for: a pack takes no memory, however large it is.
  @Test func packsLargerThanMemory() throws {
    func peak(_ count: Int) throws -> Double {
      expectSuccess(try Program.run(pack("synthetic:count=\(count)", "\(count)"), in: scratch))
      let run = try Program.start(
        ["train", "--preset", "tiny", "--data", "packed:\(count)", "--out", "run\(count)", "--steps", "100000"],
        in: scratch)
      try run.wait(until: { scratch.latest("run\(count)") >= 1 })
      let peak = try #require(run.peakMebibytes)
      run.send(SIGTERM)
      _ = try run.wait()
      return peak
    }
    // 3 MiB and 300 MiB of pixels.
    let (small, large) = (try peak(1000), try peak(100_000))
    #expect(large < small + 30, "\(small) and \(large) MiB")
  }
}
