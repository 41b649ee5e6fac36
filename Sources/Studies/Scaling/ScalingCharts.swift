internal import Reports
internal import Trainer
internal import Benchmarks

/// The pictures of a scaling report, by the names of their files.
struct ScalingCharts {
  private let results: ScalingResults
  private let rows: [ScalingSummary.Row]

  init(_ results: ScalingResults, _ summary: ScalingSummary) { (self.results, rows) = (results, summary.rows) }

  /// The names that pictures can have.
  static let fileNames = [
    "throughput.svg", "efficiency.svg", "phases.svg", "communication.svg", "sums.svg", "slices.svg",
  ]

  /// Every picture.
  var files: [(name: String, chart: String)] {
    [
      ("throughput.svg", throughput.svg), ("efficiency.svg", efficiency.svg), ("phases.svg", phases.svg),
      ("communication.svg", communication.svg), ("sums.svg", sums.svg), ("slices.svg", slices.svg),
    ].filter { name, _ in
      switch name {
      case "phases.svg": true
      case "throughput.svg", "efficiency.svg": rows.count > 1
      default: rows.contains { $0.ranks > 1 }
      }
    }
  }

  private var ranks: (title: String, scale: Scale, marks: [Double]?) {
    let shared = rows.filter(\.isOversubscribed).map { "\($0.ranks)" }
    let words = shared.isEmpty ? "" : " (\(shared.joined(separator: ", ")) share processors: runs for correctness)"
    return ("ranks" + words, .logarithmic, rows.map { Double($0.ranks) })
  }

  private func curve(_ name: String, isGuide: Bool = false, _ value: (ScalingSummary.Row) -> Double?)
    -> LineChart.Curve
  {
    LineChart.Curve(
      name, rows.compactMap { row in value(row).map { (Double(row.ranks), $0) } }, isGuide: isGuide)
  }

  private var throughput: LineChart {
    let one = rows.first { $0.ranks == 1 }
    return LineChart(
      title: "Images a second, \(what)", x: ranks, y: ("images a second", .linear),
      curves: [
        curve("training") { $0.imagesPerSecond }, curve("independent ranks") { $0.independentImagesPerSecond },
        curve("one rank's, times ranks", isGuide: true) { row in
          one.map { $0.imagesPerSecond * Double(row.ranks) }
        },
      ])
  }

  private var efficiency: LineChart {
    LineChart(
      title: "Parallel efficiency relative to …, \(what)", x: ranks, y: ("efficiency in %", .linear),
      curves: [
        curve("to one rank") { $0.efficiency.map { 100 * $0 } },
        curve("to independent ranks") { 100 * $0.independentEfficiency },
        curve("as good as can be", isGuide: true) { _ in 100 },
      ])
  }

  private var phases: BarChart {
    BarChart(
      title: "Where the time of a step goes", xTitle: "ranks", yTitle: "seconds of a step",
      names: StepPhase.allCases.map(\.title),
      bars: rows.map { row in
        BarChart.Bar(
          "\(row.ranks)\(row.isOversubscribed ? "*" : "")", StepPhase.allCases.map { row.phases[$0.key] ?? 0 })
      })
  }

  private var communication: BarChart {
    BarChart(
      title: "Sums over ranks that begin during backward passes", xTitle: "ranks", yTitle: "seconds of a step",
      names: ["waited for", "hidden by backward passes"],
      bars: rows.filter { $0.ranks > 1 }.map {
        BarChart.Bar("\($0.ranks)\($0.isOversubscribed ? "*" : "")", [$0.overlappedSums, max($0.hiddenSums, 0)])
      })
  }

  private var sums: LineChart {
    LineChart(
      title: "Sums over ranks by size", x: ("bytes of the buffer", .bytes, nil), y: ("GB/s", .logarithmic),
      curves: results.sums.flatMap { record in
        ["canonical", "mpi"].map { algorithm in
          LineChart.Curve(
            "\(record.ranks) ranks, \(algorithm)",
            record.sums.filter { $0.algorithm == algorithm }.map { (Double($0.bytes), $0.algorithmGbps) })
        }
      })
  }

  private var slices: LineChart {
    LineChart(
      title: "The sum of one buffer by the size of its slices", x: ("bytes of a slice", .bytes, nil),
      y: ("GB/s", .linear),
      curves: results.sums.map { record in
        LineChart.Curve("\(record.ranks) ranks", record.slices.map { (Double($0.sliceBytes), $0.algorithmGbps) })
      })
  }

  private var what: String {
    let plan = results.plan
    return "\(plan.preset), \(plan.batch) images \(plan.mode == .weak ? "a rank" : "in all")"
      + (plan.link.map { $0 == "none" ? ", links without a limit" : ", \($0)" } ?? "")
  }
}
