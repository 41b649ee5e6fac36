import Experiments
import Files
import Foundation
import TestSupport
import Testing

/// Reports of records that are known.
@Suite struct ExperimentReportTests {
  /// A folder of the scale `quick` with as many seeds.
  private static func folder(_ scratch: TemporaryDirectory, seeds: Int = 1) throws -> RunPlan {
    let state = ExperimentState(
      scale: .quick, data: "fashion-mnist", photographs: nil, photographReference: nil, extractor: "classifier",
      photographExtractor: "classifier", changes: [], seeds: seeds)
    _ = try ExperimentFolder(scratch.path, state, isShared: false)
    return try RunPlan(try state.catalogue().tables(ExperimentName.allCases), seeds: seeds)
  }

  private static func write(
    _ plan: RunPlan, row: Int, table: Int, _ scratch: TemporaryDirectory, _ text: (String) -> String
  )
    throws
  {
    let key = plan.key(row: row, table: table).description
    try Records.write(text(key), key: key, below: scratch.path)
  }

  private static func report(_ scratch: TemporaryDirectory, _ names: [ExperimentName]) throws -> (
    markdown: String, page: String
  ) {
    let path = try ExperimentReport(names, of: scratch.path).write()
    let page = try InputFile.bytes(of: scratch.path + "/report/report.html")
    return (String(decoding: try InputFile.bytes(of: path), as: UTF8.self), String(decoding: page, as: UTF8.self))
  }

