internal import Reports
public import Files

/// A projection for people: the model, how far it is from measurements, and what it says.
public struct ProjectionReport {
  private let projection: Projection

  /// A report.
  public init(_ projection: Projection) { self.projection = projection }

  /// Writes `report.md` and its picture into a folder that is there.
  ///
  /// - Parameters:
  ///   - folder: The folder.
  ///   - isForced: Whether files of these names are replaced.
  /// - Throws: `FileError` of kind `cannotCreate`; then both files are as they were, unless the disk is full.
  public func write(to folder: String, isForced: Bool = false) throws(FileError) {
    let picture = try OutputFile(path: folder + "/projection.svg", isForced: isForced)
    let report = try OutputFile(path: folder + "/report.md", isForced: isForced)
    try picture.append(Array(chart.utf8))
    try report.append(Array((markdown(picture: "![Step time](projection.svg)") + "\n").utf8))
    _ = try picture.finish()
    _ = try report.finish()
  }

  /// Everything but the picture, in Markdown.
  public var text: String { markdown(picture: nil) }

  private func markdown(picture: String?) -> String {
    let parts: [String?] = [
      "# \(projection.preset) on \(projection.ranksPerNode == 1 ? "one rank" : "\(projection.ranksPerNode) ranks") a node, "
        + "links \(projection.link.bytesPerSecond.isFinite ? "of \(projection.link)" : "without a limit"), "
        + "\(number(1e6 * projection.latency)) µs",
      rowTable, picture, rowText, "## The model", modelText, "## How far it is from measurements", fitTable,
      judgementText, "## What grows with the number of ranks", growthTable, growthText, memoryTable,
    ]
    return parts.compactMap { $0 }.joined(separator: "\n\n")
  }

  private var rowTable: String {
    table(
      ["nodes", "ranks", "s, sums afterwards", "s, early sums", "images/s", "efficiency"],
      projection.rows.map { row in
        [
          "\(row.nodes)", "\(row.ranks)", fixed(row.blocking, 4), fixed(row.overlapped, 4),
          fixed(row.imagesPerSecond, 1), percent(row.efficiency),
        ]
      })
  }

  private var rowText: String {
    """
    Weak scaling: \(number(projection.work.images)) images a rank and step, for which one of several independent ranks \
    takes \(fixed(projection.work.seconds, 4)) s here. Efficiency is these seconds over the shorter of the two steps. \
    Processors are taken to be those of the measurement, as busy as there.
    """
  }

  private var modelText: String {
    let model = projection.model
    return """
      A step takes what one rank computes on its own, and what sums over ranks add. Sums go slice by slice along the \
      canonical tree, by the messages that the program really sends. A slice takes the longest of three: its bytes on the \
      node's link, which the ranks of a node share; the processor's time for them; its messages one after the other, divided \
      by the slices under way. Early sums begin when a part of a gradient was final in the measured backward pass, and what \
      is left when the pass ends is waited for; the processor's time for them makes the pass longer. Not \
      in the model: ranks that are late at times, for which all others wait; networks that do not carry all links at their \
      full rate; memory that joins the ranks of a node, whose sums are taken to cost what they cost between nodes.

      Fitted to \(projection.fittedTo). A slow link hides what the processor takes, and one without a limit what the link \
      carries: what the measurements leave open stays near three copies of each byte, and near the share of Ethernet frames \
      that TCP carries.

      """ + "\n"
        + table(
          ["number", "value"],
          [
            ["processor time for a byte that a rank exchanges", "\(number(1e9 * model.processorSecondsPerByte)) ns"],
            [
              "an exchange of the smallest messages",
              "\(number(1e6 * model.secondsPerRound)) µs, to which --latency is added",
            ],
            ["part of a link's rate that carries numbers", number(model.linkShare)],
          ])
  }

  private var fitTable: String {
    "Where it was fitted:\n\n"
      + table(
        ["", "model", "measured", "error"],
        projection.fitErrors.map {
          [$0.what, seconds($0.predicted), seconds($0.measured), error($0.predicted / $0.measured - 1)]
        })
  }

  private var judgementText: String {
    guard let largest = projection.largestError else {
      return "It was not judged by other measurements: give their folders with --judge."
    }
    return "Judged by other measurements, of which it was given the time of independent ranks alone:\n\n"
      + table(
        ["preset", "link", "sums", "model", "measured", "error"],
        projection.judgements.map {
          [
            $0.preset, $0.link, $0.isOverlapped ? "early" : "afterwards", seconds($0.predicted), seconds($0.measured),
            error($0.error),
          ]
        }) + "\n\nThe largest error is \(percent(largest))."
  }

  private var growthTable: String {
    table(
      [
        "ranks", "rounds of a sum", "messages of rank 0", "most messages of a rank", "most connections of a rank",
        "most bytes either way", "rank 0 at a start", "rank 0 at an audit",
      ],
      projection.growth.rows.map { row in
        [
          "\(row.ranks)", "\(row.rounds)", "\(row.rootMessages)", "\(row.mostMessages)", "\(row.mostPartners)",
          "\(fixed(row.mostShare, 3)) buffers", bytes(row.startBytes), bytes(row.auditBytes),
        ]
      })
  }

  private var growthText: String {
    """
    Rounds, messages and connections, of the sum of one slice, are counted in the program's own schedules; where the ranks \
    are a power of two they grow with its logarithm, and are the same for all ranks. Rank 0 collects a line about each rank \
    when a run starts (counted as long as on this machine), and a checksum of each at an audit: both grow with the ranks, and \
    nothing here with their square. Checkpoints are as large as with one rank. The memory of a rank holds the networks, its \
    own images and a few slices, and what MPI keeps about ranks and connections:
    """
  }

  private var memoryTable: String {
    table(
      ["preset", "ranks", "MiB of a rank, measured"],
      projection.growth.memory.map { [$0.preset, "\($0.ranks)", fixed($0.mebibytes, 0)] })
  }

  private var chart: String {
    let rows = projection.rows
    func curve(_ name: String, isGuide: Bool = false, _ value: (Projection.Row) -> Double) -> LineChart.Curve {
      LineChart.Curve(name, rows.map { (Double($0.ranks), value($0)) }, isGuide: isGuide)
    }
    return LineChart(
      title: "Predicted seconds of a step, \(projection.preset), \(projection.link) links",
      x: ("ranks", .logarithmic, rows.map { Double($0.ranks) }), y: ("seconds", .linear),
      curves: [
        curve("sums afterwards", \.blocking), curve("early sums", \.overlapped),
        curve("one rank on its own", isGuide: true) { _ in projection.work.seconds },
      ]
    ).svg
  }

  private func table(_ titles: [String], _ rows: [[String]]) -> String {
    ([titles, titles.map { _ in "---" }] + rows).map { "| " + $0.joined(separator: " | ") + " |" }.joined(
      separator: "\n")
  }

  private func percent(_ share: Double) -> String { fixed(100 * share, 1) + " %" }

  private func error(_ share: Double) -> String { (share < 0 ? "−" : "+") + percent(abs(share)) }

  private func seconds(_ number: Double) -> String { fixed(number, 4) + " s" }

  private func bytes(_ count: Int) -> String { "\(number(Double(count) / 1024)) KiB" }

  /// A number with three digits.
  private func number(_ value: Double) -> String {
    value >= 100 || value == value.rounded() ? fixed(value, 0) : value >= 10 ? fixed(value, 1) : fixed(value, 2)
  }
}
