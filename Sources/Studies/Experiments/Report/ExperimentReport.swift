package import Files
internal import Reports
internal import Runs

/// What records say, as `report.md` with its pictures and as a page.
package struct ExperimentReport {
  private let folder: String
  private let state: ExperimentState
  private let names: [ExperimentName]
  private let plan: RunPlan
  private let records: RecordFolder
  private var runs: [String: FinishedRun] = [:]
  private var notes: [String] = []

  /// Reads the records of a folder.
  ///
  /// - Parameters:
  ///   - names: The experiments to report.
  ///   - folder: The folder.
  /// - Throws: A `ReportedError` where nothing has run in it, or what runs have in common is damaged; single records that are
  ///   damaged become notes.
  package init(_ names: [ExperimentName], of folder: String) throws {
    guard let state = try ExperimentState.read(of: folder) else {
      throw FileError(
        .missing,
        "expected the experiments of sagan experiment run in '\(folder)' and found no \(ExperimentState.fileName); name their folder "
          + "with --out")
    }
    (self.names, self.folder, self.state) = (names, folder, state)
    plan = try RunPlan(try state.catalogue().tables(names), seeds: state.seeds)
    records = RecordFolder(of: folder)
    for run in plan.runs {
      do throws(FileError) {
        runs[run.name] = try records.record(run.name)
      } catch {
        notes.append(error.sentence)
      }
    }
  }

  /// Writes the report into the folder `report`; files of these names that are there are replaced.
  ///
  /// - Returns: The path of its Markdown.
  /// - Throws: `FileError` where it cannot be written.
  package func write() throws(FileError) -> String {
    let path = folder + "/report"
    try Directory.create(path)
    let output = try Folder(path)
    let blocks = self.blocks
    for block in blocks {
      switch block {
      case .charts(let charts):
        for chart in charts { try OutputFile.write(Array(chart.chart.svg.utf8), to: chart.file, in: output) }
      case .pictures(let pictures):
        for picture in pictures { try OutputFile.write(picture.png, to: picture.file, in: output) }
      default: continue
      }
    }
    let texts = texts(of: blocks)
    try OutputFile.write(Array(texts.page.utf8), to: "report.html", in: output)
    try OutputFile.write(Array(texts.markdown.utf8), to: "report.md", in: output)
    return path + "/report.md"
  }

  /// The report without the files of its pictures.
  package var texts: (markdown: String, page: String) { texts(of: blocks) }

  private func texts(of blocks: [ReportBlock]) -> (markdown: String, page: String) {
    let page = PageReport(title: Self.title, program: "sagan \(ProgramVersion.number)", blocks)
    return (MarkdownReport.text(blocks), page.text)
  }

  private static let title = "Tables and figures of the SAGAN paper, made again"

  /// All of the report.
  private var blocks: [ReportBlock] {
    var blocks: [ReportBlock] = [.heading(level: 1, Self.title)] + introduction
    if !notes.isEmpty { blocks += [.paragraph("Damaged:"), .list(notes)] }
    for place in plan.tables.indices {
      let result = TableResult(place, of: plan, runs)
      let table = result.table
      blocks.append(.heading(level: 2, table.title))
      blocks += ResultBlocks(result, scale: state.scale, seeds: state.seeds).blocks
      let curves = CurveBlocks(result, name: table.name.rawValue + (table.data.isPhotographs ? "-photographs" : ""))
      for (title, part) in [
        ("Scores in training", curves.blocks), ("Samples and attention", PictureBlocks(result, records).blocks),
      ] where !part.isEmpty {
        blocks += [.heading(level: 3, title)] + part
      }
    }
    let found = plan.runs.compactMap { runs[$0.name] }
    return blocks + PlaceBlocks(state, plan, names, folder: folder, runs: found).blocks
  }

  private var introduction: [ReportBlock] {
    let hours = plan.runs.compactMap { runs[$0.name]?.allSeconds }.reduce(0, +) / 3600
    let changes = state.changes.map { "\($0.name)=\($0.value)" }.joined(separator: ", ")
    var blocks: [ReportBlock] = [
      .paragraph(
        "Made by sagan \(ProgramVersion.number) from the records of \(counted(runs.count, "finished run")) of \(plan.runs.count), which took "
          + "\(fixed(hours, 2)) hours, at the scale \(state.scale.rawValue): \(state.scale.words). H. Zhang, I. Goodfellow, D. Metaxas, A. "
          + "Odena: Self-Attention Generative Adversarial Networks, ICML 2019."),
      .heading(level: 2, "What can be compared"), .list(FairnessText.items(state.scale)),
    ]
    if let whole = try? RunPlan(state.catalogue().tables(ExperimentName.allCases), seeds: state.seeds) {
      let strangers = records.strangers(to: whole)
      if let first = strangers.first {
        blocks.append(
          .paragraph(
            "\(counted(strangers.count, "record")) beside these, \(first) for instance, are of no run of the tables: of tables as they "
              + "were before, or of other settings."))
      }
    }
    if !changes.isEmpty {
      blocks.append(.paragraph("All rows have settings that are not the scale's own: \(changes)."))
    }
    return blocks
  }
}
