import Classifier
import Datasets
import Testing

/// Grey squares, of which every tone comes twice.
private struct Twins: ImageDataset {
  let description = "twins"
  let count = 512
  let classNames = ["a", "b"]
  let resolution = 8
  let channels = 1
  let fingerprint = "twins"
  func label(_ index: Int) -> Int { index % 2 }
  func copyPixels(_ index: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) {
    pixels.update(repeating: UInt8(index / 2))
  }
}

@Suite("ImageSelection") struct ImageSelectionTests {
  @Test("held-out images are chosen by content, equal ones together")
  func split() throws {
    let (training, heldOut) = try ImageSelection.split(Twins())
    let (a, b) = (training.indices ?? [], heldOut.indices ?? [])
    #expect((a + b).sorted() == Array(0..<512))
    #expect(Set(a.map { $0 / 2 }).isDisjoint(with: b.map { $0 / 2 }))
    // 256 tones, of which 25.6 ± 4.8 are expected.
    #expect((20...80).contains(b.count))
    #expect(try ImageSelection.split(Twins()).heldOut.indices == heldOut.indices)
  }

  @Test("fingerprints tell selections apart")
  func fingerprints() {
    let all = ImageSelection(Twins())
    #expect(all.fingerprint == "twins" && all.count == 512)
    let (first, other) = (ImageSelection(Twins(), [0, 1]), ImageSelection(Twins(), [1, 0]))
    #expect(first.fingerprint != all.fingerprint && first.fingerprint != other.fingerprint && first.count == 2)
  }
}
