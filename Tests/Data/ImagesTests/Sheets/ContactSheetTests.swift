import Images
import Testing

@Suite struct ContactSheetTests {
  /// `count` images of 4 × 4 whose pixels all differ from white.
  private func images(_ count: Int, channels: Int) -> [UInt8] {
    (0..<count * 16 * channels).map { UInt8(truncatingIfNeeded: $0 * 37) % 200 }
  }

  private func picture(
    scale: Int = 1, channels: Int = 1, labels: [[String]] = [], headings: [ContactSheet.Heading] = []
  ) throws -> DecodedImage {
    var sheet = ContactSheet(
      rows: 2, columns: 3, side: 4, channels: channels, scale: scale, labels: labels, headings: headings)
    let bytes = images(6, channels: channels)
    sheet.paint(0..<2, Array(bytes[..<(2 * 16 * channels)]))
    sheet.paint(2..<6, Array(bytes[(2 * 16 * channels)...]))
    let image = try PNG.decode(try sheet.png())
    #expect((image.width, image.height, image.channels) == (sheet.width, sheet.height, channels))
    return image
  }

  @Test(arguments: [1, 3]) func putsImagesInTheirPlaces(channels: Int) throws {
    let image = try picture(channels: channels)
    #expect((image.width, image.height) == (16, 10))
    let bytes = images(6, channels: channels)
    for y in 0..<10 {
      for x in 0..<16 {
        let pixel = Array(image.pixels[((y * 16 + x) * channels)...].prefix(channels))
        let isGap = x % 6 > 3 || y % 6 > 3
        let place = ((y / 6 * 3 + x / 6) * 16 + y % 6 * 4 + x % 6) * channels
        #expect(pixel == (isGap ? [UInt8](repeating: 255, count: channels) : Array(bytes[place...].prefix(channels))))
      }
    }
  }

  /// Pixels stay sharp, and white lines grow with them.
  @Test(arguments: [1, 3]) func enlargesByWholeFactors(channels: Int) throws {
    let (small, large) = (try picture(channels: channels), try picture(scale: 5, channels: channels))
    #expect((large.width, large.height) == (5 * small.width, 5 * small.height))
    for y in 0..<large.height {
      for x in 0..<large.width {
        let (a, b) = ((y / 5 * small.width + x / 5) * channels, (y * large.width + x) * channels)
        #expect(small.pixels[a..<a + channels] == large.pixels[b..<b + channels])
      }
    }
  }

  @Test func writesNamesBesideRowsAndAboveColumns() throws {
    let plain = try picture(scale: 4)
    let image = try picture(
      scale: 4, labels: [["ab"], ["a name of more characters than there is room for, by far", "to b"]],
      headings: [.init("left", over: 0..<1), .init("and right", over: 1..<3)])
    let (left, top) = (image.width - plain.width, image.height - plain.height)
    #expect(left > 100 && left <= 126 && top == 13)
    for y in 0..<plain.height {
      for x in 0..<plain.width {
        #expect(image.pixels[(y + top) * image.width + x + left] == plain.pixels[y * plain.width + x])
      }
    }
    // Ink in the strips of both rows and above, and none in the corner.
    func ink(_ columns: Range<Int>, _ rows: Range<Int>) -> Int {
      rows.reduce(0) { sum, y in sum + columns.count { image.pixels[y * image.width + $0] == 0 } }
    }
    #expect(ink(0..<left, top..<top + 16) > 5 && ink(0..<left, top + 24..<top + 40) > 30)
    #expect(ink(left..<left + 16, 0..<top) > 5 && ink(left + 24..<image.width, 0..<top) > 5)
    #expect(ink(0..<left, 0..<top) == 0 && ink(left + 16..<left + 24, 0..<top) == 0)
  }

  @Test func isWhiteUntilItIsPainted() throws {
    let image = try PNG.decode(try ContactSheet(rows: 1, columns: 1, side: 4, channels: 1).png())
    #expect(image.pixels.allSatisfy { $0 == 255 })
  }
}
