import Formats
import Images
import Foundation
import Testing

/// `sagan sample`: pictures, tensors, which classes, and what it refuses.
@Suite struct Samples {
  private let scratch: Scratch

  /// A run of four steps in `run`, its average apart from its weights.
  init() throws {
    scratch = try Scratch()
    try scratch.trainRun("average-start=0", "average-decay=0.5", "initial-gamma=0.5")
  }

  private func sample(_ arguments: [String], ranks: Int? = nil) throws -> Outcome {
    try Program.run(["sample", "--checkpoint", scratch.at("run")] + arguments, ranks: ranks)
  }

  /// Draws a picture and reads it.
  private func picture(_ arguments: [String], ranks: Int? = nil) throws -> DecodedImage {
    expectSuccess(try sample(["--out", scratch.at("picture.png"), "--force"] + arguments, ranks: ranks))
    return try PNG.decode(try scratch.bytes("picture.png"))
  }

  /// Draws tensors and opens them.
  private func tensors(_ arguments: [String]) throws -> SafetensorsFile {
    expectSuccess(try sample(["--tensors", scratch.at("samples.safetensors"), "--force"] + arguments))
    return try SafetensorsFile(path: scratch.at("samples.safetensors"))
  }

  /// The bytes of one row of samples.
  private func row(_ index: Int, of image: DecodedImage) -> ArraySlice<UInt8> {
    let line = image.width * image.channels
    return image.pixels[index * 34 * line..<(index * 34 + 32) * line]
  }

