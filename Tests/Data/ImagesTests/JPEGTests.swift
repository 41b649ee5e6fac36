import Files
import TestSupport
import Images
import Testing

/// JPEG files; expected pixels are Pillow's (see `Fixtures`).
@Suite struct JPEGTests {
  @Test(arguments: [("colour", 3), ("progressive", 3), ("restart", 3), ("grey", 1), ("cmyk", 3)])
  func readsThePixelsThatPillowReads(name: String, channels: Int) throws {
    let image = try JPEG.decode(try Fixtures.bytes(name + ".jpg"), name: name)
    #expect((image.width, image.height, image.channels) == (61, 47, channels))
    #expect(try image == Fixtures.image(name))
  }

  @Test(arguments: ["colour", "progressive", "restart", "grey", "cmyk"]) func refusesEveryTruncation(name: String)
    throws
  {
    let file = try Fixtures.bytes(name + ".jpg")
    // The last two bytes are the end marker, which an image can do without (see `OddJPEGTests`).
    for count in 0..<file.count - 2 {
      expectError(.malformed, mentions: ["photo.jpg"]) {
        try JPEG.decode(Array(file.prefix(count)), name: "photo.jpg")
      }
    }
  }

  @Test func aFileCutInHalfIsSaidToBe() throws {
    let file = try Fixtures.bytes("colour.jpg")
    expectError(.malformed, mentions: ["photo.jpg", "Premature end"]) {
      try JPEG.decode(Array(file.prefix(file.count / 2)), name: "photo.jpg")
    }
  }

  /// A file whose header claims 65,500×65,500 pixels is refused before memory for them is asked for.
  @Test func refusesAFewBytesThatClaimToBeGigabytes() throws {
    var file = try Fixtures.bytes("colour.jpg")
    let frame = try #require(file.indices.first { file[$0...].starts(with: [0xFF, 0xC0]) })
    file.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0xDC, 0xFF, 0xDC])
    expectError(.malformed, mentions: ["65500×65500", "limit"]) { try JPEG.decode(file, name: "photo.jpg") }
  }

  @Test func damagedDataAreAnError() throws {
    var file = try Fixtures.bytes("colour.jpg")
    // A marker where there is none: the library would go on with a warning.
    file.replaceSubrange(file.count - 200..<file.count - 198, with: [0xFF, 0xD9])
    expectError(.malformed, mentions: ["photo.jpg"]) { try JPEG.decode(file, name: "photo.jpg") }
  }

  @Test func formatsAreToldByContent() throws {
    let grey = try Fixtures.image("grey")
    #expect(try DecodedImage(try Fixtures.bytes("grey.jpg"), name: "grey.png") == grey)
    #expect(try DecodedImage(try Fixtures.bytes("grey.png"), name: "grey.jpg") == grey)
    for (bytes, kind) in [
      ([], "an empty file"), (Array("GIF89a".utf8), "a GIF file"), (Array("8BPS".utf8), "a Photoshop file"),
      (Array("hello".utf8), "something else"),
    ] {
      expectError(.malformed, mentions: ["photo.jpg", kind]) { try DecodedImage(bytes, name: "photo.jpg") }
    }
  }
}
