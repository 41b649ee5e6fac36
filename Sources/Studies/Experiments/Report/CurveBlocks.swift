internal import Files
internal import Reports

/// The scores of a table's rows over steps, real images and seconds.
struct CurveBlocks {
  private let result: TableResult
  private let name: String

  /// What lies to the right.
  private enum Axis: String, CaseIterable {
    case steps, images, seconds

    var title: String {
      switch self {
      case .steps: "generator steps"
      case .images: "real images seen, in thousands"
      case .seconds: "seconds of training"
      }
    }

    func place(_ evaluation: FinishedRun.Evaluation, of run: FinishedRun) -> Double? {
      switch self {
      case .steps: Double(evaluation.step)
      case .images: Double(evaluation.step * run.imagesPerStep) / 1000
      case .seconds: evaluation.seconds
      }
    }
  }

  /// Curves of a table's rows; `name` begins the names of their files.
  init(_ result: TableResult, name: String) { (self.result, self.name) = (result, name) }

  /// The blocks; none where there is nothing to draw.
  var blocks: [ReportBlock] {
    guard result.runs.contains(where: { $0.evaluations.count > 1 }) else { return [] }
    let charts = groups.flatMap { group in
      Axis.allCases.compactMap { chart(.frechet, $0, group) }
        + (group.suffix.isEmpty ? [chart(.inceptionScore, .steps, group)].compactMap { $0 } : [])
    }
    guard !charts.isEmpty else { return [] }
    return [
      .charts(charts),
      .paragraph(
        "Curves are means over seeds at the same steps; the faint band goes from the least to the greatest seed."),
    ]
  }

  /// The arms of a chart: more than six cannot be told apart.
  private var groups: [(suffix: String, rows: [RowResult])] {
    let rows = result.rows.filter { !$0.runs.isEmpty }
    guard result.rows.count > 6 else { return [("", rows)] }
    let isResidual = { (row: RowResult) in row.row.label.hasPrefix("residual") }
    return [
      ("-attention", rows.filter { !isResidual($0) }),
      ("-residual", rows.filter { isResidual($0) || $0.row.label.hasPrefix("no") }),
    ].filter { !$0.1.isEmpty }
  }

  private func chart(
    _ kind: ScoreKind, _ axis: Axis, _ group: (suffix: String, rows: [RowResult])
  ) -> (file: String, chart: LineChart, words: String)? {
    let curves = group.rows.map { curve($0, kind, axis) }
    let points = curves.flatMap(\.points)
    guard !points.isEmpty else { return nil }
    let least = points.map(\.y).min() ?? 0
    let isWide = least > 0 && (points.map(\.y).max() ?? 0) > 8 * least
    let title = "\(kind.rawValue) over \(axis.title)"
    let words = zip(group.rows, curves).compactMap { row, curve in
      curve.points.last.map { "\(row.row.label) \(fixed($0.y, 2)) at the end" }
    }
    return (
      "\(name)\(group.suffix)-\(kind.rawValue.lowercased())-\(axis.rawValue).svg",
      LineChart(
        title: title, x: (axis.title, .linear, nil), y: ("", isWide ? .logarithmic : .fitted),
        curves: curves.enumerated().map { index, curve in
          var line = LineChart.Curve(group.rows[index].row.label, curve.points)
          line.band = curve.band
          return line
        }), title + ". " + words.joined(separator: ". ")
    )
  }

  /// Means over seeds at the steps that all of them have, and their range.
  private func curve(
    _ row: RowResult, _ kind: ScoreKind, _ axis: Axis
  ) -> (points: [(x: Double, y: Double)], band: [(x: Double, low: Double, high: Double)]) {
    var points: [(x: Double, y: Double)] = []
    var band: [(x: Double, low: Double, high: Double)] = []
    for step in row.runs.first?.evaluations.map(\.step) ?? [] {
      let found = row.runs.compactMap { run -> (x: Double, y: Double)? in
        guard let evaluation = run.evaluations.first(where: { $0.step == step }), let y = evaluation[kind],
          let x = axis.place(evaluation, of: run)
        else { return nil }
        return (x, y)
      }
      guard found.count == row.runs.count, let x = SeedStatistics(found.map(\.x))?.mean,
        let y = SeedStatistics(found.map(\.y))?.mean, let low = found.map(\.y).min(), let high = found.map(\.y).max()
      else { continue }
      points.append((x, y))
      if found.count > 1 { band.append((x, low, high)) }
    }
    return (points, band)
  }
}
