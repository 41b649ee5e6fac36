public import Configuration
public import Files
internal import Images

/// A picture of what attention looks at: a row for each image, with its query points, and a map for each of them.
///
/// The form is that of Figure 1 of the SAGAN paper.
public struct AttentionFigure {
  private let shown: AttentionSet
  private let points: AttentionPoints
  package let layout: Layout
  /// The query points by layer and image, as numbers of queries.
  package let queries: [[[Int]]]

  /// Plans the picture.
  ///
  /// - Parameters:
  ///   - shown: Images and weights.
  ///   - points: Which queries.
  ///   - scale: Height and width of the square that an image's pixel becomes; about 128 pixels an image where `nil`.
  /// - Throws: `ConfigurationError` if a point lies outside of the images or the picture would be too large.
  public init(_ shown: AttentionSet, _ points: AttentionPoints, scale: Int? = nil) throws(ConfigurationError) {
    try points.check(shown.resolution)
    (self.shown, self.points) = (shown, points)
    layout = Layout(shown, points: points.count, scale: scale ?? Self.usualScale(shown.resolution))
    guard layout.width <= Canvas.limit / layout.height else {
      throw ConfigurationError(
        "the picture would have \(grouped(layout.width)) × \(grouped(layout.height)) pixels, and the limit is "
          + "\(grouped(Canvas.limit)); ask for fewer images, points, or a smaller --scale")
    }
    queries = shown.layers.map { layer in
      (0..<shown.count).map { points.queries(AttentionMap(layer, image: $0), resolution: shown.resolution) }
    }
  }

  /// How many times images are enlarged where nobody says.
  public static func usualScale(_ resolution: Int) -> Int { max(1, 128 / resolution) }

  /// The picture as a PNG file.
  public func png() throws(FileError) -> [UInt8] {
    var painter = AttentionPainter(shown, layout)
    painter.writeTexts()
    for (block, queries) in queries.enumerated() {
      for (image, queries) in queries.enumerated() { painter.paint(image, block: block, queries) }
    }
    return try painter.canvas.png()
  }

  /// What the picture shows, for those who cannot see it.
  public var description: String {
    let layers = shown.layers.map { "\($0.name) (\($0.side)×\($0.side), γ = \($0.gamma))" }.joined(separator: ", ")
    return
      "Attention of the \(shown.network) at step \(shown.step), \(layers): \(shown.count) images with \(points.count) query points "
      + "each, and for each point the map of what it looks at, with an arrow to where its attention gathers"
  }

  /// Where things are in the picture.
  package struct Layout: Sendable {
    /// Height and width of an image in the picture.
    package let side: Int
    let scale: Int
    let letters: Int
    let left: Int
    let columns: Int
    let rows: Int
    let lines: [String]
    let blocks: Int

    /// Pixels between images.
    static let gap = 4
    /// Pixels around everything.
    static let margin = 6
    /// The widest class name, in pixels of the font.
    static let labelWidth = 120

    init(_ shown: AttentionSet, points: Int, scale: Int) {
      side = shown.resolution * scale
      self.scale = scale
      letters = max(1, side / 96)
      (columns, rows, blocks) = (points + 1, shown.count, shown.layers.count)
      let letters = letters
      let widest =
        (0..<shown.count).map { image in
          PixelFont.width(of: PixelFont.fitted(shown.name(image), width: Self.labelWidth), scale: letters)
        }.max() ?? 0
      left = Self.margin + widest + Self.margin
      let room = columns * (side + Self.gap) - Self.gap + left - Self.margin
      lines = Self.wrapped(
        [
          "\(shown.network) at step \(shown.step), \(shown.origin).",
          "First column: the image and its query points. Others: where the point of that colour looks, from dark (0) to bright",
          "(the largest weight, which is written below). Arrow: to where most of it gathers.",
        ].joined(separator: " "), width: room, scale: letters)
    }

    /// Height of a line of text.
    var line: Int { (PixelFont.lineHeight + 2) * letters }
    /// Height of a row, with the text below its maps.
    var row: Int { side + line + Self.gap }
    /// Height of a block, with its title.
    var block: Int { line + Self.gap + rows * row }
    var width: Int { left + columns * (side + Self.gap) - Self.gap + Self.margin }
    var height: Int { 2 * Self.margin + blocks * block + Self.gap + lines.count * line }

    /// The first pixel of an image.
    package func position(block: Int, row: Int, column: Int) -> (x: Int, y: Int) {
      (left + column * (side + Self.gap), title(block) + line + Self.gap + row * self.row)
    }

    /// The first row of a block's title.
    func title(_ block: Int) -> Int { Self.margin + block * self.block }

    /// Breaks a text into lines.
    private static func wrapped(_ text: String, width: Int, scale: Int) -> [String] {
      var lines: [String] = []
      for word in text.split(separator: " ") {
        let longer = (lines.last.map { $0 + " " } ?? "") + word
        if lines.isEmpty || PixelFont.width(of: longer, scale: scale) > width {
          lines.append(String(word))
        } else {
          lines[lines.count - 1] = longer
        }
      }
      return lines
    }
  }
}
