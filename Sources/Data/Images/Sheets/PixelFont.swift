/// The letters of pictures: a bitmap font of at most 5 × 9 pixels a character, drawn for this program.
///
/// It has the visible characters of ASCII and the space. Any other character becomes a box, so that a reader sees that
/// something is there.
public enum PixelFont {
  /// Rows of a line: seven above the line that letters stand on, two below.
  public static let lineHeight = 9
  /// Columns between two characters.
  static let gap = 1

  /// Columns that a text takes.
  ///
  /// - Parameters:
  ///   - text: One line; a line end is a box as well.
  ///   - scale: Pixels for one of the font's.
  /// - Returns: The columns from the first inked one to the last.
  public static func width(of text: String, scale: Int = 1) -> Int {
    let widths = text.reduce(0) { $0 + glyph($1).width + gap }
    return max(widths - gap, 0) * scale
  }

  /// The text, or as much of its beginning as goes into a width with three dots behind it.
  ///
  /// - Parameters:
  ///   - text: One line.
  ///   - width: Columns that there are.
  ///   - scale: Pixels for one of the font's.
  /// - Returns: A text that is not wider; it is empty where not even the dots are.
  public static func fitted(_ text: String, width: Int, scale: Int = 1) -> String {
    let dots = "..."
    // Texts of others may be longer than any picture: what lies beyond the width is not looked at.
    let room = width / scale
    let dotted = room - self.width(of: dots) - gap
    var (taken, end, beginning) = (0, text.startIndex, text.startIndex)
    while end < text.endIndex {
      taken += glyph(text[end]).width
      guard taken <= room else { return dotted + gap < 0 ? "" : String(text[..<beginning]) + dots }
      end = text.index(after: end)
      if taken <= dotted { beginning = end }
      taken += gap
    }
    return text
  }

  /// The shape of a character.
  static func glyph(_ character: Character) -> Glyph {
    guard let code = character.asciiValue, (0x20..<0x7F).contains(code) else { return glyphs[0x7F - 0x20] }
    return glyphs[Int(code) - 0x20]
  }
}
