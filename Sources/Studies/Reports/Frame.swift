/// The parts of a picture that all charts have: title, axes with marks, and a legend on the right.
struct Frame {
  static let (width, height) = (760.0, 400.0)
  static let (left, right, top, bottom) = (70.0, 220.0, 40.0, 55.0)

  static var plotWidth: Double { width - left - right }
  static var plotHeight: Double { height - top - bottom }

  var picture: SVG

  init(title: String) {
    picture = SVG(width: Self.width, height: Self.height, title: title)
    picture.text(title, Point(x: Self.left, y: 24), size: 15)
  }

  /// Marks and words of the upright axis.
  mutating func draw(_ axis: Axis, title: String) {
    for mark in axis.marks {
      let y = Self.top + Self.plotHeight * (1 - axis.place(mark))
      picture.line(Point(x: Self.left, y: y), Point(x: Self.left + Self.plotWidth, y: y), color: "#DDDDDD")
      picture.text(axis.label(mark), Point(x: Self.left - 8, y: y + 4), .end)
    }
    picture.text(title, Point(x: 18, y: Self.top + Self.plotHeight / 2), .middle, isUpright: true)
  }

  /// The line at the foot, and the words below.
  mutating func drawFoot(title: String) {
    let y = Self.top + Self.plotHeight
    picture.line(Point(x: Self.left, y: y), Point(x: Self.left + Self.plotWidth, y: y), color: "#333333")
    picture.text(title, Point(x: Self.left + Self.plotWidth / 2, y: y + 40), .middle)
  }

  /// A word at the foot.
  mutating func mark(_ words: String, at x: Double) {
    picture.text(words, Point(x: x, y: Self.top + Self.plotHeight + 18), .middle)
  }

  /// What the colours mean.
  mutating func drawLegend(_ entries: [(name: String, color: String)]) {
    for (index, entry) in entries.enumerated() {
      let (x, y) = (Self.width - Self.right + 16, Self.top + 8 + 20 * Double(index))
      picture.rectangle(Point(x: x, y: y - 9), width: 12, height: 10, color: entry.color)
      picture.text(entry.name, Point(x: x + 18, y: y))
    }
  }
}
