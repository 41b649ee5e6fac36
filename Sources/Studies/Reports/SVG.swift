internal import Files
internal import Foundation

/// The text of a picture, element by element.
struct SVG {
  /// What separates neighbouring curves and bars.
  static let colors = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999999"]

  enum Anchor: String { case start, middle, end }

  private let width, height: Double
  private let title: String
  private var elements: [String] = []

  init(width: Double, height: Double, title: String) {
    (self.width, self.height, self.title) = (width, height, title)
  }

  mutating func line(_ from: Point, _ to: Point, color: String, width: Double = 1) {
    elements.append(
      "<line x1=\"\(Self.text(from.x))\" y1=\"\(Self.text(from.y))\" x2=\"\(Self.text(to.x))\" y2=\"\(Self.text(to.y))\" "
        + "stroke=\"\(color)\" stroke-width=\"\(Self.text(width))\"/>")
  }

  mutating func curve(_ points: [Point], color: String, isDashed: Bool) {
    let list = points.map { "\(Self.text($0.x)),\(Self.text($0.y))" }.joined(separator: " ")
    elements.append(
      "<polyline points=\"\(list)\" fill=\"none\" stroke=\"\(color)\" stroke-width=\"2\""
        + "\(isDashed ? " stroke-dasharray=\"6 4\"" : "")/>")
  }

  mutating func dot(_ point: Point, color: String) {
    elements.append("<circle cx=\"\(Self.text(point.x))\" cy=\"\(Self.text(point.y))\" r=\"3.5\" fill=\"\(color)\"/>")
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
        + "text-anchor=\"\(anchor.rawValue)\"\(turn)>\(Self.escaped(words))</text>")
  }

  /// The whole file.
  var document: String {
    let size = "width=\"\(Self.text(width))\" height=\"\(Self.text(height))\""
    let lines =
      [
        "<svg xmlns=\"http://www.w3.org/2000/svg\" \(size) viewBox=\"0 0 \(Self.text(width)) \(Self.text(height))\" "
          + "font-family=\"sans-serif\" role=\"img\">",
        "<title>\(Self.escaped(title))</title>", "<rect \(size) fill=\"white\"/>",
      ] + elements + ["</svg>"]
    return lines.joined(separator: "\n") + "\n"
  }

  /// A number with two digits after the point at most.
  private static func text(_ number: Double) -> String {
    let text = String(format: "%.2f", number)
    return text.replacing(/\.?0+$/, with: "")
  }

  private static func escaped(_ words: String) -> String {
    words.shown.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
      .replacingOccurrences(of: ">", with: "&gt;")
  }
}

/// A place in a picture, from its upper left corner.
struct Point {
  var x, y: Double
}
