import Datasets
import Evaluation
import Tensors
import Testing

/// Images of one grey tone each: 0, 1, 2, … and 40, 50, 60, … and 80, 81, 82, … for the three classes.
private struct Greys: ImageDataset {
  let perClass: Int
  let description = "greys"
  let resolution = 4
  let channels = 1
  let classNames = ["dark", "middle", "light"]
  let fingerprint = ""
  var count: Int { 3 * perClass }

  func tone(_ index: Int) -> UInt8 { UInt8(40 * label(index) + (label(index) == 1 ? 10 : 1) * (index / 3)) }

  func label(_ index: Int) -> Int { index % 3 }

  func copyPixels(_ index: Int, into target: UnsafeMutableBufferPointer<UInt8>) {
    target.update(repeating: tone(index))
  }
}

@Suite("ClassAgreement") struct ClassAgreementTests {
  /// The agreement of images of the given tones.
  private func agreement(
    tones: [Double], labels: [Int], perClass: Int, neighbours: Int
  ) throws -> ClassAgreement {
    let workspace = Workspace()
    let images: Tensor<Float> = workspace.tensor(Shape(tones.count, 4, 4, 1))
    for (i, tone) in tones.enumerated() { images[rows: i..<i + 1].fill(Float(tone / 127.5 - 1)) }
    defer { withExtendedLifetime(workspace) {} }
    return try ClassAgreement(of: images, labels: labels, in: Greys(perClass: perClass), neighbours: neighbours)
  }

  @Test("images near their own class agree, others do not")
  func votes() throws {
    let result = try agreement(tones: [1.2, 42.7, 82, 81, 2], labels: [0, 1, 2, 0, 1], perClass: 4, neighbours: 3)
    #expect(result.share == 0.6)
    #expect(result.sharePerClass == [0.5, 0.5, 1])
  }

  @Test("the majority of the neighbours wins against the nearest one")
  func majority() throws {
    // The neighbours of tone 21.2 are 40, 2 and 1.
    #expect(try agreement(tones: [21.2], labels: [1], perClass: 3, neighbours: 1).share == 1)
    #expect(try agreement(tones: [21.2], labels: [0], perClass: 3, neighbours: 3).share == 1)
  }

  @Test("of equally frequent classes the one with the nearest image wins")
  func ties() throws {
    #expect(try agreement(tones: [19], labels: [0], perClass: 1, neighbours: 2).share == 1)
    #expect(try agreement(tones: [21], labels: [1], perClass: 1, neighbours: 2).share == 1)
    #expect(try agreement(tones: [21], labels: [0], perClass: 1, neighbours: 2).share == 0)
  }

  @Test("every image of the data set is its own nearest neighbour")
  func everyImage() throws {
    let source = Greys(perClass: 4)
    let tones = (0..<source.count).map { Double(source.tone($0)) }
    let result = try agreement(
      tones: tones, labels: (0..<source.count).map(source.label), perClass: 4, neighbours: 1)
    #expect(result.share == 1)
  }
}
