import Formats
import Images
import Foundation
import Testing

/// `sagan attention`: figures and weights of both networks, and what it refuses.
@Suite struct AttentionFigures {
  private let scratch: Scratch

  /// A run of four steps in `run`, attention on two maps of the generator.
  init() throws {
    scratch = try Scratch()
    try scratch.trainRun("initial-gamma=0.5", "generator-attention=16,8")
  }

  private func attention(_ arguments: [String], ranks: Int? = nil) throws -> Outcome {
    try Program.run(["attention", "--checkpoint", scratch.at("run")] + arguments, ranks: ranks)
  }

  private func tensors(_ arguments: [String]) throws -> SafetensorsFile {
    expectSuccess(try attention(["--tensors", scratch.at("a.safetensors"), "--force"] + arguments))
    return try SafetensorsFile(path: scratch.at("a.safetensors"))
  }

  @Test func weightsAreThoseOfSamples() throws {
    let file = try tensors(["--classes", "7,2", "--per-class", "5", "--queries", "3"])
    let layers = ["block0.attention", "block1.attention"]
    #expect(
      Set(file.names)
        == Set(["pixels", "labels"] + layers.flatMap { l in ["weights", "queries", "gamma"].map { "\(l).\($0)" } }))
    #expect(file.metadata["network"] == "generator" && file.metadata["step"] == "4")
    for (layer, queries) in zip(layers, [64, 256]) {
      let weights = try file.floats(layer + ".weights", shape: [10, queries, queries / 4])
      for row in 0..<10 * queries {
        let sum = weights[row * queries / 4..<(row + 1) * queries / 4].reduce(0) { $0 + Double($1) }
        guard abs(sum - 1) < 1e-5 else {
          Issue.record("row \(row) of \(layer) sums to \(sum)")
          break
        }
      }
      let points = try file.int32s(layer + ".queries", shape: [10, 3])
      #expect(points.allSatisfy { (0..<Int32(queries)).contains($0) })
      #expect(abs(try file.floats(layer + ".gamma", shape: [1])[0] - 0.5) < 0.1)
    }
    // The images are those that `sagan sample` draws, looked at or not.
    let pixels = try file.bytes("pixels")
    expectSuccess(
      try Program.run([
        "sample", "--checkpoint", scratch.at("run"), "--classes", "7,2", "--per-class", "5", "--out",
        scratch.at("s.png"),
      ]))
    let sheet = try PNG.decode(try scratch.bytes("s.png"))
    for (image, channel) in [(0, 0), (4, 1), (9, 2)] {
      let (row, column) = (image / 5 * 34, image % 5 * 34)
      for place in 0..<1024 {
        let (x, y) = (place % 32, place / 32)
        let expected = sheet.pixels[((row + y) * sheet.width + column + x) * 3 + channel]
        guard pixels[(image * 1024 + place) * 3 + channel] == expected else {
          Issue.record("pixel \(place) of image \(image)")
          return
        }
      }
    }
  }

  @Test func figuresHaveABlockForEachLayerAndTheSameBytes() throws {
    var pictures: [[UInt8]] = []
    for (index, more) in [[], ["--threads", "2"], ["--conv", "fast"]].enumerated() {
      let out = scratch.at("\(index).png")
      expectSuccess(try attention(["--out", out, "--classes", "0-2", "--scale", "3"] + more))
      pictures.append(try scratch.bytes("\(index).png"))
    }
    expectSuccess(try attention(["--out", scratch.at("r.png"), "--classes", "0-2", "--scale", "3"], ranks: 2))
    #expect(pictures[1] == pictures[0] && pictures[2] == pictures[0])
    #expect(try scratch.bytes("r.png") == pictures[0])
    let image = try PNG.decode(pictures[0])
    // Six columns and, in each of two blocks, three rows of images of 96 pixels.
    #expect(image.width > 6 * 96 && image.height > 6 * 96 && image.height < 9 * 96 && image.channels == 3)
    #expect(Set(image.pixels).count > 100)
    expectSuccess(
      try attention(["--out", scratch.at("w.png"), "--classes", "0-2", "--scale", "3", "--weights", "raw"]))
    #expect(try scratch.bytes("w.png") != pictures[0])
  }

  @Test func pointsAreWhereTheyAreAskedFor() throws {
    let file = try tensors(["--classes", "0", "--at", "0,0", "31,0", "9,17"])
    // 32 pixels are 16 queries of the second map, and 8 of the first.
    #expect(try file.int32s("block1.attention.queries", shape: [1, 3]) == [0, 15, 8 * 16 + 4])
    #expect(try file.int32s("block0.attention.queries", shape: [1, 3]) == [0, 7, 4 * 8 + 2])
  }

  @Test func theDiscriminatorLooksAtRealImages() throws {
    let file = try tensors(["--network", "discriminator", "--classes", "3,1", "--per-class", "2"])
    #expect(try file.int32s("labels", shape: [4]) == [3, 3, 1, 1])
    _ = try file.floats("block0.attention.weights", shape: [4, 256, 64])
    let others = try tensors(["--network", "discriminator", "--classes", "3,1", "--per-class", "2", "--seed", "4"])
    #expect(try others.bytes("pixels") != file.bytes("pixels"))
    expectSentence(
      try attention(["--network", "discriminator", "--per-class", "10000", "--out", scratch.at("a.png")]), code: 78,
      ["MiB"])
  }

  @Test(arguments: [
    (["--at", "32,0"], ["32,0", "0 to 31"]), (["--at", "0,0", "3,99"], ["3,99"]),
    (["--classes", "shoe"], ["'shoe'"]), (["--classes", "10"], ["0 to 9"]),
    (["--per-class", "10000"], ["MiB"]), (["--scale", "64", "--per-class", "30"], ["--scale"]),
  ]) func whatDoesNotFitTheCheckpoint(arguments: [String], words: [String]) throws {
    let before = try scratch.tree()
    expectSentence(try attention(["--out", scratch.at("a.png")] + arguments), code: 78, words)
    try expectUntouched(scratch, since: before)
  }

  @Test(arguments: [
    ([], ["--out", "--tensors"]), (["--out", "a.png", "--queries", "9"], ["--queries", "8"]),
    (["--out", "a.png", "--queries", "2", "--at", "1,1"], ["--queries", "--at"]),
    (["--out", "a.png", "--at", "1;1"], ["1;1"]), (["--out", "a.png", "--at=-1,2"], ["-1,2"]),
    (["--out", "a.png", "--data", "synthetic"], ["--network discriminator"]),
    (["--out", "a.png", "--network", "discriminator", "--weights", "raw"], ["--weights"]),
    (["--out", "a.png", "--scale", "0"], ["--scale"]), (["--out", "a.png", "--per-class", "0"], ["--per-class"]),
  ]) func aWrongCommandLine(arguments: [String], words: [String]) throws {
    let before = try scratch.tree()
    expectSentence(
      try Program.run(["attention", "--checkpoint", scratch.at("run")] + arguments, in: scratch), code: 64, words)
    try expectUntouched(scratch, since: before)
  }

  @Test func aNetworkWithoutAttention() throws {
    for (name, settings, cures) in [
      ("none", ["generator-attention=none", "discriminator-attention=none"], ["generator-attention"]),
      ("control", ["generator-attention-kind=residual"], ["--network discriminator"]),
    ] {
      expectSuccess(
        try Program.run(
          ["train", "--preset", "tiny", "--out", scratch.at(name), "--steps", "1"] + settings.flatMap { ["--set", $0] })
      )
      let before = try scratch.tree()
      expectSentence(
        try Program.run(["attention", "--checkpoint", scratch.at(name), "--out", scratch.at("a.png")]), code: 78,
        ["no attention"] + cures)
      try expectUntouched(scratch, since: before)
    }
  }

  @Test func whatIsThereStays() throws {
    try scratch.write(Array("mine".utf8), to: "here.png")
    let before = try scratch.tree()
    for place in ["here.png", "run", "missing/a.png", "run/checkpoints/latest"] {
      expectSentence(try attention(["--out", scratch.at(place), "--classes", "0"]), code: 73, ["/" + place])
      try expectUntouched(scratch, since: before)
    }
    expectSuccess(try attention(["--out", scratch.at("here.png"), "--classes", "0", "--force"]))
    #expect(try PNG.decode(try scratch.bytes("here.png")).width > 0)
  }
}
