/// Bars made of parts that add up.
public struct BarChart: Sendable {
  /// One bar, whose parts come in the order of the chart's names.
  public struct Bar: Sendable {
    let name: String
    let parts: [Double]

    /// A bar.
    public init(_ name: String, _ parts: [Double]) { (self.name, self.parts) = (name, parts) }
  }

  private let title, xTitle, yTitle: String
  private let names: [String]
  private let bars: [Bar]

  /// A chart.
  ///
  /// - Parameters:
  ///   - title: What it shows.
  ///   - xTitle: The words below the bars.
  ///   - yTitle: The words beside the upright axis.
  ///   - names: What the parts are, from the foot up.
  ///   - bars: From left to right.
  public init(title: String, xTitle: String, yTitle: String, names: [String], bars: [Bar]) {
    (self.title, self.xTitle, self.yTitle, self.names, self.bars) = (title, xTitle, yTitle, names, bars)
  }

  /// The picture's file.
  public var svg: String {
    var frame = Frame(.file, title: title)
    let axis = Axis(bars.map { $0.parts.reduce(0, +) }, .linear)
    frame.draw(axis, title: yTitle)
    let slot = frame.style.plotWidth / Double(max(bars.count, 1))
    for (index, bar) in bars.enumerated() {
      var foot = 0.0
      for (part, size) in bar.parts.enumerated() where size > 0 {
        let height = frame.style.plotHeight * (axis.place(foot + size) - axis.place(foot))
        frame.picture.rectangle(
          Point(
            x: frame.style.left + slot * (Double(index) + 0.2),
            y: frame.style.top + frame.style.plotHeight * (1 - axis.place(foot + size))),
          width: 0.6 * slot, height: height, color: SVG.colors[part % SVG.colors.count])
        foot += size
      }
      frame.mark(bar.name, at: frame.style.left + slot * (Double(index) + 0.5))
    }
    frame.drawFoot(title: xTitle)
    // From the top down, as the parts lie.
    frame.drawLegend(names.enumerated().reversed().map { ($1, SVG.colors[$0 % SVG.colors.count]) })
    return frame.picture.document
  }
}
