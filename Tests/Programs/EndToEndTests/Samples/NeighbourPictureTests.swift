import Images
import TestSupport
import Testing

/// `sagan sample --neighbours`: samples beside their nearest training images.
@Suite struct NeighbourPictureTests {
  private let scratch: Scratch
  private var training: [[UInt8]] = []

  /// A run on 60 images of the run's size, which are neither cropped nor resized.
  init() throws {
    scratch = try Scratch()
    for number in 0..<60 {
      let pixels = (0..<32 * 32 * 3).map { place in
        let (x, y) = (place / 3 % 32, place / 96)
        return UInt8((number % 2 == 0 ? x * (number + 9) : y * (number + 7) + place % 3 * number) / 4 % 256)
      }
      training.append(pixels)
      let name = "data/\(number % 2 == 0 ? "columns" : "rows")/\(number).png"
      try scratch.write(try PNG.encode(pixels: pixels, width: 32, height: 32, channels: 3), to: name)
    }
    expectSuccess(
      try Program.run(
        ["train", "--preset", "tiny", "--data", "folder:data", "--out", "run", "--steps", "2"], in: scratch))
  }

  private func sample(_ arguments: [String]) throws -> Outcome {
    try Program.run(["sample", "--checkpoint", "run", "--out", "picture.png"] + arguments, in: scratch)
  }

  /// The images of a picture with one line of headings: for each row, those from left to right.
  private func rows(_ count: Int, of columns: Int) throws -> [[[UInt8]]] {
    let image = try PNG.decode(try scratch.bytes("picture.png"))
    let (width, top) = (columns * 34 - 2, image.height - (count * 34 - 2))
    try #require(image.width == width && top == 13 && image.channels == 3)
    return (0..<count).map { row in (0..<columns).map { image.cell(row, $0, top: top) } }
  }

  private func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    zip(a, b).reduce(0) { $0 + (Int($1.0) - Int($1.1)) * (Int($1.0) - Int($1.1)) }
  }

  @Test func pixelNeighboursAreThoseOfTheDefinition() throws {
    let outcome = try sample(["--neighbours", "4", "--per-class", "3"])
    expectSuccess(outcome)
    #expect(outcome.output.hasSuffix("rows: 0 (columns), 1 (rows)\n"), "\(outcome.description)")
    for row in try rows(6, of: 9) {
      let nearest = training.sorted { distance(row[0], $0) < distance(row[0], $1) }
      #expect(Array(row[5..<9]) == Array(nearest.prefix(4)))
      // By features: training images as well, each once.
      #expect(Set(row[1..<5]).count == 4 && row[1..<5].allSatisfy(training.contains))
    }
    // The same bits again, with what was kept of features, and on any number of threads.
    let first = try scratch.bytes("picture.png")
    expectSuccess(try sample(["--neighbours", "4", "--per-class", "3", "--force", "--threads", "2"]))
    #expect(try scratch.bytes("picture.png") == first)
  }

  @Test func threeOfEachWithoutANumber() throws {
    expectSuccess(try sample(["--neighbours", "--classes", "rows"]))
    #expect(try rows(1, of: 7).count == 1)
  }

  @Test func refusals() throws {
    let before = try scratch.tree()
    expectSentence(
      try sample(["--neighbours", "16", "--data", "synthetic:count=10"]), code: 78, ["16", "found 10", "--neighbours"])
    expectSentence(try sample(["--neighbours", "--data", "folder:nowhere"]), code: 66, ["nowhere"])
    expectSentence(
      try sample(["--neighbours", "--extractor", "inception:nowhere.pth"]), code: 66, ["nowhere.pth"])
    let changed = differences(before, try scratch.tree()).filter { !$0.contains("cache") }
    #expect(changed == [])
  }
}
