import ArgumentParser
import Checkpoints
import Files
import Reports
import Runs

/// `sagan report`.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Make a page about runs: settings, samples over time, scores, curves, and the commands that repeat them.",
    discussion: """
      The page is one file that needs no network, for any browser and for printing. Several runs share their charts, and settings \
      stand side by side. Runs are only read, and may be in training. See docs/report.md.
      """)

  @Argument(help: ArgumentHelp("Run directories.", valueName: "RUN"), completion: .directory)
  var runs: [String]

  @Option(
    help: ArgumentHelp(
      "Page to write (default: report.html in the directory of a single run, where a report of this program is replaced).",
      valueName: "FILE.html"))
  var out: String?

  @OptionGroup var output: OutputOptions

  mutating func validate() throws {
    guard runs.count <= Self.most else {
      throw ValidationError("expected at most \(Self.most) runs and found \(runs.count)")
    }
    guard runs.count == 1 || out != nil else {
      throw ValidationError("expected --out FILE.html, the page to write about several runs")
    }
  }

  /// More curves in a chart say nothing.
  private static let most = 24

  func run() throws {
    guard Launch.isRoot else { return }
    let records = try RunRecord.all(runs)
    let path = out ?? ReportFile.path(of: records[0])
    try Checkpoint.checkOutside(path)
    let file = try ReportFile.open(path, of: records, isForced: output.force)
    let page = ReportPage(
      records, program: "sagan \(ProgramVersion.number)", attention: AttentionFigureMaker.figures)
    try file.append(Array(page.text.utf8))
    _ = try file.finish()
    // Not behind a page that goes to standard output.
    if !Directory.isSame(path, "/dev/stdout") { Console.say("The report is \(path).".shown) }
  }
}
