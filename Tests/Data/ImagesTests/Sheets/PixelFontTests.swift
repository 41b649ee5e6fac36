import Images
import Testing

@Suite struct PixelFontTests {
  /// What a text looks like, one string a row, `#` for ink.
  private func drawn(_ text: String, scale: Int = 1) -> [String] {
    let width = max(PixelFont.width(of: text, scale: scale), 1)
    var canvas = Canvas(width: width, height: PixelFont.lineHeight * scale, channels: 1)
    canvas.text(text, 0, 0, scale: scale)
    return (0..<canvas.height).map { y in String((0..<width).map { canvas[$0, y] == .black ? "#" : "." }) }
  }

  @Test func drawsLettersAsTheyAreKnown() {
    #expect(
      drawn("Tag") == [
        "#####............", "..#..............", "..#....###...####", "..#.......#.#...#", "..#....####.#...#",
        "..#...#...#.#...#", "..#....####..####", "................#", ".............###.",
      ])
  }

  @Test func hasAShapeOfItsOwnForEveryVisibleCharacterOfASCII() {
    let characters = (0x21..<0x7F).map { String(UnicodeScalar(UInt8($0))) }
    let shapes = characters.map { drawn($0) }
    #expect(Set(shapes).count == characters.count)
    for (character, shape) in zip(characters, shapes) {
      // Neither edge is blank, or the distance between characters would be another one.
      #expect(shape.contains { $0.first == "#" } && shape.contains { $0.last == "#" }, "the edges of \(character)")
    }
    #expect(!drawn(" ").joined().contains("#"))
  }

  @Test(arguments: ["é", "字", "\n", "\u{1B}", "\u{202E}", "e\u{301}\u{302}\u{303}", "👩‍👩‍👧"])
  func showsThatACharacterIsMissing(_ text: String) {
    let box = ["#####"] + [String](repeating: "#...#", count: 5) + ["#####", ".....", "....."]
    #expect(drawn(text) == box)
  }

  @Test func growsByWholeFactors() {
    let (small, large) = (drawn("Ax"), drawn("Ax", scale: 3))
    let expected = small.flatMap { row in
      [String](repeating: row.map { String(repeating: $0, count: 3) }.joined(), count: 3)
    }
    // The gap behind the last character belongs to no text, whatever the scale.
    #expect(large == expected)
    #expect(PixelFont.width(of: "Ax", scale: 3) == 3 * PixelFont.width(of: "Ax"))
    #expect(PixelFont.width(of: "") == 0)
  }

  @Test func cutsLongTextsToTheWidth() {
    let text = "a name that is far too long"
    let whole = PixelFont.width(of: text)
    #expect(PixelFont.fitted(text, width: whole) == text)
    for width in 0..<whole {
      let cut = PixelFont.fitted(text, width: width)
      #expect(PixelFont.width(of: cut) <= width)
      #expect(
        cut.isEmpty ? width < PixelFont.width(of: "...") : cut.hasSuffix("...") && text.hasPrefix(cut.dropLast(3)))
      #expect(PixelFont.fitted(text, width: 2 * width, scale: 2) == cut)
    }
    #expect(PixelFont.fitted(text, width: whole - 1) == "a name that is far too lo...")
  }

  @Test func looksNoFurtherThanTheWidth() {
    let endless = String(repeating: "\u{0}x", count: 1 << 22)
    #expect(PixelFont.width(of: PixelFont.fitted(endless, width: 100)) <= 100)
  }
}
