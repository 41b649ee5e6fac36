import Files
import Images
import TestSupport
import Testing

/// Images with EXIF's orientation by Pillow, and what its `exif_transpose` makes of them (`Tests/Fixtures/make_data.py`).
@Suite struct OrientationTests {
  private static func bytes(_ name: String) throws -> [UInt8] { try Fixtures.bytes("oriented/" + name, in: "data") }

  @Test(arguments: [
    "1.png", "2.png", "3.png", "4.png", "5.png", "6.png", "7.png", "8.png", "3.webp", "6.webp", "3.jpg", "6.jpg",
  ]) func imagesStandAsPillowTurnsThem(name: String) throws {
    let reading = try ImageReading(try Self.bytes(name), name: name)
    let (number, kind) = (name.prefix(1), name.dropFirst(2))
    #expect(String(reading.orientation) == number)
    let upright = try PNG.decode(try Self.bytes("\(number)-\(kind)-upright.png"))
    #expect(reading.image.oriented(reading.orientation) == upright)
    #expect((reading.image == upright) == (number == "1"))
  }

  /// Some programs write a long number, which is not the standard's type, or JPEG's mark in a PNG file, as Pillow did.
  @Test func tagsOfOtherPrograms() throws {
    var bytes = try Self.bytes("6.jpg")
    let tag = try #require(bytes.indices.first { bytes[$0...].starts(with: [0x01, 0x12, 0, 3, 0, 0, 0, 1]) })
    bytes.replaceSubrange(tag..<tag + 12, with: [0x01, 0x12, 0, 4, 0, 0, 0, 1, 0, 0, 0, 6])
    #expect(try ImageReading(bytes, name: "x").orientation == 6)
    bytes = try Self.bytes("6.png")
    let chunk = try #require(bytes.indices.first { bytes[$0...].starts(with: Array("eXIf".utf8)) })
    bytes[chunk - 1] += 6
    bytes.insert(contentsOf: Array("Exif\0\0".utf8), at: chunk + 4)
    let end = chunk + 4 + Int(bytes[chunk - 1])
    bytes.replaceSubrange(end..<end + 4, with: crc32(bytes[chunk..<end]))
    #expect(try ImageReading(bytes, name: "x").orientation == 6)
  }

  /// A tag that makes no sense says nothing, and the image is read all the same.
  @Test func tagsThatMakeNoSense() throws {
    let whole = try Self.bytes("6.jpg")
    let start = try #require(whole.indices.first { whole[$0...].starts(with: Array("Exif\0\0".utf8)) }) + 6
    let tag = try #require(whole.indices.first { $0 > start && whole[$0...].starts(with: [0x01, 0x12, 0, 3]) })
    let image = try ImageReading(whole, name: "x").image
    for (place, values) in [
      (tag + 9, [0]), (tag + 9, [9]), (tag + 8, [1, 6]), (tag + 3, [4]), (tag + 7, [2]), (start, [0x58]),
      (start + 3, [43]),
      (start + 4, [0xFF, 0xFF, 0xFF, 0xFF]), (start + 4, [0, 0, 0x10, 0]), (start + 8, [0, 0]),
    ] as [(Int, [UInt8])] {
      var bytes = whole
      bytes.replaceSubrange(place..<place + values.count, with: values)
      let reading = try ImageReading(bytes, name: "x")
      #expect(reading.orientation == 1 && reading.image == image, "\(values) at \(place - start)")
    }
  }
}