  @Test(arguments: [
    (["--classes", "0-3,7", "--per-class", "3"], 100, 168), (["--classes", "9"], 338, 32),
    (["--classes", "9", "--per-class", "1"], 32, 32), (["--per-class", "20"], 678, 338),
    (["--classes", "red disc,violet"], 338, 66), (["--classes", "4,4,0-9"], 338, 406),
  ]) func aPictureHasARowForEachClass(arguments: [String], width: Int, height: Int) throws {
    let image = try picture(arguments)
    #expect((image.width, image.height, image.channels) == (width, height, 3))
    // Samples differ, and white lines lie between them.
    #expect(Set(image.pixels).count > 16)
    if width > 32 { #expect(image.pixels[32 * 3..<34 * 3].allSatisfy { $0 == 255 }) }
  }

  @Test func aSampleDependsOnSeedClassAndNumberAlone() throws {
    let whole = try picture([])
    #expect(try row(0, of: picture(["--classes", "3"])) == row(3, of: whole))
    let mixed = try picture(["--classes", "8,pink"])
    #expect(row(0, of: mixed) == row(8, of: whole) && row(1, of: mixed) == row(3, of: whole))
    // Not one bit differs, in whatever pass of the generator a sample is drawn.
    let (few, many) = (try tensors(["--per-class", "3"]), try tensors(["--per-class", "11", "--classes", "2"]))
    for (name, size) in [("latents", 16), ("pixels", 3072)] {
      let (third, alone) = (try few.floats(name)[(6 * size)..<(9 * size)], try many.floats(name)[..<(3 * size)])
      #expect(third.elementsEqual(alone), "\(name)")
    }
  }

  @Test func theSameBytesWhateverTheThreadsAndRanks() throws {
    for name in ["one", "two", "ranks"] {
      let out = ["--out", scratch.at(name + ".png"), "--tensors", scratch.at(name + ".safetensors"), "--seed", "5"]
      expectSuccess(try sample(out + (name == "two" ? ["--threads", "2"] : []), ranks: name == "ranks" ? 2 : nil))
    }
    for other in ["two", "ranks"] {
      #expect(try scratch.bytes("one.png") == scratch.bytes(other + ".png"))
      #expect(try scratch.bytes("one.safetensors") == scratch.bytes(other + ".safetensors"))
    }
  }

  @Test func seedAndWeightsChangeThePicture() throws {
    let average = try picture([])
    #expect(try picture(["--seed", "0", "--weights", "average"]) == average)
    #expect(try picture(["--seed", "1"]) != average)
    #expect(try picture(["--weights", "raw"]) != average)
  }

  @Test func tensorsHoldWhatThePictureShows() throws {
    let arguments = ["--classes", "7,2", "--per-class", "5"]
    let image = try picture(arguments + ["--tensors", scratch.at("both.safetensors")])
    let file = try tensors(arguments)
    #expect(try scratch.bytes("both.safetensors") == scratch.bytes("samples.safetensors"))
    #expect(Set(file.names) == ["latents", "labels", "pixels"])
    #expect(file.metadata == ["format": "pt", "step": "4", "seed": "0", "weights": "average"])
    #expect(try file.int32s("labels", shape: [10]) == [7, 7, 7, 7, 7, 2, 2, 2, 2, 2])
    let latents = try file.floats("latents", shape: [10, 16])
    #expect(Set(latents).count == 160, "every sample has a latent vector of its own")
    let meanSquare = latents.reduce(0) { $0 + $1 * $1 } / Float(latents.count)
    #expect(abs(meanSquare - 1) < 0.4, "160 normal numbers have a mean square of \(meanSquare)")
    let pixels = try file.floats("pixels", shape: [10, 3, 32, 32])
    #expect(pixels.allSatisfy { abs($0) <= 1 })
    for index in pixels.indices {
      let (x, y, channel) = (index % 32, index / 32 % 32, index / 1024 % 3)
      let (row, column) = (index / 3072 / 5, index / 3072 % 5)
      let byte = image.pixels[((row * 34 + y) * image.width + column * 34 + x) * 3 + channel]
      guard abs((pixels[index] + 1) * 127.5 - Float(byte)) <= 0.501 else {
        Issue.record("pixel \(index) is \(pixels[index]) in the tensor and \(byte) in the picture")
        return
      }
    }
  }

  @Test(arguments: [
    (["--classes", "10"], ["--classes", "10", "10 classes, 0 to 9"]),
    (["--classes", "3,7-12"], ["below 10", "12"]), (["--classes", "shoe"], ["'shoe'", "'red disc, plain"]),
    (["--classes", "RED disc"], ["'RED disc'"]),
    (["--classes", ""], ["''"]), (["--classes", "1,,2"], ["''"]), (["--classes", "3-1"], ["'3-1'"]),
    (["--classes=-1"], ["'-1'"]), (["--classes", "1-2-3"], ["'1-2-3'"]),
    (["--classes", "99999999999999999999"], ["'99999999999999999999'"]),
    (["--per-class", "1000000"], ["1,000,000", "MiB", "fewer samples", "--tensors"]),
  ]) func whatDoesNotFitTheCheckpoint(arguments: [String], words: [String]) throws {
    let before = try scratch.tree()
    expectSentence(try sample(["--out", scratch.at("a.png")] + arguments), code: 78, words)
    try expectUntouched(scratch, since: before)
  }

  @Test(arguments: [
    ([], ["--out", "--tensors"]), (["--out", "a.png", "--per-class", "0"], ["--per-class", "found 0"]),
    (["--out", "a.png", "--per-class", "two"], ["two"]), (["--out", "a", "--tensors", "a"], ["different"]),
    (["--out", "a.png", "--seed=-1"], ["-1"]), (["--out", "a.png", "--weights", "mean"], ["average", "raw"]),
    (["--out", "a.png", "--threads", "0"], ["--threads"]), (["--out", "a.png", "--clases", "3"], ["--clases"]),
  ]) func aWrongCommandLine(arguments: [String], words: [String]) throws {
    let before = try scratch.tree()
    for ranks in [nil, 2] {
      let command = ["sample", "--checkpoint", scratch.at("run")] + arguments
      expectSentence(try Program.run(command, ranks: ranks, in: scratch), code: 64, words)
    }
    try expectUntouched(scratch, since: before)
  }

  @Test(arguments: ["run", "missing/a", "run/config.yaml/a"]) func aPlaceThatCannotBeWritten(place: String) throws {
    let before = try scratch.tree()
    for options in [
      ["--tensors", scratch.at(place)], ["--out", scratch.at(place)],
      ["--out", scratch.at(place), "--tensors", scratch.at("a")],
      ["--out", scratch.at("a"), "--tensors", scratch.at(place)],
    ] {
      expectSentence(try sample(options), code: 73, ["/" + place])
      try expectUntouched(scratch, since: before)
    }
  }
}
