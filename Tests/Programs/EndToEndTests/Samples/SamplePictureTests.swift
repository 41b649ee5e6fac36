import Formats
import Images
import Testing

/// How pictures of `sagan sample` look, and rows between samples.
@Suite struct SamplePictureTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.trainRun("average-start=0", "average-decay=0.5", "initial-gamma=0.5")
  }

  private func sample(_ arguments: [String]) throws -> Outcome {
    try Program.run(["sample", "--checkpoint", "run"] + arguments, in: scratch)
  }

  private func picture(_ arguments: [String]) throws -> DecodedImage {
    expectSuccess(try sample(["--out", "picture.png", "--force"] + arguments))
    return try PNG.decode(try scratch.bytes("picture.png"))
  }

  @Test func pixelsBecomeSquares() throws {
    let arguments = ["--classes", "3,1", "--per-class", "2"]
    let (small, large) = (try picture(arguments), try picture(arguments + ["--scale", "4"]))
    #expect((large.width, large.height) == (4 * small.width, 4 * small.height))
    for y in 0..<large.height {
      for x in 0..<large.width {
        let (a, b) = ((y / 4 * small.width + x / 4) * 3, (y * large.width + x) * 3)
        guard small.pixels[a..<a + 3] == large.pixels[b..<b + 3] else {
          Issue.record("pixel (\(x), \(y))")
          return
        }
      }
    }
  }

  @Test func namesStandBesideTheRows() throws {
    let arguments = ["--classes", "3,1", "--per-class", "2"]
    let (plain, named) = (try picture(arguments), try picture(arguments + ["--label"]))
    let left = named.width - plain.width
    #expect(named.height == plain.height && left > 20)
    var ink = [0, 0]
    for y in 0..<plain.height {
      let row = named.pixels[y * named.width * 3..<(y + 1) * named.width * 3]
      #expect(row.dropFirst(left * 3) == plain.pixels[y * plain.width * 3..<(y + 1) * plain.width * 3])
      ink[y / 34 % 2] += row.prefix(left * 3).count { $0 == 0 }
    }
    #expect(ink.allSatisfy { $0 > 100 })
  }

  @Test func rowsGoFromSampleToSample() throws {
    let grid = try picture([])
    let latent = try picture(["--interpolate", "latent", "--classes", "4,6", "--per-class", "2"])
    #expect((latent.width, latent.height) == (8 * 34 - 2, 4 * 34 - 2))
    for (row, (label, number)) in [(4, 0), (4, 2), (6, 0), (6, 2)].enumerated() {
      #expect(latent.cell(row, 0) == grid.cell(label, number))
      #expect(latent.cell(row, 7) == grid.cell(label, number + 1))
    }
    let both = try picture(["--interpolate", "both", "--classes", "4,6,0", "--steps", "3"])
    #expect((both.width, both.height) == (3 * 34 - 2, 2 * 34 - 2))
    for (row, label) in [4, 6].enumerated() {
      #expect(both.cell(row, 0) == grid.cell(label, 0))
      #expect(both.cell(row, 2) == grid.cell(row == 0 ? 6 : 0, 0))
      #expect(both.cell(row, 1) != both.cell(row, 0) && both.cell(row, 1) != both.cell(row, 2))
    }
    let outcome = try sample(["--interpolate", "class", "--out", "class.png", "--classes", "4,6,0", "--threads", "2"])
    expectSuccess(outcome)
    #expect(outcome.output.hasPrefix("rows: ") && outcome.output.matches(of: #/ to /#).count == 2)
    let classes = try PNG.decode(try scratch.bytes("class.png"))
    #expect(classes.cell(0, 0) == grid.cell(4, 0) && classes.cell(1, 0) == grid.cell(6, 0))
    #expect(classes.cell(0, 7) != grid.cell(6, 0), "the latent vector stays")
    expectSentence(
      try sample(["--interpolate", "both", "--out", "a.png", "--classes", "4"]), code: 78, ["two classes", "--classes"])
    #expect(!scratch.holds("a.png"))
  }

  @Test func truncatedVectorsStayWithinTheirBound() throws {
    func latents(_ name: String, _ arguments: [String]) throws -> (values: [Float], metadata: [String: String]) {
      expectSuccess(try sample(["--tensors", name, "--classes", "0"] + arguments))
      let file = try SafetensorsFile(path: scratch.at(name))
      return (try file.floats("latents"), file.metadata)
    }
    let (free, truncated) = (try latents("free", []), try latents("half", ["--truncation", "0.5"]))
    #expect(truncated.values.allSatisfy { abs($0) <= 0.5 } && free.values.contains { abs($0) > 0.5 })
    for (a, b) in zip(free.values, truncated.values) where abs(a) <= 0.5 { #expect(a == b) }
    #expect(truncated.metadata["truncation"] == "0.5" && truncated.metadata["standing_statistics"] == nil)
    let outcome = try sample(["--truncation", "0.5", "--out", "half.png"])
    #expect(outcome.code == 0 && outcome.errors.contains("--standing-statistics"), "\(outcome.description)")
  }

  @Test func standingStatisticsAreThoseOfTheSamples() throws {
    let arguments = ["--truncation", "0.3", "--classes", "0-2"]
    let training = try picture(arguments)
    let outcome = try sample(arguments + ["--standing-statistics", "5", "--out", "one.png"])
    expectSuccess(outcome)
    #expect(outcome.errors.isEmpty, "\(outcome.description)")
    expectSuccess(
      try sample(
        arguments + [
          "--standing-statistics", "5", "--threads", "2", "--tensors", "t", "--npz", "n.npz", "--out", "two.png",
        ]))
    #expect(try scratch.bytes("one.png") == scratch.bytes("two.png"))
    #expect(try SafetensorsFile(path: scratch.at("t")).metadata["standing_statistics"] == "5")
    let standing = try PNG.decode(try scratch.bytes("one.png"))
    #expect(standing.pixels != training.pixels && standing.width == training.width)
    #expect(try picture(arguments + ["--standing-statistics", "6"]).pixels != standing.pixels)
  }

  @Test(arguments: [
    (["--out", "a.png", "--scale", "0"], ["--scale from 1 to 32", "found 0"]),
    (["--out", "a.png", "--scale", "2.5"], ["whole number"]),
    (["--tensors", "a", "--scale", "2"], ["--out", "--scale"]),
    (["--npz", "a", "--label"], ["--out", "--label"]),
    (["--images", "a", "--interpolate", "latent"], ["--out", "--interpolate"]),
    (["--out", "a.png", "--interpolate", "pixels"], ["latent", "class", "both"]),
    (["--out", "a.png", "--interpolate", "both", "--npz", "b"], ["--out alone", "--interpolate", "--npz"]),
    (["--out", "a.png", "--interpolate", "both", "--neighbours"], ["--interpolate or --neighbours"]),
    (["--out", "a.png", "--steps", "4"], ["--interpolate", "--steps"]),
    (["--out", "a.png", "--interpolate", "latent", "--steps", "1"], ["--steps from 2 to 100", "found 1"]),
    (["--out", "a.png", "--neighbours", "0"], ["--neighbours from 1 to 16", "found 0"]),
    (["--out", "a.png", "--neighbours", "--images", "b"], ["--out alone", "--neighbours"]),
    (["--out", "a.png", "--data", "synthetic"], ["--neighbours", "--data"]),
    (["--out", "a.png", "--extractor", "inception"], ["--neighbours", "--extractor"]),
    (["--out", "a.png", "--neighbours", "2", "--extractor", "vgg16"], ["--extractor", "vgg16"]),
    (["--out", "a.png", "--truncation", "0"], ["--truncation from 0.01 to 10", "found 0"]),
    (["--out", "a.png", "--truncation", "nan"], ["--truncation", "nan"]),
    (["--out", "a.png", "--truncation", "inf"], ["--truncation", "inf"]),
    (["--out", "a.png", "--truncation=-1"], ["--truncation", "-1"]),
    (["--out", "a.png", "--truncation", "1e400"], ["--truncation"]),
    (["--out", "a.png", "--standing-statistics", "0"], ["--standing-statistics from 1 to 10000", "found 0"]),
    (["--images", "a", "--npz", "a"], ["different"]),
  ]) func whatDoesNotGoTogether(arguments: [String], words: [String]) throws {
    let before = try scratch.tree()
    expectSentence(try sample(arguments), code: 64, words)
    try expectUntouched(scratch, since: before)
  }

  @Test func aPictureTooLargeIsRefused() throws {
    let before = try scratch.tree()
    for arguments in [["--per-class", "1000", "--scale", "32"], ["--interpolate", "latent", "--per-class", "9000"]] {
      expectSentence(try sample(["--out", "a.png"] + arguments), code: 78, ["pixels", "fewer samples", "--scale"])
    }
    try expectUntouched(scratch, since: before)
  }
}
