/// Curves through measured points.
public struct LineChart: Sendable {
  /// One curve.
  public struct Curve: Sendable {
    let name: String
    let points: [(x: Double, y: Double)]
    let isGuide: Bool
    /// A line through points that are too dense to be followed; empty where they are not.
    var means: [(x: Double, y: Double)] = []
    /// The range around the curve, as of several seeds; empty where there is none.
    package var band: [(x: Double, low: Double, high: Double)] = []

    /// A curve.
    ///
    /// - Parameters:
    ///   - name: What the legend says.
    ///   - points: From left to right.
    ///   - isGuide: Whether it is drawn dashed and without dots, for what was not measured.
    public init(_ name: String, _ points: [(x: Double, y: Double)], isGuide: Bool = false) {
      (self.name, self.points, self.isGuide) = (name, points, isGuide)
    }

    /// A curve of which not all points may be drawn.
    ///
    /// - Parameters:
    ///   - name: What the legend says.
    ///   - curve: The points.
    ///   - limit: How many are drawn at most.
    init(_ name: String, _ curve: ThinnedCurve, atMost limit: Int) {
      self.init(name, curve.points(atMost: limit))
      if points.count > Self.dense { means = curve.means(atMost: Self.dense / 2) }
    }

    /// More points than this, and one does not see where a curve goes.
    private static let dense = 100
  }

  /// A place on the axis at the foot where something happened.
  struct Event: Sendable {
    let x: Double
    /// The curve that it belongs to; `nil` where it is all of them.
    let curve: Int?
  }

  let title: String
  private let xTitle, yTitle: String
  private let xScale, yScale: Scale
  private let xMarks: [Double]?
  private let curves: [Curve]
  /// What happened, drawn behind the curves.
  var events: [Event] = []

  /// A chart.
  ///
  /// - Parameters:
  ///   - title: What it shows.
  ///   - x: The words below the axis at the foot, how numbers lie on it, and where it has marks (else at round numbers).
  ///   - y: The words beside the upright axis, and how numbers lie on it.
  ///   - curves: At least one.
  public init(
    title: String, x: (title: String, scale: Scale, marks: [Double]?), y: (title: String, scale: Scale),
    curves: [Curve]
  ) {
    (self.title, self.curves) = (title, curves)
    (xTitle, xScale, xMarks) = (x.title, x.scale, x.marks)
    (yTitle, yScale) = (y.title, y.scale)
  }

  /// The names of its curves.
  var names: [String] { curves.map(\.name) }

  /// The picture's file.
  public var svg: String { drawn(.file) }

  /// The picture.
  ///
  /// - Parameters:
  ///   - style: How it looks.
  ///   - description: What it shows, for those who do not see it; the title where `nil`.
  /// - Returns: SVG.
  func drawn(_ style: ChartStyle, description: String? = nil) -> String {
    var frame = Frame(style, title: title, description: description)
    let points = curves.flatMap(\.points)
    let xAxis = Axis(points.map(\.x), xScale, marks: xMarks)
    let yAxis = Axis(points.map(\.y) + curves.flatMap(\.band).flatMap { [$0.low, $0.high] }, yScale)
    frame.draw(yAxis, title: yTitle)
    frame.drawFoot(title: xTitle)
    func x(_ number: Double) -> Double { style.left + style.plotWidth * (0.03 + 0.94 * xAxis.place(number)) }
    for mark in xAxis.marks where (0...1).contains(xAxis.place(mark)) { frame.mark(xAxis.label(mark), at: x(mark)) }
    for event in events where (0...1).contains(xAxis.place(event.x)) {
      let (top, foot) = (style.top, style.top + style.plotHeight)
      let color = event.curve.map(style.color) ?? style.event
      frame.picture.line(
        Point(x: x(event.x), y: top), Point(x: x(event.x), y: foot), color: color, width: 1.5, isDashed: true)
      frame.picture.mark(
        event.curve.map { CurveMark($0) } ?? .turnedTriangle, Point(x: x(event.x), y: top), color: color)
    }
    var legend: [(name: String, color: String)] = []
    for (index, curve) in curves.enumerated() {
      let color = curve.isGuide ? style.guide : style.color(index)
      func places(_ points: [(x: Double, y: Double)]) -> [Point] {
        points.map { Point(x: x($0.x), y: style.top + style.plotHeight * (1 - yAxis.place($0.y))) }
      }
      let own = places(curve.points)
      if curve.band.count > 1 {
        frame.picture.area(
          places(curve.band.map { ($0.x, $0.high) }) + places(curve.band.reversed().map { ($0.x, $0.low) }),
          color: color)
      }
      if curve.means.isEmpty {
        frame.picture.curve(own, color: color, isDashed: curve.isGuide)
      } else {
        frame.picture.curve(own, color: color, isDashed: false, width: 1, opacity: 0.35)
        frame.picture.curve(places(curve.means), color: color, isDashed: false)
      }
      if style.isInPage {
        let line = curve.means.isEmpty ? own : places(curve.means)
        for place in Self.marked(line, index) { frame.picture.mark(CurveMark(index), place, color: color) }
      } else if !curve.isGuide {
        for place in own { frame.picture.dot(place, color: color) }
      }
      legend.append((curve.name, color))
    }
    if !style.isInPage { frame.drawLegend(legend) }
    return frame.picture.document
  }

  /// Where a curve has marks: everywhere if it has few points, else in some places that are not those of its neighbours.
  private static func marked(_ places: [Point], _ index: Int) -> [Point] {
    guard places.count > 12 else { return places }
    return (0..<5).map { places[min((2 * $0 * 6 + 2 * index + 1) * places.count / 60, places.count - 1)] }
  }
}
