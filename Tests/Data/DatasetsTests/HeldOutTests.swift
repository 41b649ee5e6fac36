import Datasets
import TestSupport
import Testing

/// A share of the images is kept from training, by their pixels alone.
@Suite struct HeldOutTests {
  private let synthetic = DataSpecification.synthetic(count: 2000)

  private func open(_ part: DataPart, count: Int = 2000) throws -> any ImageDataset {
    try DataSpecification.synthetic(count: count).open(ImageSpecification(resolution: 32, part: part))
  }

  @Test(arguments: ["10%", "2.5%", "50%", "0.0001%", "33.3333%"])
  func sharesReadWhatTheyWrite(_ text: String) throws {
    #expect(try #require(HeldOut(parsing: text)).description == text)
  }

  @Test(arguments: ["", "%", "0%", "-1%", "51%", "10", "0.1", "1e1%", "nan%", "inf%", "10 %", "١٠%"])
  func otherSharesAreRefused(_ text: String) { #expect(HeldOut(parsing: text) == nil) }

  @Test func everyImageIsOnOneSide() throws {
    let share = try #require(HeldOut(parsing: "20%"))
    let (all, kept, held) = (try open(.all), try open(.kept(share)), try open(.heldOut(share)))
    #expect(kept.count + held.count == all.count)
    // Four standard deviations of a binomial distribution are 72.
    #expect(abs(held.count - 400) < 72)
    #expect(Set([all.fingerprint, kept.fingerprint, held.fingerprint]).count == 3)
    #expect(
      zip(kept.summary.histogram, held.summary.histogram).map(+)
        == (0..<10).map { label in
          (0..<all.count).count { all.label($0) == label }
        })
    let sides = [Set(try pixels(kept)), Set(try pixels(held))]
    #expect(sides[0].isDisjoint(with: sides[1]))
    #expect(sides[0].union(sides[1]) == Set(try pixels(all)))
  }

  /// What is added to a data set later moves no image to the other side.
  @Test func theSideDependsOnPixelsAlone() throws {
    let share = try #require(HeldOut(parsing: "30%"))
    let (small, large) = (
      Set(try pixels(try open(.heldOut(share), count: 300))), Set(try pixels(try open(.heldOut(share))))
    )
    #expect(!small.isEmpty && small.isSubset(of: large))
  }

  @Test func aShareThatLeavesNothingIsRefused() throws {
    let share = try #require(HeldOut(parsing: "0.0001%"))
    expectDatasetError(.configuration, mentions: ["0.0001%", "3 images", "none held out"]) {
      try open(.heldOut(share), count: 3)
    }
  }

  private func pixels(_ source: any ImageDataset) throws -> [[UInt8]] {
    try (0..<source.count).map { index in
      var image = [UInt8](repeating: 0, count: source.imageSize)
      try image.withUnsafeMutableBufferPointer { try source.copyPixels(index, into: $0) }
      return image
    }
  }
}
