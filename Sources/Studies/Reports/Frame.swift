/// The parts of a picture that all charts have: axes with marks and, in a file of its own, title and legend.
struct Frame {
  let style: ChartStyle
  var picture: SVG

  /// A frame with nothing in it.
  ///
  /// - Parameters:
  ///   - style: How large it is.
  ///   - title: What it shows.
  ///   - description: What it shows, for those who do not see it; the title where `nil`.
  init(_ style: ChartStyle, title: String, description: String? = nil) {
    self.style = style
    picture = SVG(style, title: description ?? title)
    if !style.isInPage { picture.text(title, Point(x: style.left, y: 24), size: 15) }
  }

  /// Marks and words of the upright axis.
  mutating func draw(_ axis: Axis, title: String) {
    for mark in axis.marks {
      let y = style.top + style.plotHeight * (1 - axis.place(mark))
      picture.line(Point(x: style.left, y: y), Point(x: style.left + style.plotWidth, y: y), color: style.grid)
      picture.text(axis.label(mark), Point(x: style.left - 8, y: y + 4), .end)
    }
    guard !title.isEmpty else { return }
    picture.text(title, Point(x: 18, y: style.top + style.plotHeight / 2), .middle, isUpright: true)
  }

  /// The line at the foot, and the words below.
  mutating func drawFoot(title: String) {
    let y = style.top + style.plotHeight
    picture.line(Point(x: style.left, y: y), Point(x: style.left + style.plotWidth, y: y), color: style.foot)
    picture.text(title, Point(x: style.left + style.plotWidth / 2, y: y + (style.isInPage ? 33 : 40)), .middle)
  }

  /// A word at the foot.
  mutating func mark(_ words: String, at x: Double) {
    picture.text(words, Point(x: x, y: style.top + style.plotHeight + (style.isInPage ? 16 : 18)), .middle)
  }

  /// What the colours mean.
  mutating func drawLegend(_ entries: [(name: String, color: String)]) {
    for (index, entry) in entries.enumerated() {
      let (x, y) = (style.width - style.right + 16, style.top + 8 + 20 * Double(index))
      picture.rectangle(Point(x: x, y: y - 9), width: 12, height: 10, color: entry.color)
      picture.text(entry.name, Point(x: x + 18, y: y))
    }
  }
}
