import Formats
import Foundation
import Images
import TestSupport
import Testing

/// `sagan sample --images` and `--npz`: samples for programs that score them.
@Suite struct SampleImagesTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    expectSuccess(
      try Program.run([
        "train", "--preset", "tiny", "--data", "synthetic:count=300", "--out", scratch.at("run"), "--steps", "4",
        "--set", "average-start=0", "--set", "average-decay=0.5",
      ]))
  }

  private func sample(_ arguments: [String]) throws -> Outcome {
    try Program.run(["sample", "--checkpoint", "run"] + arguments, in: scratch)
  }

  /// The files of a folder of images, by class; traps on others.
  private func images(_ name: String) throws -> [String: [String: DecodedImage]] {
    var result: [String: [String: DecodedImage]] = [:]
    for (path, bytes) in try scratch.tree(name) where !path.hasSuffix("/") {
      let parts = path.split(separator: "/").map(String.init)
      try #require(parts.count == 2, "\(path)")
      result[parts[0], default: [:]][parts[1]] = try PNG.decode([UInt8](bytes), name: path)
    }
    return result
  }

  private func names() throws -> [String] {
    let manifest = try scratch.text("run/checkpoints/step-00000004/manifest.json")
    struct Names: Decodable { let classNames: [String] }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Names.self, from: Data(manifest.utf8)).classNames
  }

  @Test func oneFileASampleInFoldersOfClasses() throws {
    let arguments = ["--classes", "7,2,7", "--per-class", "3"]
    let outcome = try sample(arguments + ["--images", "images", "--out", "grid.png"])
    expectSuccess(outcome)
    let (images, names) = (try images("images"), try names())
    #expect(Set(images.keys) == [names[7], names[2]])
    let grid = try PNG.decode(try scratch.bytes("grid.png"))
    for (row, label) in [7, 2].enumerated() {
      #expect(images[names[label]]?.keys.sorted() == ["000000.png", "000001.png", "000002.png"])
      for (column, name) in ["000000.png", "000001.png", "000002.png"].enumerated() {
        let image = try #require(images[names[label]]?[name])
        #expect((image.width, image.height, image.channels) == (32, 32, 3))
        #expect(image.pixels == grid.cell(row, column), "\(label), \(name)")
      }
    }
  }

  @Test func arraysHoldTheSameSamplesAndClassesTakeTurns() throws {
    expectSuccess(try sample(["--per-class", "4", "--images", "images", "--npz", "samples.npz", "--threads", "2"]))
    let (images, names) = (try images("images"), try names())
    // All classes, and not only as many as a picture shows.
    #expect(images.count == 10 && images.values.allSatisfy { $0.count == 4 })
    let file = try NPZFile(path: scratch.at("samples.npz"))
    let arrays = try NPZImages(file)
    #expect(file.names == ["arr_0", "arr_1"])
    #expect((arrays.count, arrays.height, arrays.width, arrays.channels) == (40, 32, 32, 3))
    #expect(try arrays.labels() == (0..<40).map { $0 % 10 })
    for index in 0..<40 {
      #expect(try arrays.bytes(index..<index + 1) == images[names[index % 10]]?["00000\(index / 10).png"]?.pixels)
    }
    expectSuccess(try sample(["--per-class", "4", "--npz", "again.npz"]))
    #expect(try scratch.bytes("again.npz") == scratch.bytes("samples.npz"))
  }

  private struct Scores: Decodable {
    struct Score: Decodable {
      let name: String
      let value: Double
    }
    /// How many samples of a class look like it, of those that there are.
    struct Class: Decodable, Equatable {
      let name: String
      let accuracy: Double?
    }
    let scores: [Score]
    let classes: [Class]?

    func value(_ name: String) throws -> Double { try #require(scores.first { $0.name == name }).value }
  }

  /// Sums go over the images in another order, so that they are rounded otherwise.
  @Test func scoresOfTheFilesAreThoseOfTheCheckpoint() throws {
    func scores(_ arguments: [String]) throws -> Scores {
      let outcome = try Program.run(["evaluate", "--json", "--cache", "cache"] + arguments, in: scratch)
      expectSuccess(outcome)
      return try JSONDecoder().decode(Scores.self, from: Data(outcome.output.utf8))
    }
    expectSuccess(try sample(["--per-class", "30", "--images", "images", "--npz", "samples.npz"]))
    let expected = try scores(["--checkpoint", "run", "--samples", "300", "--metrics", "fd,accuracy"])
    let data = ["--data", "synthetic:count=300", "--metrics"]
    let files = try scores(["--images", "images"] + data + ["fd,accuracy"])
    for other in [files, try scores(["--images", "samples.npz"] + data + ["fd"])] {
      let (a, b) = (try other.value("fd_classifier"), try expected.value("fd_classifier"))
      #expect(abs(a - b) < 1e-6 * b)
    }
    // Folders come in the order of their names, which is not that of the classes.
    #expect(try files.value("accuracy") == expected.value("accuracy"))
    #expect(files.classes == expected.classes && files.classes?.count == 10)
  }

  @Test func aFolderWithFilesStaysAsItIs() throws {
    try scratch.write([1, 2, 3], to: "images/mine.txt")
    let before = try scratch.tree()
    expectSentence(try sample(["--images", "images"]), code: 73, ["empty folder", "'images'", "a file", "--force"])
    try expectUntouched(scratch, since: before)
    expectSuccess(try sample(["--images", "images", "--force", "--per-class", "2", "--classes", "0"]))
    let first = try scratch.tree("images")
    #expect(first.count == 4 && first["mine.txt"] == Data([1, 2, 3]))
    expectSuccess(try sample(["--images", "images", "--force", "--per-class", "1", "--classes", "0", "--seed", "9"]))
    let second = try scratch.tree("images")
    // The file that is drawn again is another one; the others stay.
    #expect(differences(first, second).map { String($0.suffix(10)) } == ["000000.png"])
  }

  @Test(arguments: ["run/checkpoints/step-00000004", "run/config.yaml", "missing/images"])
  func placesThatAreNone(place: String) throws {
    let before = try scratch.tree()
    let outcome = try sample(["--images", place, "--force", "--per-class", "1"])
    guard place != "missing/images" else {
      // Folders above are made, as for a run.
      expectSuccess(outcome)
      return
    }
    expectSentence(outcome, code: 73, [place])
    try expectUntouched(scratch, since: before)
  }

  @Test func aKillLeavesWholeFilesAlone() throws {
    let command = try Program.start(
      ["sample", "--checkpoint", "run", "--per-class", "1000000", "--images", "images"], in: scratch)
    let deadline = ContinuousClock.now + .seconds(Patience.seconds)
    func files() throws -> [String] {
      try FileManager.default.subpathsOfDirectory(atPath: scratch.at("images")).filter { $0.hasSuffix(".png") }
    }
    while ContinuousClock.now < deadline, command.isRunning {
      if scratch.holds("images"), try files().count >= 50 { break }
      Thread.sleep(forTimeInterval: 0.01)
    }
    command.send(SIGKILL)
    #expect(try command.wait().code == 128 + SIGKILL)
    let written = try files()
    #expect(written.count >= 50)
    for name in written { #expect(throws: Never.self) { try PNG.decode(try scratch.bytes("images/" + name)) } }
    // What was being written has no name that anybody takes for an image.
    let others = try FileManager.default.subpathsOfDirectory(atPath: scratch.at("images"))
      .filter { !$0.hasSuffix(".png") && $0.contains("/") }
    #expect(others.allSatisfy { $0.contains("/.sagan-") } && others.count <= 1, "\(others)")
  }
}
