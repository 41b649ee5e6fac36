/// How large a chart is, and the colours of its parts.
struct ChartStyle: Sendable {
  let width, height: Double
  let left, right, top, bottom: Double
  /// Curves and the parts of bars, in turn.
  let colors: [String]
  let grid, foot, guide, event: String
  /// Whether the chart stands in a page, which has title and legend in words of its own.
  let isInPage: Bool
  /// Marks at the foot at most.
  let marks: Int

  var plotWidth: Double { width - left - right }
  var plotHeight: Double { height - top - bottom }

  /// The color of a curve or part.
  func color(_ index: Int) -> String { colors[index % colors.count] }

  /// A file of its own, with title and legend, on white.
  static let file = ChartStyle(
    width: 760, height: 400, left: 70, right: 220, top: 40, bottom: 55, colors: SVG.colors, grid: "#DDDDDD",
    foot: "#333333", guide: "#999999", event: "#333333", isInPage: false, marks: 6)

  /// A picture in a page, whose style sheet has the colours: `PageColors`.
  ///
  /// Words are as large as those around it where a phone makes the picture narrower.
  static let page = ChartStyle(
    width: 360, height: 216, left: 50, right: 10, top: 10, bottom: 36,
    colors: (0..<PageColors.curves.count).map { "var(--curve\($0))" }, grid: "var(--grid)", foot: "var(--faint)",
    guide: "var(--faint)", event: "var(--event)", isInPage: true, marks: 4)
}

/// What tells curves apart where colours do not.
enum CurveMark: Int, CaseIterable {
  case circle, square, triangle, diamond, turnedTriangle, cross

  /// The mark of a curve.
  init(_ index: Int) { self = Self.allCases[index % Self.allCases.count] }

  /// The shape around a point that has been moved to.
  var path: String {
    switch self {
    case .circle: "m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0z"
    case .square: "m-3-3h6v6h-6z"
    case .triangle: "m0-4.2l4 7h-8z"
    case .diamond: "m0-4.5l4 4.5l-4 4.5l-4-4.5z"
    case .turnedTriangle: "m0 4.2l4-7h-8z"
    case .cross: "m-1.2-4.2h2.4v3h3v2.4h-3v3h-2.4v-3h-3v-2.4h3z"
    }
  }
}
