import TestSupport
import Files
import Datasets
import Foundation
import Testing

@Suite struct FashionMNISTTests {
  /// A directory with a training set of three small images; any file can be replaced.
  struct Directory {
    let path = NSTemporaryDirectory() + "/fashion-tests-" + UUID().uuidString
    var images: [UInt8] =
      [0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 28, 0, 0, 0, 28] + (0..<3 * 784).map { UInt8($0 % 251 + 1) }
    var labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 3, 9, 0, 5]

    func open(channels: Int = 1, classes: Int? = nil) throws -> any ImageDataset {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(atPath: path) }
      try OutputFile.write(images, to: path + "/train-images-idx3-ubyte")
      try OutputFile.write(labels, to: path + "/train-labels-idx1-ubyte")
      return try FashionMNIST.images(directory: path, channels: channels, classes: classes)
    }
  }

  @Test func padsImagesWithBlack() throws {
    let directory = Directory()
    let source = try directory.open()
    #expect((source.count, source.resolution, source.channels) == (3, 32, 1))
    #expect((0..<3).map(source.label) == [9, 0, 5])
    for index in 0..<3 {
      let expected = (0..<1024).map { position in
        let (x, y) = (position % 32 - 2, position / 32 - 2)
        let isInside = (0..<28).contains(x) && (0..<28).contains(y)
        return isInside ? directory.images[16 + index * 784 + y * 28 + x] : 0
      }
      #expect(SyntheticShapesTests.pixels(source, index) == expected)
    }
  }

  @Test func repeatsGreyInThreeChannels() throws {
    let grey = try Directory().open()
    let colour = try Directory().open(channels: 3)
    let expected = SyntheticShapesTests.pixels(grey, 1).flatMap { [$0, $0, $0] }
    #expect(SyntheticShapesTests.pixels(colour, 1) == expected)
    #expect(grey.fingerprint != colour.fingerprint)
  }

  @Test func fingerprintsCoverPixelsAndLabelsAndNothingElse() throws {
    let original = try Directory().open().fingerprint
    #expect(try Directory().open(classes: 12).fingerprint == original)
    var pixel = Directory()
    pixel.images[500] ^= 1
    var label = Directory()
    label.labels[9] = 1
    #expect(Set([original, try pixel.open().fingerprint, try label.open().fingerprint]).count == 3)
  }

  @Test func refusesFilesThatContradictEachOther() throws {
    var wrongSize = Directory()
    wrongSize.images[11] = 14
    wrongSize.images[15] = 56
    expectDatasetError(.malformed, mentions: ["[3, 14, 56]", wrongSize.path]) { try wrongSize.open() }
    var fewerLabels = Directory()
    fewerLabels.labels = [0, 0, 8, 1, 0, 0, 0, 2, 9, 0]
    expectDatasetError(.malformed, mentions: ["3 images", "[2]"]) { try fewerLabels.open() }
    var labelBeyond = Directory()
    labelBeyond.labels[8] = 10
    expectDatasetError(.malformed, mentions: ["label 10"]) { try labelBeyond.open() }
    var truncated = Directory()
    truncated.images.removeLast()
    expectDatasetError(.file(.malformed), mentions: [truncated.path]) { try truncated.open() }
    var empty = Directory()
    empty.images = [0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 28, 0, 0, 0, 28]
    empty.labels = [0, 0, 8, 1, 0, 0, 0, 0]
    expectDatasetError(.malformed, mentions: ["label"]) { try empty.open() }
  }

  @Test func saysHowToGetTheData() {
    expectDatasetError(.file(.missing), mentions: [nowhere, "dataset-fashion-mnist"]) {
      try FashionMNIST.images(directory: nowhere)
    }
  }

  @Test func hasAsManyClassesAsAskedFor() throws {
    let source = try Directory().open(classes: 12)
    #expect(source.classNames.count == 12)
    #expect(source.classNames[9] == "Ankle boot")
    #expect(source.classNames[11] == "class 11")
    expectDatasetError(.configuration, mentions: ["label 9", "at least 10"]) { try Directory().open(classes: 9) }
  }

  static let isInstalled = FileManager.default.fileExists(
    atPath: FashionMNIST.defaultDirectory + "/train-images-idx3-ubyte.gz")

  @Test(.enabled(if: isInstalled, "the Debian package dataset-fashion-mnist is not installed"))
  func readsThePackage() throws {
    let source = try FashionMNIST.images()
    #expect(source.count == 60_000)
    var counts = [Int](repeating: 0, count: 10)
    for index in 0..<source.count { counts[source.label(index)] += 1 }
    #expect(counts == [Int](repeating: 6000, count: 10))
    // Of the same numbers by numpy (pad) and Python's xxhash: three settings, then pixels and label of each image.
    #expect(source.fingerprint == "05efc3e2ace5aa223ad9214affb96533")
  }
}
