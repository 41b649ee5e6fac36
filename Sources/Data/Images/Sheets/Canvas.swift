public import Files

/// A picture to draw into: rows of pixels from the top, in red, green and blue or in grey.
///
/// What lies outside of it is not drawn. A grey canvas takes the brightness of colours.
public struct Canvas: Sendable {
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// 1 (grey) or 3 (red, green, blue).
  public let channels: Int
  /// Bytes, rows from the top, channels fastest.
  public private(set) var pixels: [UInt8]

  /// Most pixels of a picture: what viewers, and this program's own reader, still open.
  public static let limit = 1 << 26

  /// A picture of one colour.
  ///
  /// - Parameters:
  ///   - width: Pixels in a row.
  ///   - height: Rows.
  ///   - channels: 1 or 3.
  ///   - background: The colour.
  public init(width: Int, height: Int, channels: Int = 3, background: Colour = .white) {
    precondition(channels == 1 || channels == 3, "a canvas of \(channels) channels")
    precondition(width > 0 && height > 0 && width <= Self.limit / height, "a canvas of \(height)×\(width)")
    (self.width, self.height, self.channels) = (width, height, channels)
    pixels = []
    pixels.reserveCapacity(width * height * channels)
    let bytes = background.bytes(channels: channels)
    if Set(bytes).count == 1 {
      pixels = [UInt8](repeating: bytes[0], count: width * height * channels)
    } else {
      for _ in 0..<width * height { pixels += bytes }
    }
  }

  /// The colour of a pixel.
  public subscript(x: Int, y: Int) -> Colour {
    precondition((0..<width).contains(x) && (0..<height).contains(y), "pixel (\(x), \(y)) of \(width) × \(height)")
    let place = (y * width + x) * channels
    guard channels == 3 else { return Colour(grey: pixels[place]) }
    return Colour(red: pixels[place], green: pixels[place + 1], blue: pixels[place + 2])
  }

  /// Colours a pixel.
  public mutating func set(_ x: Int, _ y: Int, _ colour: Colour) { fill(x, y, width: 1, height: 1, colour) }

  /// Colours a rectangle.
  ///
  /// - Parameters:
  ///   - x: Its first column.
  ///   - y: Its first row.
  ///   - width: Columns.
  ///   - height: Rows.
  ///   - colour: The colour.
  public mutating func fill(_ x: Int, _ y: Int, width: Int, height: Int, _ colour: Colour) {
    let bytes = colour.bytes(channels: channels)
    for row in max(y, 0)..<max(min(y + height, self.height), max(y, 0)) {
      for column in max(x, 0)..<max(min(x + width, self.width), max(x, 0)) {
        let place = (row * self.width + column) * channels
        for channel in 0..<channels { pixels[place + channel] = bytes[channel] }
      }
    }
  }

  /// Copies an image, each of its pixels as a square.
  ///
  /// - Parameters:
  ///   - image: Grey or coloured.
  ///   - x: The first column.
  ///   - y: The first row.
  ///   - scale: Height and width of a square.
  public mutating func blit(_ image: DecodedImage, _ x: Int, _ y: Int, scale: Int = 1) {
    blit(image.pixels[...], width: image.width, channels: image.channels, x, y, scale: scale)
  }

  /// Copies an image, each of its pixels as a square; all of it lies inside.
  ///
  /// - Parameters:
  ///   - bytes: Rows from the top, channels fastest.
  ///   - columns: Pixels in a row of the image.
  ///   - planes: The image's channels, 1 or 3.
  ///   - x: The first column.
  ///   - y: The first row.
  ///   - scale: Height and width of a square.
  public mutating func blit(
    _ bytes: ArraySlice<UInt8>, width columns: Int, channels planes: Int, _ x: Int, _ y: Int, scale: Int = 1
  ) {
    let line = columns * planes
    precondition(scale >= 1 && line > 0 && bytes.count % line == 0, "\(bytes.count) bytes in rows of \(line)")
    let rows = bytes.count / line
    precondition(
      x >= 0 && y >= 0 && x + columns * scale <= width && y + rows * scale <= height,
      "\(columns) × \(rows) pixels, \(scale) times as large, at (\(x), \(y)) of \(width) × \(height)")
    for row in 0..<rows {
      let start = bytes.startIndex + row * line
      let source = stretched(bytes[start..<start + line], channels: planes, scale: scale)
      for copy in 0..<scale {
        let place = ((y + row * scale + copy) * width + x) * channels
        pixels.replaceSubrange(place..<place + source.count, with: source)
      }
    }
  }

  /// A row of an image in the canvas's channels, each pixel `scale` times.
  private func stretched(_ row: ArraySlice<UInt8>, channels planes: Int, scale: Int) -> ArraySlice<UInt8> {
    if planes == channels, scale == 1 { return row }
    var result: [UInt8] = []
    result.reserveCapacity(row.count / planes * channels * scale)
    for place in stride(from: row.startIndex, to: row.endIndex, by: planes) {
      let colour =
        planes == 1
        ? Colour(grey: row[place]) : Colour(red: row[place], green: row[place + 1], blue: row[place + 2])
      for _ in 0..<scale {
        if channels == 3 {
          result += [colour.red, colour.green, colour.blue]
        } else {
          result.append(colour.brightness)
        }
      }
    }
    return result[...]
  }

  /// The picture as a PNG file.
  public func png() throws(FileError) -> [UInt8] {
    try PNG.encode(pixels: pixels, width: width, height: height, channels: channels)
  }
}
