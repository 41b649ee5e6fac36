public import Files

/// A picture of equally large images in rows and columns, white lines between them, names beside the rows where wanted.
public struct ContactSheet {
  private let columns: Int
  private let side: Int
  private let channels: Int
  private let scale: Int
  private let labels: [[String]]
  private let headings: [Heading]
  /// Columns of pixels left of the images.
  private let left: Int
  /// Rows of pixels above them.
  private let top: Int
  /// Pixels in a row.
  public let width: Int
  /// Rows of pixels.
  public let height: Int
  private var canvas: Canvas?

  /// Pixels between two images, before they are enlarged.
  private static let gap = 2
  /// The widest name, in pixels of the font: about twenty characters.
  private static let labelWidth = 120
  /// Most pixels of a picture: what viewers, and this program's own reader, still open.
  public static let limit = Canvas.limit

  /// A text above some columns.
  public struct Heading: Sendable {
    let columns: Range<Int>
    let text: String

    /// A text above columns, which is cut to their width.
    public init(_ text: String, over columns: Range<Int>) { (self.text, self.columns) = (text, columns) }
  }

  /// A white picture.
  ///
  /// - Parameters:
  ///   - rows: Images from top to bottom.
  ///   - columns: Images from left to right.
  ///   - side: Height and width of an image, in pixels.
  ///   - channels: 1 or 3.
  ///   - scale: Height and width of the square that a pixel of an image becomes.
  ///   - labels: Lines of text left of each row, cut where they are long; none where empty.
  ///   - headings: Texts above columns.
  public init(
    rows: Int, columns: Int, side: Int, channels: Int, scale: Int = 1, labels: [[String]] = [], headings: [Heading] = []
  ) {
    precondition(labels.isEmpty || labels.count == rows, "\(labels.count) texts beside \(rows) rows")
    self.columns = columns
    self.side = side
    self.channels = channels
    self.scale = scale
    self.headings = headings
    let letters = Self.letterScale(side * scale)
    self.labels = labels.map { $0.map { PixelFont.fitted($0, width: Self.labelWidth) } }
    let widest = self.labels.joined().map { PixelFont.width(of: $0, scale: letters) }.max() ?? 0
    left = widest == 0 ? 0 : widest + 3 * Self.margin * letters
    top = headings.isEmpty ? 0 : (PixelFont.lineHeight + 2 * Self.margin) * letters
    width = left + (columns * (side + Self.gap) - Self.gap) * scale
    height = top + (rows * (side + Self.gap) - Self.gap) * scale
  }

  /// White pixels around a text, in pixels of the font.
  private static let margin = 2

  /// Pixels for one of the font's beside images of a height: letters grow with the images.
  private static func letterScale(_ height: Int) -> Int { max(1, height / 48) }

  /// Bytes of the picture.
  public var byteCount: Int { width * height * channels }

  /// Puts images in their places.
  ///
  /// - Parameters:
  ///   - range: The places, row by row from 0.
  ///   - bytes: The images one after the other, each with rows from the top and channels fastest.
  public mutating func paint(_ range: Range<Int>, _ bytes: [UInt8]) {
    let size = side * side * channels
    precondition(bytes.count == range.count * size, "\(bytes.count) bytes of \(range.count) images")
    var canvas = self.canvas.take() ?? paper()
    for (place, index) in range.enumerated() {
      let (x, y) = position(row: index / columns, column: index % columns)
      canvas.blit(bytes[place * size..<(place + 1) * size], width: side, channels: channels, x, y, scale: scale)
    }
    self.canvas = canvas
  }

  /// The first pixel of an image.
  private func position(row: Int, column: Int) -> (x: Int, y: Int) {
    let pitch = (side + Self.gap) * scale
    return (left + column * pitch, top + row * pitch)
  }

  /// White paper with the texts, made when the first image comes: whoever only asks for the size needs none.
  private func paper() -> Canvas {
    var canvas = Canvas(width: width, height: height, channels: channels)
    let letters = Self.letterScale(side * scale)
    let line = (PixelFont.lineHeight + 1) * letters
    for (row, lines) in labels.enumerated() {
      let first = position(row: row, column: 0).y + (side * scale - lines.count * line) / 2
      for (place, text) in lines.enumerated() {
        canvas.text(text, Self.margin * letters, max(first, 0) + place * line, scale: letters)
      }
    }
    for heading in headings {
      let (x, end) = (
        position(row: 0, column: heading.columns.lowerBound).x, position(row: 0, column: heading.columns.upperBound).x
      )
      let text = PixelFont.fitted(heading.text, width: end - x - Self.gap * scale, scale: letters)
      canvas.text(text, x, Self.margin * letters, scale: letters)
    }
    return canvas
  }

  /// The picture as a PNG file.
  public func png() throws(FileError) -> [UInt8] { try (canvas ?? paper()).png() }
}
