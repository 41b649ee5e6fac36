extension Canvas {
  /// Draws a line without smoothing, both ends included.
  ///
  /// - Parameters:
  ///   - start: One end.
  ///   - end: The other.
  ///   - thickness: Side of the square that is drawn along the line.
  ///   - colour: The ink.
  public mutating func line(
    from start: (x: Int, y: Int), to end: (x: Int, y: Int), thickness: Int = 1, _ colour: Colour
  ) {
    // Bresenham's algorithm for all eight directions.
    let (width, height) = (abs(end.x - start.x), abs(end.y - start.y))
    let (right, down) = (start.x < end.x ? 1 : -1, start.y < end.y ? 1 : -1)
    var (x, y, error) = (start.x, start.y, width - height)
    for _ in 0...max(width, height) {
      fill(x - (thickness - 1) / 2, y - (thickness - 1) / 2, width: thickness, height: thickness, colour)
      let twice = 2 * error
      if twice > -height { (x, error) = (x + right, error - height) }
      if twice < width { (y, error) = (y + down, error + width) }
    }
  }

  /// Draws a filled disc.
  ///
  /// - Parameters:
  ///   - x: The column of its middle.
  ///   - y: The row of its middle.
  ///   - radius: Pixels from the middle to the rim; 0 is one pixel.
  ///   - colour: The ink.
  public mutating func disc(_ x: Int, _ y: Int, radius: Int, _ colour: Colour) {
    for row in -radius...radius {
      // r(r + 1) in place of r² takes the corners off without leaving single pixels at the four ends.
      var half = 0
      while (half + 1) * (half + 1) + row * row <= radius * (radius + 1) { half += 1 }
      fill(x - half, y + row, width: 2 * half + 1, height: 1, colour)
    }
  }

  /// Writes one line of text.
  ///
  /// - Parameters:
  ///   - text: What `PixelFont` has no shape for becomes a box.
  ///   - x: The first column.
  ///   - y: The first row of the line, `PixelFont.lineHeight` · `scale` rows high.
  ///   - scale: Pixels for one of the font's.
  ///   - colour: The ink.
  /// - Returns: The columns that it took.
  @discardableResult
  public mutating func text(_ text: String, _ x: Int, _ y: Int, scale: Int = 1, _ colour: Colour = .black) -> Int {
    var column = x
    for character in text {
      let glyph = PixelFont.glyph(character)
      for (row, bits) in glyph.rows.enumerated() {
        for place in 0..<glyph.width where bits & 1 << UInt8(place) != 0 {
          fill(column + place * scale, y + row * scale, width: scale, height: scale, colour)
        }
      }
      column += (glyph.width + PixelFont.gap) * scale
    }
    return PixelFont.width(of: text, scale: scale)
  }
}
