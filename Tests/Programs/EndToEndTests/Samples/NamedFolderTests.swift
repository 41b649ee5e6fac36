import Foundation
import Images
import Testing

/// Class folders as `sagan sample --images` names them are scored under the data set's labels.
@Suite struct NamedFolderTests {
  /// Folders come in the order of their names, which is not that of Fashion-MNIST's classes, and one name has a slash.
  @Test func foldersAreTheDataSetsClasses() throws {
    let scratch = try Scratch()
    let files = FashionFiles()
    try files.write(to: scratch)
    let names = [
      "T-shirt_top-0", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    ]
    // The data set's own images, in the middle of 32 × 32 pixels as networks see them.
    for number in 0..<20 {
      var pixels = [UInt8](repeating: 0, count: 32 * 32)
      for row in 0..<28 {
        let start = 16 + (number * 28 + row) * 28
        pixels.replaceSubrange((row + 2) * 32 + 2..<(row + 2) * 32 + 30, with: files.images[start..<start + 28])
      }
      let file = try PNG.encode(pixels: pixels, width: 32, height: 32, channels: 1)
      try scratch.write(file, to: "images/\(names[number % 10])/\(number).png")
    }
    func score(_ folder: String) throws -> Outcome {
      try Program.run(
        [
          "evaluate", "--images", folder, "--data", "fashion-mnist:data", "--cache", "cache", "--metrics", "intra-fd",
          "--json",
        ], in: scratch)
    }
    let outcome = try score("images")
    expectSuccess(outcome)
    struct Scores: Decodable {
      struct Score: Decodable { let value: Double }
      let scores: [Score]
    }
    // The images of each class are those of the reference.
    let scores = try JSONDecoder().decode(Scores.self, from: Data(outcome.output.utf8)).scores
    #expect(scores.count == 1 && scores.allSatisfy { abs($0.value) < 1e-3 }, "\(outcome.description)")
    // Other folders are no classes of the data set.
    try FileManager.default.moveItem(atPath: scratch.at("images/Bag"), toPath: scratch.at("images/Box"))
    let other = try score("images")
    #expect(other.code == 78 && other.output.isEmpty, "\(other.description)")
  }
}
