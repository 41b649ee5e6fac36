internal import Trainer
public import Files
internal import Benchmarks

/// A scaling benchmark for people: `report.md` with its pictures.
public struct ScalingReport {
  private let results: ScalingResults
  private let summary: ScalingSummary

  /// A report.
  public init(_ results: ScalingResults) {
    self.results = results
    summary = ScalingSummary(results)
  }

  /// Writes the report and its pictures into the folder of the results; those that are there are replaced.
  public func write(to folder: String) throws(FileError) {
    for (name, chart) in ScalingCharts(results, summary).files {
      try OutputFile.write(Array(chart.utf8), to: "\(folder)/\(name)", isForced: true)
    }
    try OutputFile.write(Array((markdown + "\n").utf8), to: "\(folder)/\(Self.name)", isForced: true)
  }

  private static let name = "report.md"

  /// The files that a report can consist of.
  static let fileNames = [name] + ScalingCharts.fileNames

  /// The table alone, for the end of a benchmark.
  public var table: String {
    let titles =
      "| ranks | hosts | s a step | images/s | efficiency to one rank | to independent ranks | sums afterwards | early sums |"
    let lines = summary.rows.map { row in
      let isAlone = row.ranks == 1
      return "| \(row.ranks)\(row.isOversubscribed ? "*" : "") | \(row.hosts.count) | \(fixed(row.usual, 4)) "
        + "| \(fixed(row.imagesPerSecond, 2)) | \(row.efficiency.map(percent) ?? "–") "
        + "| \(isAlone ? "–" : percent(row.independentEfficiency)) | \(isAlone ? "–" : fixed(row.blocking, 4) + " s") "
        + "| \(isAlone ? "–" : fixed(row.overlapped, 4) + " s") |"
    }
    return ([titles, "|---|---|---|---|---|---|---|---|"] + lines).joined(separator: "\n")
  }

  private var markdown: String {
    let (plan, rows) = (results.plan, summary.rows)
    let record = results.runs[0].step
    var parts = [
      "# \(plan.mode == .weak ? "Weak" : "Strong") scaling of \(plan.preset)\(plan.link.map { $0 == "none" ? " over links without a limit" : " at \($0)" } ?? "")",
      """
      \(plan.batch) images \(plan.mode == .weak ? "for each rank" : "in all"), \
      \(counted(plan.threads, "thread")) a rank; medians of \(plan.steps) steps and of \
      \(counted(plan.rounds, "round")), in which the runs took turns. sagan \(record.program) for \
      \(record.instructionSet) on \(record.processor ?? "an unknown processor").
      """,
      table,
    ]
    if rows.contains(where: \.isOversubscribed) {
      parts.append(
        """
        \\* Ranks had to share processors: these are runs for correctness, and say nothing about speed.
        """)
    }
    parts.append(
      """
      A step is as in training, which takes sums \(usualOverlap). Parallel efficiency relative to one rank is \
      \(plan.mode == .weak ? "one rank's seconds over these" : "one rank's seconds over these and the number of ranks"). \
      Independent ranks are as many that make steps of the same images side by side and sum nothing: what the cores, their \
      caches and their memory give.
      """)
    if rows.count > 1 {
      parts += [
        "![Images a second](throughput.svg)", "![Efficiency](efficiency.svg)",
      ]
    }
    parts += ["## Phases", phaseTable, "![Phases](phases.svg)"]
    if rows.contains(where: { $0.ranks > 1 }) {
      parts += ["## Communication", communicationText, communicationTable, "![Communication](communication.svg)"]
      parts += [
        "## Sums by size",
        "GB/s are bytes of the buffer over seconds of the slowest rank. Every buffer was just written.",
        "![Sums by size](sums.svg)", sliceText, "![Slices](slices.svg)",
      ]
    }
    parts += ["## Hosts and binding", placementTable, "The last run was started by\n\n    \(results.command)"]
    return parts.joined(separator: "\n\n")
  }

  private var usualOverlap: String {
    let early = Set(summary.rows.filter { $0.ranks > 1 }.map(\.isUsuallyOverlapped))
    return early == [true]
      ? "early here" : early == [false] ? "after backward passes here" : "early or afterwards, as suits the hosts"
  }

  private var phaseTable: String {
    let head = "| ranks | " + StepPhase.allCases.map(\.title).joined(separator: " | ") + " |"
    let lines = summary.rows.map { row in
      "| \(row.ranks) | " + StepPhase.allCases.map { fixed(row.phases[$0.key] ?? 0, 4) }.joined(separator: " | ") + " |"
    }
    return "Seconds of rank 0's median step.\n\n"
      + ([head, "|" + String(repeating: "---|", count: StepPhase.allCases.count + 1)] + lines).joined(separator: "\n")
  }

  private var communicationText: String {
    """
    Seconds that rank 0 waits for sums in a step, taken after backward passes and begun during them: medians of all steps. \
    They contain what it waits for ranks that are late. The difference is hidden behind backward passes; it is gained only as \
    far as the messages' own work does not slow these down, which the last column tells: how much shorter the whole step is.
    """
  }

  private var communicationTable: String {
    let lines = summary.rows.filter { $0.ranks > 1 }.map { row in
      "| \(row.ranks)\(row.isOversubscribed ? "*" : "") | \(fixed(row.blockingSums, 4)) | \(fixed(row.overlappedSums, 4)) "
        + "| \(fixed(row.hiddenSums, 4)) | \(fixed(row.blocking, 4)) | \(fixed(row.overlapped, 4)) "
        + "| \(percent(1 - row.overlapped / row.blocking)) |".replacing("-", with: "−")
    }
    return
      ([
        "| ranks | waits, sums afterwards | waits, early sums | hidden | step, sums afterwards | step, early sums | shorter by |",
        "|---|---|---|---|---|---|---|",
      ] + lines).joined(separator: "\n")
  }

  private var sliceText: String {
    let sizes = results.sums.map { "\($0.usualSliceBytes / 1024) KiB for \($0.ranks) ranks" }.joined(separator: ", ")
    return
      "Canonical sums cut buffers into slices: \(sizes). One buffer of \(results.sums.first?.slices.first?.bytes ?? 0) bytes, by the size of its slices:"
  }

  private var placementTable: String {
    var lines = ["| ranks | rank | host | processors |", "|---|---|---|---|"]
    for row in summary.rows {
      let runs = results.runs.filter { $0.ranks == row.ranks }
      guard let record = ScalingSummary.median(runs, { $0.kind != .independent || row.ranks == 1 })?.record else {
        continue
      }
      for (rank, place) in record.placements.enumerated() {
        let processors = place.processors.map(String.init).joined(separator: " ")
        lines.append("| \(row.ranks) | \(rank) | \(place.host) | \(processors) |")
      }
    }
    return lines.joined(separator: "\n")
  }

  private func percent(_ share: Double) -> String { fixed(100 * share, 1) + " %" }
}
