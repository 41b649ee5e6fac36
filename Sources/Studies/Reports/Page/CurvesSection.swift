internal import Files
internal import Foundation

/// The curves of runs: of one run its numbers by topic, of several one chart a number with a curve for each.
struct CurvesSection {
  private let runs: [RunRecord]
  private let plan: CurvePlan
  private let isShared: Bool
  /// Points of a curve at most.
  private let limit: Int

  /// Points of all curves, about: what the page has room for.
  private static let points = 30_000
  /// Groups with more charts are folded.
  private static let largeGroup = 12

  init(_ runs: [RunRecord]) {
    self.runs = runs
    isShared = runs.count > 1
    var names: [String] = []
    var known: Set<String> = []
    for run in runs { for name in run.metrics?.names ?? [] where known.insert(name).inserted { names.append(name) } }
    plan = CurvePlan(names, isShared: isShared)
    limit = min(max(Self.points / max(names.count * runs.count, 1), 12), 400)
  }

  /// The section.
  var html: HTML {
    guard !plan.groups.isEmpty else { return .section("curves", "Curves", "<p>There are no metrics yet.</p>\n") }
    var content: HTML = restarts
    if isShared { content += CurveLegend.html(runs.map(\.name)) }
    for group in plan.groups {
      let charts = group.charts.map { figure($0) }
      let grid: HTML = "<div class=\"charts\">\n\(charts)</div>\n"
      content += "<h3>\(group.title)</h3>\n"
      content += charts.count > Self.largeGroup || group.isMinor ? .details("\(charts.count) charts", grid) : grid
    }
    content += """
      <p class="faint">Steps lie to the right. A faint band is the range of all values, the line in it their mean, where a curve has more \
      values than a screen has room for; extremes are kept. What the names mean: docs/metrics.md.</p>

      """
    return .section("curves", "Curves", content)
  }

  private var restarts: HTML {
    var result = HTML.empty
    for run in runs {
      let steps = RunStart.restarts(run.starts)
      let subject = isShared ? run.name : "The run"
      if steps.isEmpty {
        if !isShared { result += "<p class=\"faint\">The run was never interrupted.</p>\n" }
        continue
      }
      let shown = steps.prefix(20).map(grouped).joined(separator: "; ") + (steps.count > 20 ? "; …" : "")
      result += "<p>\(subject) was continued from step \(shown): dotted upright lines.</p>\n"
    }
    return result
  }

  private func figure(_ chart: CurvePlan.Chart) -> HTML {
    let entries: [(name: String, curve: ThinnedCurve)] =
      isShared
      ? runs.map { ($0.name, $0.metrics?[chart.names[0]] ?? ThinnedCurve()) }
      : chart.names.compactMap { name in runs[0].metrics?[name].map { (name, $0) } }
    let curves = entries.map { LineChart.Curve($0.name, $0.curve, atMost: limit) }
    var picture = LineChart(
      title: chart.title, x: ("step", .linear, marks), y: ("", scale(entries.map(\.curve))), curves: curves)
    picture.events = runs.enumerated().flatMap { index, run in
      RunStart.restarts(run.starts).prefix(100).map { LineChart.Event(x: Double($0), curve: isShared ? index : nil) }
    }
    let words = entries.compactMap { name, curve in Self.words(name, curve) }
    let description = ([chart.title + " over steps"] + words).joined(separator: ". ")
    let rows = entries.compactMap { Self.row($0.name, $0.curve) }
    return """
      <figure class="chart">
      <figcaption><h4>\(chart.title)</h4>\(isShared ? .empty : CurveLegend.html(chart.names.count == 1 ? chart.names : chart.names.map(Self.shortName)))</figcaption>
      \(.markup(picture.drawn(.page, description: description)))\
      \(.details("Numbers", .table("Numbers of \(chart.title)", head: Self.head, rows: rows)))</figure>

      """
  }

  private static let head: [HTML] = ["curve", "first", "last", "least", "at step", "greatest", "at step"]

  private static func row(_ name: String, _ curve: ThinnedCurve) -> [HTML]? {
    guard let first = curve.first, let last = curve.last, let extremes = curve.extremes else { return nil }
    return [
      "\(name)", "\(digits(first.y))", "\(digits(last.y))", "\(digits(extremes.least.y))",
      "\(grouped(Int(extremes.least.x)))", "\(digits(extremes.greatest.y))", "\(grouped(Int(extremes.greatest.x)))",
    ]
  }

  private static func words(_ name: String, _ curve: ThinnedCurve) -> String? {
    guard let first = curve.first, let last = curve.last, let extremes = curve.extremes else { return nil }
    return "\(name): \(digits(first.y)) at step \(Int(first.x)), \(digits(last.y)) at step \(Int(last.x)), between "
      + "\(digits(extremes.least.y)) and \(digits(extremes.greatest.y))"
  }

  /// What a number is called below its chart's title.
  private static func shortName(_ name: String) -> String {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    switch parts.first {
    case "loss", "logit", "class_loss", "class_accuracy", "gradient_norm", "learning_rate", "score", "time":
      return parts.count > 1 ? parts.dropFirst().joined(separator: "/") : name
    case "sigma", "attention": return parts.count > 2 ? parts.dropFirst(2).joined(separator: "/") : name
    default: return name
    }
  }

  /// Round steps.
  private var marks: [Double] {
    let last = Double(runs.compactMap { $0.metrics?.lastStep }.max() ?? 1)
    let step = max(Axis.step(max(last, 1) / Double(ChartStyle.page.marks)), 1)
    return Array(stride(from: 0, through: last, by: step))
  }

  /// Powers of ten where values lie far apart.
  private func scale(_ curves: [ThinnedCurve]) -> Scale {
    let extremes = curves.compactMap(\.extremes)
    guard let least = extremes.map(\.least.y).min(), let most = extremes.map(\.greatest.y).max(), least > 0 else {
      return .fitted
    }
    return (1e3...1e12).contains(most / least) ? .logarithmic : .fitted
  }

  /// A number as people read it.
  static func digits(_ number: Double) -> String {
    if number == number.rounded(), abs(number) < 1e6 { return String(Int(number)) }
    return String(format: "%.4g", number)
  }
}
