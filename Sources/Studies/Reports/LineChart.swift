/// Curves through measured points.
public struct LineChart: Sendable {
  /// One curve.
  public struct Curve: Sendable {
    let name: String
    let points: [(x: Double, y: Double)]
    let isGuide: Bool

    /// A curve.
    ///
    /// - Parameters:
    ///   - name: What the legend says.
    ///   - points: From left to right.
    ///   - isGuide: Whether it is drawn dashed and without dots, for what was not measured.
    public init(_ name: String, _ points: [(x: Double, y: Double)], isGuide: Bool = false) {
      (self.name, self.points, self.isGuide) = (name, points, isGuide)
    }
  }

  private let title, xTitle, yTitle: String
  private let xScale, yScale: Scale
  private let xMarks: [Double]?
  private let curves: [Curve]

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

  /// The picture's file.
  public var svg: String {
    var frame = Frame(title: title)
    let points = curves.flatMap(\.points)
    let xAxis = Axis(points.map(\.x), xScale, marks: xMarks)
    let yAxis = Axis(points.map(\.y), yScale)
    frame.draw(yAxis, title: yTitle)
    frame.drawFoot(title: xTitle)
    func x(_ number: Double) -> Double { Frame.left + Frame.plotWidth * (0.03 + 0.94 * xAxis.place(number)) }
    for mark in xAxis.marks where (0...1).contains(xAxis.place(mark)) { frame.mark(xAxis.label(mark), at: x(mark)) }
    var legend: [(name: String, color: String)] = []
    for (index, curve) in curves.enumerated() {
      let color = curve.isGuide ? "#999999" : SVG.colors[index % SVG.colors.count]
      let places = curve.points.map {
        Point(x: x($0.x), y: Frame.top + Frame.plotHeight * (1 - yAxis.place($0.y)))
      }
      frame.picture.curve(places, color: color, isDashed: curve.isGuide)
      if !curve.isGuide { for place in places { frame.picture.dot(place, color: color) } }
      legend.append((curve.name, color))
    }
    frame.drawLegend(legend)
    return frame.picture.document
  }
}
