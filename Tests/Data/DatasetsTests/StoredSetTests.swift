import Files
import TestSupport
import Images
import Datasets
import Foundation
import Testing

/// `cifar10:DIR` and `idx:DIR`.
@Suite struct StoredSetTests {
  private let folder: ImageFolder

  init() throws { folder = try ImageFolder() }

  private func writeIDX(_ dimensions: [Int], _ elements: [UInt8], to name: String) throws {
    var file: [UInt8] = [0, 0, 8, UInt8(dimensions.count)]
    for extent in dimensions { file += [0, 0, UInt8(extent >> 8), UInt8(extent & 255)] }
    try folder.write(file + elements, to: name)
  }

  /// Two images of the given dimensions.
  private func writeIDX(_ dimensions: [Int], labels: [UInt8] = [3, 0]) throws -> [[UInt8]] {
    let size = dimensions.reduce(1, *)
    let images: [[UInt8]] = [0, 50].map { offset in (0..<size).map { UInt8(($0 * 7 + offset) % 256) } }
    try writeIDX([2] + dimensions, images.flatMap { $0 }, to: "train-images-idx\(dimensions.count + 1)-ubyte")
    try writeIDX([labels.count], labels, to: "train-labels-idx1-ubyte")
    return images
  }

  private func openIDX(_ request: ImageSpecification) throws -> any ImageDataset {
    try DataSpecification.idx(directory: folder.images).open(request)
  }

  @Test func smallImagesLieInBlack() throws {
    let images = try writeIDX([30, 29, 3])
    let source = try openIDX(ImageSpecification(resolution: 32))
    #expect((source.count, source.channels, source.classNames) == (2, 3, ["0", "1", "2", "3"]))
    #expect((0..<2).map(source.label) == [3, 0])
    for index in 0..<2 {
      // One row above and one below, one column to the left and two to the right.
      let expected = (0..<32 * 32 * 3).map { position in
        let (row, column) = (position / 96 - 1, position / 3 % 32 - 1)
        let isInside = (0..<30).contains(row) && (0..<29).contains(column)
        return isInside ? images[index][(row * 29 + column) * 3 + position % 3] : 0
      }
      #expect(source.pixels(index) == expected)
    }
  }

  /// They are another data set than all of them, of the same classes.
  @Test func theFirstImages() throws {
    let images = try writeIDX([32, 32], labels: [0, 3])
    let request = ImageSpecification(resolution: 32)
    func open(_ count: Int) throws -> any ImageDataset {
      try DataSpecification.idx(directory: folder.images, split: .init(isTest: false, count: count)).open(request)
    }
    let (all, first) = (try openIDX(request), try open(1))
    #expect((first.count, first.label(0), first.classNames) == (1, 0, all.classNames))
    #expect(first.pixels(0) == images[0] && first.description.contains("1 images"))
    #expect(first.fingerprint != all.fingerprint && first.summary.histogram == [1, 0, 0, 0])
    #expect(try open(2).fingerprint == all.fingerprint)
    expectDatasetError(.configuration, mentions: ["1 to 2,", "found 3"]) { try open(3) }
  }

  @Test(arguments: [([32, 32], 1), ([32, 32, 1], 1), ([32, 32, 3], 3)])
  func imagesOfTheRightSizeStayAsTheyAre(dimensions: [Int], channels: Int) throws {
    let images = try writeIDX(dimensions)
    let source = try openIDX(ImageSpecification(resolution: 32))
    #expect(source.channels == channels)
    #expect(source.pixels(1) == images[1])
    let colours = try openIDX(ImageSpecification(resolution: 32, channels: 3))
    #expect(colours.pixels(1) == (channels == 3 ? images[1] : images[1].flatMap { [$0, $0, $0] }))
    let grey = try openIDX(ImageSpecification(resolution: 32, channels: 1))
    #expect(grey.pixels(1) == DecodedImage(pixels: images[1], width: 32, height: 32, channels: channels).grey().pixels)
  }

  @Test func largeImagesAreCutAndResized() throws {
    let images = try writeIDX([50, 70])
    let source = try openIDX(ImageSpecification(resolution: 32, resize: .bicubic))
    let image = DecodedImage(pixels: images[0], width: 70, height: 50, channels: 1)
    #expect(source.pixels(0) == image.centreSquare().resized(width: 32, height: 32, .bicubic).pixels)
    #expect(source.summary.lines(classNames: source.classNames).first == "originals: heights 50, widths 70")
  }

