import Images
import Testing

@Suite struct CanvasTests {
  /// The picture, one string a row, `#` for pixels that are not white.
  private func drawn(_ canvas: Canvas) -> [String] {
    (0..<canvas.height).map { y in String((0..<canvas.width).map { canvas[$0, y] == .white ? "." : "#" }) }
  }

  @Test(arguments: [1, 3]) func writesItsPixelsAsPNG(channels: Int) throws {
    var canvas = Canvas(width: 3, height: 2, channels: channels, background: Colour(red: 10, green: 20, blue: 30))
    canvas.set(2, 1, Colour(red: 200, green: 100, blue: 50))
    let image = try PNG.decode(try canvas.png())
    #expect((image.width, image.height, image.channels) == (3, 2, channels))
    #expect(image.pixels == canvas.pixels)
    // (19595 · 10 + 38470 · 20 + 7471 · 30 + 2¹⁵) / 2¹⁶ = 18.6, and of the ink 124.7.
    let (paper, ink): ([UInt8], [UInt8]) = channels == 1 ? ([18], [124]) : ([10, 20, 30], [200, 100, 50])
    #expect(canvas.pixels == [[UInt8]](repeating: paper, count: 5).flatMap { $0 } + ink)
  }

  @Test func drawsNothingOutside() {
    var canvas = Canvas(width: 4, height: 3)
    canvas.set(-1, 0, .black)
    canvas.set(4, 2, .black)
    canvas.fill(10, 10, width: 5, height: 5, .black)
    canvas.fill(-9, -9, width: 5, height: 5, .black)
    canvas.text("outside", -100, 0)
    canvas.line(from: (-5, -5), to: (-1, -1), .black)
    canvas.disc(-9, 1, radius: 3, .black)
    #expect(drawn(canvas) == ["....", "....", "...."])
    canvas.fill(2, -1, width: 9, height: 2, .black)
    #expect(drawn(canvas) == ["..##", "....", "...."])
  }

  @Test func enlargesPixelsToSquares() {
    let image = DecodedImage(pixels: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], width: 2, height: 2, channels: 3)
    var canvas = Canvas(width: 8, height: 7)
    canvas.blit(image, 1, 1, scale: 3)
    for y in 0..<7 {
      for x in 0..<8 {
        let inside = (1..<7).contains(x) && (1..<7).contains(y)
        let first = UInt8(inside ? ((y - 1) / 3 * 2 + (x - 1) / 3) * 3 + 1 : 0)
        #expect(canvas[x, y] == (inside ? Colour(red: first, green: first + 1, blue: first + 2) : .white))
      }
    }
  }

  @Test func putsGreyImagesOnColouredCanvasesAndTheOtherWayRound() {
    var (coloured, grey) = (Canvas(width: 1, height: 1), Canvas(width: 1, height: 1, channels: 1))
    coloured.blit(DecodedImage(pixels: [77], width: 1, height: 1, channels: 1), 0, 0)
    grey.blit(DecodedImage(pixels: [200, 100, 50], width: 1, height: 1, channels: 3), 0, 0)
    #expect(coloured.pixels == [77, 77, 77])
    #expect(grey.pixels == [124])
  }

  /// All ends on a square around the middle: each direction has lines of all slopes.
  @Test func drawsLinesInAllDirections() {
    for x in 0..<9 {
      for y in 0..<9 where [x, y].contains(where: { $0 == 0 || $0 == 8 }) {
        var (there, back) = (Canvas(width: 9, height: 9), Canvas(width: 9, height: 9))
        there.line(from: (4, 4), to: (x, y), .black)
        back.line(from: (x, y), to: (4, 4), .black)
        for canvas in [there, back] {
          #expect(canvas[4, 4] == .black && canvas[x, y] == .black)
          // As many pixels as the longer side, each at most half a pixel beside the straight line.
          let inked = (0..<81).filter { canvas[$0 % 9, $0 / 9] == .black }.map { ($0 % 9 - 4, $0 / 9 - 4) }
          #expect(inked.count == max(abs(x - 4), abs(y - 4)) + 1)
          #expect(inked.allSatisfy { abs($0.0 * (y - 4) - $0.1 * (x - 4)) * 2 <= 4 })
        }
      }
    }
  }

  @Test func drawsThickLinesAndDiscs() {
    var canvas = Canvas(width: 7, height: 5)
    canvas.line(from: (1, 2), to: (5, 2), thickness: 3, .black)
    #expect(drawn(canvas) == [".......", "#######", "#######", "#######", "......."])
    canvas = Canvas(width: 7, height: 7)
    canvas.disc(3, 3, radius: 2, .black)
    #expect(drawn(canvas) == [".......", "..###..", ".#####.", ".#####.", ".#####.", "..###..", "......."])
    canvas = Canvas(width: 3, height: 3)
    canvas.disc(1, 1, radius: 0, .black)
    #expect(drawn(canvas) == ["...", ".#.", "..."])
  }
}
