import Files
import TestSupport
import Images
import Testing

@Suite struct PNGTests {
  @Test(arguments: [1, 3]) func roundTrips(channels: Int) throws {
    let pixels = (0..<(7 * 5 * channels)).map { UInt8(truncatingIfNeeded: $0 * 37) }
    let file = try PNG.encode(pixels: pixels, width: 7, height: 5, channels: channels)
    #expect(file.prefix(8) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    #expect(try PNG.encode(pixels: pixels, width: 7, height: 5, channels: channels) == file)
    let image = try PNG.decode(file)
    #expect(image.pixels == pixels)
    #expect((image.width, image.height, image.channels) == (7, 5, channels))
  }

  /// Files made by hand in Python (struct, zlib), and their pixels.
  static let foreign: [(file: String, channels: Int, pixels: [UInt8])] = [
    // RGBA: red, and a transparent black that becomes white
    (
      "89504e470d0a1a0a0000000d4948445200000002000000010806000000f4227f8a0000000f49444154789c63f8cfc000440c0c000cfc"
        + "01ff5cfd14950000000049454e44ae426082", 3, [255, 0, 0, 255, 255, 255]
    ),
    // a palette of two colours, one bit a pixel
    (
      "89504e470d0a1a0a0000000d49484452000000020000000101030000" + "00ceecedc900000006504c54450a141e28323cd51bb4e90000"
        + "000a49444154789c63700000004200412937f4ef0000000049454e44ae426082", 3, [10, 20, 30, 40, 50, 60]
    ),
    // grey, one bit a pixel
    (
      "89504e470d0a1a0a0000000d49484452000000020000000101000000" + "00dc5942270000000a49444154789c63700000004200412937"
        + "f4ef0000000049454e44ae426082", 1, [0, 255]
    ),
    // grey, 16 bits a pixel
    (
      "89504e470d0a1a0a0000000d4948445200000001000000011000000000" + "6aee47160000000b49444154789c6368600000010300813e"
        + "4cc5930000000049454e44ae426082", 3, [128, 128, 128]
    ),
  ]

  @Test(arguments: foreign.indices) func readsOtherKindsOfPNG(_ index: Int) throws {
    let (file, channels, pixels) = Self.foreign[index]
    let image = try PNG.decode(bytes(hexadecimal: file))
    #expect(image.pixels == pixels)
    #expect(image.channels == channels)
  }

  @Test func refusesEveryTruncation() throws {
    let file = try PNG.encode(pixels: [1, 2, 3, 4], width: 2, height: 2, channels: 1)
    // The library does not look at the last, empty chunk's checksum, four bytes.
    for count in 0..<file.count - 4 {
      expectError(.malformed, mentions: ["picture.png"]) {
        try PNG.decode(Array(file.prefix(count)), name: "picture.png")
      }
    }
  }

  @Test func refusesAFewBytesThatClaimToBeGigabytes() {
    let file = bytes(
      hexadecimal: "89504e470d0a1a0a0000000d494844520000ffff0000ffff0800000000936e868c0000000a49444154789c636000000002"
        + "000148afa4710000000049454e44ae426082")
    expectError(.malformed, mentions: ["65535×65535", "limit"]) { try PNG.decode(file) }
  }

  @Test func refusesTheHeaderOfAnImageOfTenGigapixels() throws {
    var file = try PNG.encode(pixels: [1], width: 1, height: 1, channels: 1)
    file.replaceSubrange(16..<24, with: [0, 1, 0x86, 0xA0, 0, 1, 0x86, 0xA0])
    // The header's checksum, CRC-32 of its type and content.
    file.replaceSubrange(29..<33, with: crc32(file[12..<29]))
    expectError(.malformed, mentions: ["100000×100000", "limit"]) { try PNG.decode(file) }
  }
}

/// The checksum that ends a PNG file's chunk, of its type and content.
func crc32(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
  var sum = ~UInt32(0)
  for byte in bytes {
    sum ^= UInt32(byte)
    for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
  }
  return withUnsafeBytes(of: (~sum).bigEndian) { Array($0) }
}
