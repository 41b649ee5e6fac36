import Files
import Formats
import TestSupport
import Testing

/// Records of TensorFlow by the tfrecord package (`Tests/Fixtures/make_data.py`).
@Suite struct TFRecordImagesTests {
  private static let raw = "records-raw/sagan.tfrecords"

  @Test func pixelsAsTheyAre() throws {
    let path = Fixtures.path("data/" + Self.raw)
    let file = try TFRecordImages(path: path)
    #expect(file.images.map(\.label) == [0, 1, 2, 0, 1, 2, 0] && !file.hasSlashes)
    for (index, image) in file.images.enumerated() {
      #expect(image.content == .raw(height: 8, width: 8, channels: 3))
      #expect(try TFRecordImages.bytes(of: image, path: path, name: "x") == HDF5Tests.pixels(index, 8, 8, 3))
    }
  }

  @Test func encodedImages() throws {
    let path = Fixtures.path("data/records-encoded/train-00001-of-00002")
    let file = try TFRecordImages(path: path)
    #expect(file.images.map(\.label) == [2, 3, 1] && file.hasSlashes)
    #expect(file.images.allSatisfy { $0.content == .encoded })
    #expect(try TFRecordImages.bytes(of: file.images[0], path: path, name: "x").starts(with: [0x89, 0x50]))
  }

  @Test func otherFeaturesAreNamed() {
    expectError(.malformed, mentions: ["record 0", "'label', 'pixels'", "'image/encoded'"]) {
      try TFRecordImages(path: Fixtures.path("data/records-other/x.tfrecord"))
    }
  }

  @Test func damage() throws {
    let root = try TemporaryDirectory()
    let whole = try Fixtures.bytes(Self.raw, in: "data")
    let path = root.path + "/x"
    func expect(_ bytes: [UInt8], _ words: String) throws {
      try root.file("x", bytes)
      expectError(.malformed, mentions: [path, words]) { try TFRecordImages(path: path) }
    }
    try expect(Array(whole.dropLast(1)), "ends within record 6; it is truncated")
    try expect(Array(whole.prefix(8)), "ends within record 0")
    var bytes = whole
    bytes[0] ^= 1
    try expect(bytes, "the length of record 0 has another checksum")
    // A changed pixel is found when its image is read, and not before.
    bytes = whole
    bytes[100] ^= 1
    try root.file("x", bytes)
    let file = try TFRecordImages(path: path)
    expectError(.malformed, mentions: ["record 0 is damaged", "another checksum"]) {
      try TFRecordImages.bytes(of: file.images[0], path: path, name: "record 0")
    }
    #expect(try TFRecordImages.bytes(of: file.images[1], path: path, name: "x") == HDF5Tests.pixels(1, 8, 8, 3))
  }
}