  @Test func rowsWithoutRecordsAreNotRunYet() throws {
    let scratch = try TemporaryDirectory()
    _ = try Self.folder(scratch)
    let (markdown, page) = try Self.report(scratch, ExperimentName.allCases)
    for title in ExperimentName.allCases.map(\.title) {
      #expect(markdown.contains("## \(title)") && page.contains(">\(title)<"))
    }
    #expect(markdown.matches(of: /not run yet/).count == 3 + 3 + 5)
    #expect(!markdown.contains("of no run of the tables"))
    // A record that no row has is not passed over in silence, and one that another table has is no stranger.
    try Records.write(Records.text(key: "sagan32-abc"), key: "sagan32-abc", below: scratch.path)
    try Self.write(try Self.folder(scratch), row: 0, table: 1, scratch) { Records.text(key: $0) }
    #expect(
      try Self.report(scratch, [.table2]).markdown.contains("1 record beside these, sagan32-abc-s0 for instance, "))
    try FileManager.default.removeItem(atPath: scratch.path + "/records")
    #expect(!markdown.contains("lowest FD") && !markdown.contains(".svg"))
    // The published numbers stand there all the same, under their own heading.
    let parts = markdown.components(separatedBy: "### The published numbers: other data, other scale, other features")
    #expect(parts.count == 4 && !parts[0].contains("52.52") && parts[1].contains("| SAGAN | 52.52 | 83.7 | 18.65 |"))
  }

  @Test func numbersAreThoseOfTheRecords() throws {
    let scratch = try TemporaryDirectory()
    let plan = try Self.folder(scratch)
    try Self.write(plan, row: 0, table: 0, scratch) {
      Records.text(key: $0, distances: [40, 35, 36], secondsOfStep: 0.25)
    }
    try Self.write(plan, row: 1, table: 0, scratch) { Records.text(key: $0, distances: [30, 20, 25]) }
    try Self.write(plan, row: 2, table: 0, scratch) {
      Records.text(key: $0, distances: [30, 22.5, 50], warning: "it *collapses*")
    }
    let (markdown, _) = try Self.report(scratch, [.table2])
    // Best and last; the Inception Score of the records is 100 over the distance.
    #expect(
      markdown.contains("| SNGAN-projection | 1 | 30 | 480 | 20.00 | 25.00 | 5.000 | 4.000 | 0.500 |"),
      "\(markdown)")
    #expect(markdown.contains("| accuracy, last (chance 0.100) |") && markdown.contains("best of 3 evaluations"))
    #expect(
      markdown.contains(
        "Here SNGAN-projection has the lowest FD, 20.00; next is SAGAN with 22.50: one seed does not tell"))
    #expect(markdown.contains("SAGAN, the best system of the paper's table, is not the best one here."))
    // The fastest ends after 7.5 s, when the others have made 15 steps and were scored after 10.
    #expect(
      markdown.contains("after 8 s of training") && markdown.contains("| SAGAN | 15 | 30.00 | 3.333 | 0.500 |"),
      "\(markdown)")
    #expect(markdown.contains("| AC-GAN | 8 | 36.00 |"))
    #expect(markdown.contains("- SAGAN, seed 0, step 10: it \\*collapses\\*"))
    #expect(
      markdown.contains(
        "SAGAN, seed 0: the FD after the last step is more than twice its best, which it had at step 20"))
    #expect(markdown.contains("generator/block1.attention 0.250"))
    for name in ["table2-fd-steps", "table2-fd-images", "table2-fd-seconds", "table2-is-steps"] {
      let svg = String(decoding: try InputFile.bytes(of: "\(scratch.path)/report/\(name).svg"), as: UTF8.self)
      #expect(markdown.contains("(\(name).svg)") && svg.hasPrefix("<svg ") && svg.contains("SNGAN-projection"))
    }
  }

  @Test func closingScoresAreAgainstImagesThatTrainingNeverSaw() throws {
    let scratch = try TemporaryDirectory()
    let plan = try Self.folder(scratch)
    func scores(_ numbers: [(name: String, value: Double)]) -> String {
      numbers.map { "{\"name\":\"\($0.name)\",\"value\":\($0.value)}" }.joined(separator: ",")
    }
    let best = scores([("fd_classifier", 21), ("fd_classifier_gap", 1), ("recall_classifier", 0.5)])
    let last = scores([("fd_classifier", 31.5), ("intra_fd_classifier", 60), ("precision_classifier", 0.75)])
    try Self.write(plan, row: 2, table: 0, scratch) { Records.text(key: $0, closing: (best, last)) }
    let markdown = try Self.report(scratch, [.table2]).markdown
    #expect(markdown.contains("Against images that training never saw (fashion-mnist:test)"), "\(markdown)")
    #expect(markdown.contains("| last step | FD | intra FD | precision |\n"), "\(markdown)")
    #expect(markdown.contains("| SAGAN | 31.50 | 60.00 | 0.750 |") && markdown.contains("| AC-GAN | – | – | – |"))
    #expect(markdown.contains("| best checkpoint | FD | recall |") && markdown.contains("| SAGAN | 21.00 | 0.500 |"))
  }

  @Test func seedsHaveMeanDeviationAndBand() throws {
    let scratch = try TemporaryDirectory()
    let plan = try Self.folder(scratch, seeds: 3)
    let key = plan.key(row: 0, table: 1).description
    for (seed, last) in [10.0, 20, 60].enumerated() {
      let text = Records.text(key: key, seed: seed, distances: [70, last])
      try Records.write(text, key: key, seed: seed, below: scratch.path)
    }
    let (markdown, page) = try Self.report(scratch, [.figure3])
    #expect(markdown.contains("| SN in D | 3 | 20 | 320 | 30.00 ± 26.46 | 30.00 ± 26.46 |"), "\(markdown)")
    let svg = String(decoding: try InputFile.bytes(of: "\(scratch.path)/report/figure3-fd-steps.svg"), as: UTF8.self)
    #expect(svg.contains("<polygon") && page.contains("<polygon"))
    // One of three is said.
    try Records.write("{}", key: key, seed: 2, below: scratch.path)
    let damaged = try Self.report(scratch, [.figure3]).markdown
    #expect(damaged.contains("| SN in D | 2 of 3 |") && damaged.contains("remove its folder"), "\(damaged)")
  }

  @Test func aSharedRunStandsInBothTables() throws {
    let scratch = try TemporaryDirectory()
    let plan = try Self.folder(scratch)
    try Self.write(plan, row: 2, table: 1, scratch) { Records.text(key: $0, distances: [77.25]) }
    let markdown = try Self.report(scratch, [.figure3, .table1]).markdown
    #expect(markdown.contains("| SN in G and D, two rates | 1 | 10 | 160 | 77.25 |"))
    #expect(markdown.contains("| no attention | 1 | 10 | 160 | 77.25 |"))
    #expect(markdown.contains("records of 1 finished run of"))
  }

  @Test func foreignTextIsText() throws {
    let scratch = try TemporaryDirectory()
    let plan = try Self.folder(scratch)
    try Self.write(plan, row: 0, table: 0, scratch) {
      Records.text(key: $0, host: "<script>alert(1)</script>|x\\u202Ey", warning: "](javascript:1) <img src=x>")
    }
    let (markdown, page) = try Self.report(scratch, [.table2])
    #expect(!page.contains("<script") && page.contains("&lt;script&gt;alert(1)"), "\(page)")
    #expect(!page.contains("<img src=x") && !page.contains("<b>CPU"))
    #expect(!markdown.contains("<") && markdown.contains("&lt;script>alert(1)&lt;/script>\\|x"), "\(markdown)")
    #expect(!markdown.contains("\u{202E}") && markdown.contains("\\](javascript:1)"))
  }

  @Test func nothingIsNamed() throws {
    let scratch = try TemporaryDirectory()
    let error = #expect(throws: FileError.self) { _ = try ExperimentReport([.table1], of: scratch.path) }
    #expect(error?.kind == .missing && error?.message.contains("experiment.json") == true)
  }
}
