internal import Files

/// Samples of a table's rows, and what attention looks at.
struct PictureBlocks {
  private let result: TableResult
  private let records: RecordFolder

  init(_ result: TableResult, _ records: RecordFolder) { (self.result, self.records) = (result, records) }

  /// The blocks, of the first seed that each row has.
  var blocks: [ReportBlock] {
    let samples = result.rows.compactMap { row in
      row.runs.first.flatMap { run in picture(RecordFolder.samplesName, run, row, Self.samples(row, run)) }
    }
    let looks = result.rows.compactMap { row in
      row.runs.first.flatMap { run in picture(RecordFolder.attentionName, run, row, Self.attention(row, run)) }
    }
    var blocks: [ReportBlock] = []
    if !samples.isEmpty {
      let words =
        "Samples, one row for each class. All rows of the table draw the same latent vectors, each with the weights of its "
      blocks += [.paragraph(words + "best FD."), .pictures(samples)]
    }
    if !looks.isEmpty {
      let words =
        "What the generator's attention looks at: each image with its query points, and for each point the map of what it "
      blocks += [.paragraph(words + "looks at."), .pictures(looks)]
    }
    return blocks
  }

  private static func samples(_ row: RowResult, _ run: FinishedRun) -> String {
    "\(row.row.label), seed \(run.seed), step \(grouped(run.bestStep ?? run.steps))"
  }

  private static func attention(_ row: RowResult, _ run: FinishedRun) -> String {
    "Attention of \(samples(row, run))"
  }

  private func picture(_ name: String, _ run: FinishedRun, _ row: RowResult, _ caption: String) -> ReportBlock.Picture?
  {
    guard let png = records.picture(name, of: run.name) else { return nil }
    let what = name == RecordFolder.samplesName ? "Grid of samples of" : "Maps of attention of"
    return ReportBlock.Picture(
      file: "\(run.name)-\(name)", png: png, alt: "\(what) \(row.row.label), seed \(run.seed)", caption: caption)
  }
}
