import Datasets
import Files
import Formats
import Foundation
import TestSupport
import Testing

/// Files that claim or hold more than memory: refused before memory is asked for.
@Suite struct DataBoundsTests {
  private let folder: ImageFolder

  init() throws { folder = try ImageFolder() }

  private static let images = "train-images-idx3-ubyte"

  private func open(_ kind: String = "idx") throws -> any ImageDataset {
    try DataSpecification(parsing: "\(kind):\(folder.images)").open(ImageSpecification(resolution: 32))
  }

  /// A file of a few bytes and a hole, which takes no room on the disk.
  private func writeHole(_ start: [UInt8], to name: String, length: UInt64) throws {
    try folder.write(start, to: name)
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: folder.images + "/" + name))
    try handle.truncate(atOffset: length)
    try handle.close()
  }

  /// What a header of three dimensions looks like.
  private func header(_ extents: [UInt32]) -> [UInt8] {
    [0, 0, 8, UInt8(extents.count)] + extents.flatMap { extent in (0..<4).map { UInt8(extent >> (24 - 8 * $0) & 255) } }
  }

  @Test(arguments: [
    ([UInt32.max, UInt32.max, UInt32.max], "impossible"), ([1 << 20, 1 << 20, 1 << 10], "MiB of memory are available"),
    ([2, 28, 28], "need 1568 bytes"), ([0, UInt32.max, UInt32.max], "has 10"),
  ]) func whatAHeaderClaimsIsChecked(extents: [UInt32], words: String) throws {
    try folder.write(header(extents) + [UInt8](repeating: 1, count: 10), to: Self.images)
    expectDatasetError(.file(.malformed), mentions: [Self.images, words]) { try open() }
  }

  @Test func aFileLongerThanItsHeaderSaysIsNotRead() throws {
    try writeHole(header([2, 28, 28]), to: Self.images, length: 1 << 31)
    expectDatasetError(.file(.malformed), mentions: [Self.images, "2,147,483,648"]) { try open() }
    try writeHole([], to: Self.images, length: 1 << 31)
    expectDatasetError(.file(.malformed), mentions: [Self.images, "type 0"]) { try open() }
  }

  /// Python's `gzip.compress(header + bytes(10 ** 9))` is a megabyte; here the same with less of it.
  @Test func aCompressedFileStopsWhereItsHeaderEnds() throws {
    let bomb = try gzip(header([2, 28, 28]) + [UInt8](repeating: 0, count: 2 << 20))
    #expect(bomb.count < 1 << 12)
    try folder.write(bomb, to: Self.images + ".gz")
    expectDatasetError(.file(.malformed), mentions: [Self.images + ".gz", "more than the 2,608 bytes"]) { try open() }
    expectError(.malformed, mentions: ["x", "more than the 1,000 bytes"]) {
      try Gzip.decompressed(bomb, name: "x", limit: 1000)
    }
  }

  private func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
    let path = folder.path + "/plain"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    #expect(try ChildProcess(["/usr/bin/env", "gzip", "-9", path]).wait(seconds: 900) == 0)
    return Array(try Data(contentsOf: URL(fileURLWithPath: path + ".gz")))
  }

  @Test func batchesOfCIFAR10AreLookedAtBeforeTheyAreRead() throws {
    try writeHole([], to: "data_batch_1.bin", length: 1 << 33)
    expectDatasetError(.file(.malformed), mentions: ["data_batch_1.bin", "3073", "8589934592 bytes"]) {
      try open("cifar10")
    }
  }

  @Test(arguments: ["0", "-1", "100000001", "4294967295", "9223372036854775807", "99999999999999999999", "", "1e3"])
  func countsOfSyntheticImagesHaveBounds(count: String) throws {
    expectDatasetError(.usage, mentions: ["1 to 100,000,000", "count=\(count)'"]) {
      try DataSpecification(parsing: "synthetic:count=\(count)")
    }
  }

  @Test func classesWithoutImagesAreNamed() throws {
    try folder.write(header([3, 28, 28]) + [UInt8](repeating: 200, count: 3 * 784), to: Self.images)
    try folder.write(header([3]) + [0, 2, 5], to: "train-labels-idx1-ubyte")
    let source = try open()
    #expect(
      source.summary.warnings(classNames: source.classNames).first?.hasPrefix(
        "3 of 6 classes have no images: '1', '3', '4'; ") == true)
    // Images of zeros alone.
    try folder.write(header([3, 28, 28]) + [UInt8](repeating: 0, count: 3 * 784), to: Self.images)
    let black = try open().summary.warnings(classNames: []).first
    #expect(black?.hasPrefix("3 of 3 images are nearly black") == true && black?.contains("'image 0'") == true)
  }
}
