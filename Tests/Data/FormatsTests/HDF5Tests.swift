import Files
import Formats
import Foundation
import TestSupport
import Testing

/// HDF5 files that h5py wrote (`Tests/Fixtures/make_data.py`).
@Suite struct HDF5Tests {
  /// Where a fixture lies.
  private static func path(_ name: String) -> String { Fixtures.path("data/" + name) }

  /// The bytes of an image as the fixtures' script makes it.
  static func pixels(_ image: Int, _ height: Int, _ width: Int, _ channels: Int) -> [UInt8] {
    var result: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        for channel in 0..<channels { result.append(UInt8((31 * image + 7 * y + 3 * x + 50 * channel) % 256)) }
      }
    }
    return result
  }

  @Test(arguments: [
    ("planar", 8, 8, 3), ("planar-lzf", 8, 8, 3), ("packed-gzip", 8, 8, 3), ("pieces", 8, 8, 3),
    ("contiguous", 8, 6, 1), ("headers", 8, 8, 3),
  ]) func imagesAndLabels(name: String, height: Int, width: Int, channels: Int) throws {
    let images = try HDF5Images(path: Self.path(name + ".hdf5"))
    #expect((images.height, images.width, images.channels) == (height, width, channels))
    #expect(images.labels == (0..<7).map { $0 % 3 })
    let reader = try images.reader()
    // Forwards, and in an order that goes back to blocks that were dropped.
    for index in Array(0..<7) + [6, 0, 3, 2] {
      #expect(try reader.image(index) == Self.pixels(index, height, width, channels), "image \(index)")
    }
  }

  /// More chunks than a node of their tree holds.
  @Test func treesOfSeveralLevels() throws {
    let images = try HDF5Images(path: Self.path("tree.hdf5"))
    #expect(images.labels == (0..<70).map { $0 % 3 } && images.imagesTogether == 1)
    let reader = try images.reader()
    for index in 0..<70 { #expect(try reader.image(index) == Self.pixels(index, 4, 4, 1)) }
  }

  /// Trees that lead back, and chunks in the same bytes, would make any number of rows of a small file.
  @Test func treesThatLeadToTheSameTwice() throws {
    let root = try TemporaryDirectory()
    let whole = try InputFile.bytes(of: Self.path("tree.hdf5"))
    // A node has 24 bytes, and then keys of 48 bytes with addresses of 8 bytes between them.
    let trees = whole.indices.filter { whole[$0...].starts(with: Array("TREE".utf8) + [1]) }
    func refuses(level: UInt8, _ words: String) throws {
      let node = try #require(trees.first { whole[$0 + 5] == level })
      var bytes = whole
      bytes.replaceSubrange(node + 128..<node + 136, with: whole[node + 72..<node + 80])
      try root.file("x.hdf5", bytes)
      expectError(.malformed, mentions: [root.path + "/x.hdf5", words]) {
        try HDF5Images(path: root.path + "/x.hdf5")
      }
    }
    try refuses(level: 1, "one of its nodes twice")
    try refuses(level: 0, "lie in the same bytes")
  }

  @Test(arguments: [
    ("latest", ["version 4", "h5repack -l CONTI"]), ("reals", ["numbers with a fraction", "uint8"]),
    ("empty", ["count", "[0, 3, 8, 8]"]), ("short", ["7 labels", "[6]"]), ("negative", ["found -1 at [0]"]),
    ("scaled", ["filter 6", "h5repack -f GZIP"]), ("soft", ["soft link", "not followed"]),
    ("outside", ["another file", "not followed"]), ("beside", ["other files, which are not opened"]),
    ("unwritten", ["chunk 1", "[3]", "never written"]),
  ]) func whatIsRefused(name: String, words: [String]) {
    let path = Self.path(name + ".hdf5")
    expectError(.malformed, mentions: [path] + words) { try HDF5Images(path: path) }
  }

  @Test func filesThatAreNone() throws {
    let root = try TemporaryDirectory()
    for (bytes, words) in [([], "begin"), (Array("PK".utf8), "begin"), ([UInt8](repeating: 0, count: 200), "begin")] {
      try root.file("x.hdf5", bytes)
      expectError(.malformed, mentions: [root.path + "/x.hdf5", words]) { try HDF5File(path: root.path + "/x.hdf5") }
    }
    let whole = try InputFile.bytes(of: Self.path("planar.hdf5"))
    try root.file("x.hdf5", Array(whole.dropLast(100)))
    expectError(.malformed, mentions: ["truncated"]) { try HDF5File(path: root.path + "/x.hdf5") }
    let file = try HDF5File(path: Self.path("soft.hdf5"))
    #expect(file.names == ["imgs", "labels"])
    expectError(.malformed, mentions: ["'other'", "'imgs', 'labels'"]) { try file.dataset("other") }
  }

  /// A bit of a compressed block is found by its checksum.
  @Test func damagedBlocks() throws {
    let root = try TemporaryDirectory()
    var bytes = try InputFile.bytes(of: Self.path("packed-gzip.hdf5"))
    let images = try HDF5Images(path: Self.path("packed-gzip.hdf5"))
    #expect(images.imagesTogether == 4)
    // Deflate's beginning, of the first block in the file.
    let place = try #require(bytes.indices.first { bytes[$0...].starts(with: [0x78, 0x5E]) })
    bytes[place + 20] ^= 4
    try root.file("x.hdf5", bytes)
    expectError(.malformed, mentions: ["a chunk of it is damaged"]) {
      let reader = try HDF5Images(path: root.path + "/x.hdf5").reader()
      for index in 0..<7 { _ = try reader.image(index) }
    }
  }
}
