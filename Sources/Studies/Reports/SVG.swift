/// The text of a picture, element by element.
struct SVG {
  /// What separates neighbouring curves and bars.
  static let colors = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999999"]

  enum Anchor: String { case start, middle, end }

  private let style: ChartStyle
  private let title: String
  private var elements: [String] = []

  /// An empty picture; its title is for readers who do not see it, too.
  init(_ style: ChartStyle, title: String) { (self.style, self.title) = (style, title) }

  mutating func line(_ from: Point, _ to: Point, color: String, width: Double = 1, isDashed: Bool = false) {
    elements.append(
      "<line x1=\"\(Self.text(from.x))\" y1=\"\(Self.text(from.y))\" x2=\"\(Self.text(to.x))\" y2=\"\(Self.text(to.y))\" "
        + "stroke=\"\(color)\" stroke-width=\"\(Self.text(width))\"\(isDashed ? " stroke-dasharray=\"2 3\"" : "")/>")
  }

  mutating func curve(_ points: [Point], color: String, isDashed: Bool, width: Double = 2, opacity: Double = 1) {
    let list = points.map { "\(Self.text($0.x)),\(Self.text($0.y))" }.joined(separator: " ")
    elements.append(
      "<polyline points=\"\(list)\" fill=\"none\" stroke=\"\(color)\" stroke-width=\"\(Self.text(width))\""
        + "\(isDashed ? " stroke-dasharray=\"6 4\"" : "")\(opacity < 1 ? " opacity=\"\(Self.text(opacity))\"" : "")/>")
  }

  /// A faint area between points, behind what is drawn later.
  mutating func area(_ points: [Point], color: String) {
    let list = points.map { "\(Self.text($0.x)),\(Self.text($0.y))" }.joined(separator: " ")
    elements.append("<polygon points=\"\(list)\" fill=\"\(color)\" stroke=\"none\" opacity=\"0.15\"/>")
  }

  mutating func dot(_ point: Point, color: String) {
    elements.append("<circle cx=\"\(Self.text(point.x))\" cy=\"\(Self.text(point.y))\" r=\"3.5\" fill=\"\(color)\"/>")
  }

  /// A mark that tells a curve from others without its colour.
  mutating func mark(_ shape: CurveMark, _ point: Point, color: String) {
    elements.append("<path d=\"M\(Self.text(point.x)) \(Self.text(point.y))\(shape.path)\" fill=\"\(color)\"/>")
  }

  mutating func rectangle(_ corner: Point, width: Double, height: Double, color: String) {
    elements.append(
      "<rect x=\"\(Self.text(corner.x))\" y=\"\(Self.text(corner.y))\" width=\"\(Self.text(width))\" "
        + "height=\"\(Self.text(height))\" fill=\"\(color)\"/>")
  }

  mutating func text(
    _ words: String, _ point: Point, _ anchor: Anchor = .start, size: Double = 12, isUpright: Bool = false
  ) {
    let turn = isUpright ? " transform=\"rotate(-90 \(Self.text(point.x)) \(Self.text(point.y)))\"" : ""
    elements.append(
      "<text x=\"\(Self.text(point.x))\" y=\"\(Self.text(point.y))\" font-size=\"\(Self.text(size))\" "
        + "text-anchor=\"\(anchor.rawValue)\"\(turn)>\(HTML.escaped(words))</text>")
  }

  /// The whole file, or the element of a page.
  var document: String {
    let (width, height) = (Self.text(style.width), Self.text(style.height))
    let box = "viewBox=\"0 0 \(width) \(height)\""
    let size = "width=\"\(width)\" height=\"\(height)\""
    // A page's own style decides font and size; readers aloud take the label, and no word of the axes.
    let start =
      style.isInPage
      ? ["<svg \(box) role=\"img\" aria-label=\"\(HTML.escaped(title))\" fill=\"currentColor\">"]
      : [
        "<svg xmlns=\"http://www.w3.org/2000/svg\" \(size) \(box) font-family=\"sans-serif\" role=\"img\">",
        "<title>\(HTML.escaped(title))</title>", "<rect \(size) fill=\"white\"/>",
      ]
    return (start + elements + ["</svg>"]).joined(separator: "\n") + "\n"
  }

  /// A number with two digits after the point at most.
  private static func text(_ number: Double) -> String {
    // Formatting each of a hundred thousand numbers by a library takes a second.
    let scaled = (number * 100).rounded()
    guard abs(scaled) < 1e15 else { return "0" }
    let (whole, rest) = Int(abs(scaled)).quotientAndRemainder(dividingBy: 100)
    let sign = scaled < 0 ? "-" : ""
    if rest == 0 { return "\(sign)\(whole)" }
    return "\(sign)\(whole)." + (rest % 10 == 0 ? "\(rest / 10)" : rest < 10 ? "0\(rest)" : "\(rest)")
  }
}

/// A place in a picture, from its upper left corner.
struct Point {
  var x, y: Double
}