  @Test func setsThatAreNotWhatTheyShouldBe() throws {
    expectDatasetError(.file(.missing), mentions: ["train-images-idx3-ubyte", folder.images]) {
      try openIDX(ImageSpecification(resolution: 32))
    }
    for dimensions in [[8, 8, 2], [8], [8, 0], [8, 8, 3, 1]] {
      _ = try writeIDX(dimensions)
      try writeIDX(
        [2] + dimensions, [UInt8](repeating: 0, count: 2 * dimensions.reduce(1, *)), to: "train-images-idx3-ubyte")
      expectDatasetError(.malformed, mentions: ["[N, H, W, 3]", folder.images]) {
        try openIDX(ImageSpecification(resolution: 32))
      }
    }
    _ = try writeIDX([8, 8], labels: [1])
    expectDatasetError(.malformed, mentions: ["2 images", "[1]"]) { try openIDX(ImageSpecification(resolution: 32)) }
    _ = try writeIDX([8, 8])
    expectDatasetError(.configuration, mentions: ["label 3", "at least 4"]) {
      try openIDX(ImageSpecification(resolution: 32, classes: 2))
    }
  }

  /// Five batches of one image each: a plane of red, one of green, one of blue.
  private func writeCIFAR10() throws {
    for number in 1...5 {
      var record = [UInt8(number - 1)]
      for plane in 0..<3 { record += (0..<1024).map { UInt8(($0 + 10 * plane + number) % 256) } }
      try folder.write(record, to: "data_batch_\(number).bin")
    }
  }

  private func openCIFAR10(_ request: ImageSpecification) throws -> any ImageDataset {
    try DataSpecification.cifar10(directory: folder.images).open(request)
  }

  @Test func cifar10HasFiveBatches() throws {
    try writeCIFAR10()
    let source = try openCIFAR10(ImageSpecification(resolution: 32))
    #expect((source.count, source.channels, source.classNames.count) == (5, 3, 10))
    #expect((0..<5).map(source.label) == [0, 1, 2, 3, 4])
    #expect(source.classNames[3] == "cat")
    var expected: [UInt8] = []
    for pixel in 0..<1024 { expected += [2, 12, 22].map { UInt8((pixel + $0) % 256) } }
    #expect(source.pixels(1) == expected)
    let original = DecodedImage(pixels: source.pixels(1), width: 32, height: 32, channels: 3)
    #expect(
      try openCIFAR10(ImageSpecification(resolution: 64)).pixels(1)
        == original.resized(width: 64, height: 64, .bilinear).pixels)
    #expect(try openCIFAR10(ImageSpecification(resolution: 32, channels: 1)).pixels(1) == original.grey().pixels)
  }

  @Test func testImagesLieInFilesOfTheirOwn() throws {
    try writeCIFAR10()
    let cifar = DataSpecification.cifar10(directory: folder.images, split: .test)
    expectDatasetError(.file(.missing), mentions: ["test_batch.bin"]) {
      try cifar.open(ImageSpecification(resolution: 32))
    }
    try folder.write([7] + [UInt8](repeating: 99, count: 3072), to: "test_batch.bin")
    let source = try cifar.open(ImageSpecification(resolution: 32))
    #expect(source.count == 1 && source.label(0) == 7 && Set(source.pixels(0)) == [99])
    #expect(source.description.contains("1 test images"))
    try folder.write([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4], to: "t10k-images-idx3-ubyte")
    try folder.write([0, 0, 8, 1, 0, 0, 0, 1, 3], to: "t10k-labels-idx1-ubyte")
    let digits = try DataSpecification.idx(directory: folder.images, split: .test).open(
      ImageSpecification(resolution: 32))
    #expect(digits.count == 1 && digits.label(0) == 3)
    expectDatasetError(.file(.missing), mentions: ["train-images-idx3-ubyte"]) {
      try DataSpecification.idx(directory: folder.images).open(ImageSpecification(resolution: 32))
    }
  }

  @Test func batchesThatAreMissingOrDamaged() throws {
    try writeCIFAR10()
    try folder.write([1, 2, 3], to: "data_batch_4.bin")
    expectDatasetError(.file(.malformed), mentions: ["data_batch_4.bin", "3073"]) {
      try openCIFAR10(ImageSpecification(resolution: 32))
    }
    try FileManager.default.removeItem(atPath: folder.images + "/data_batch_2.bin")
    expectDatasetError(.file(.missing), mentions: ["data_batch_2.bin", folder.images]) {
      try openCIFAR10(ImageSpecification(resolution: 32))
    }
  }
}
