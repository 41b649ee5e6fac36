public import Files

/// A picture of equally large images in rows and columns, white lines between them.
public struct ContactSheet {
  private let columns: Int
  private let side: Int
  private let channels: Int
  /// Pixels in a row.
  public let width: Int
  /// Rows of pixels.
  public let height: Int
  private var pixels: [UInt8] = []

  /// Pixels between two images.
  private static let gap = 2
  /// Most pixels of a picture: what viewers, and this program's own reader, still open.
  public static let limit = 1 << 26

  /// A white picture.
  ///
  /// - Parameters:
  ///   - rows: Images from top to bottom.
  ///   - columns: Images from left to right.
  ///   - side: Height and width of an image, in pixels.
  ///   - channels: 1 or 3.
  public init(rows: Int, columns: Int, side: Int, channels: Int) {
    self.columns = columns
    self.side = side
    self.channels = channels
    width = columns * (side + Self.gap) - Self.gap
    height = rows * (side + Self.gap) - Self.gap
  }

  /// Bytes of the picture.
  public var byteCount: Int { width * height * channels }

  /// Puts images in their places.
  ///
  /// - Parameters:
  ///   - range: The places, row by row from 0.
  ///   - bytes: The images one after the other, each with rows from the top and channels fastest.
  public mutating func paint(_ range: Range<Int>, _ bytes: [UInt8]) {
    let (pitch, line) = (side + Self.gap, side * channels)
    precondition(bytes.count == range.count * side * line, "\(bytes.count) bytes of \(range.count) images")
    if pixels.isEmpty { pixels = [UInt8](repeating: 255, count: byteCount) }
    for (place, index) in range.enumerated() {
      for y in 0..<side {
        let source = (place * side + y) * line
        let target = ((index / columns * pitch + y) * width + index % columns * pitch) * channels
        pixels.replaceSubrange(target..<target + line, with: bytes[source..<source + line])
      }
    }
  }

  /// The picture as a PNG file.
  public func png() throws(FileError) -> [UInt8] {
    try PNG.encode(pixels: pixels, width: width, height: height, channels: channels)
  }
}
