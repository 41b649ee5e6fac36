import Files
import Images
import TestSupport
import Testing

/// Images that Pillow wrote, and their pixels as it reads them (`Tests/Fixtures/make_data.py`).
@Suite struct WebPTests {
  private static func bytes(_ name: String) throws -> [UInt8] { try Fixtures.bytes("images/" + name, in: "data") }

  @Test(arguments: ["lossy", "lossless", "alpha"]) func pixelsAreThoseOfPillow(name: String) throws {
    let image = try WebP.decode(try Self.bytes(name + ".webp"), name: name)
    #expect((image.height, image.width, image.channels) == (30, 20, 3))
    #expect(image == (try PNG.decode(try Self.bytes(name + ".png"))))
    #expect(image == (try DecodedImage(try Self.bytes(name + ".webp"), name: name)))
  }

  @Test func whatIsRefused() throws {
    expectError(.malformed, mentions: ["film.webp", "it is a film"]) {
      try DecodedImage(try Self.bytes("film.webp"), name: "film.webp")
    }
    let whole = try Self.bytes("lossless.webp")
    for count in [12, 20, 40, whole.count / 2, whole.count - 8] {
      expectError(.malformed, mentions: ["x.webp", "not there as a whole"]) {
        try DecodedImage(Array(whole.prefix(count)), name: "x.webp")
      }
    }
    // A canvas of 2¹⁴ rows and columns, in the fourteen bits each that such files have for them.
    var large = whole
    large.replaceSubrange(21..<25, with: [0xFF, 0xFF, 0xFF, 0x0F])
    expectError(.malformed, mentions: ["16384×16384", "limit"]) { try DecodedImage(large, name: "x.webp") }
  }

  /// Of 16 bits the upper eight stay.
  @Test func sixteenBits() throws {
    let deep = try PNG.decode(try Self.bytes("grey-16.png"))
    #expect(deep == (try PNG.decode(try Self.bytes("grey-8.png")).colours()))
  }
}
