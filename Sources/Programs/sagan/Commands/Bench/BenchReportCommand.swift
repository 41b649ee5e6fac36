import ArgumentParser
import Scaling

/// `sagan bench report`.
struct BenchReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write the report and pictures of a scaling benchmark again from its results.",
    discussion: "Results are written after each round, so a stopped benchmark can be reported, too.")

  @Argument(help: ArgumentHelp("Folder with results.json.", valueName: "DIR"))
  var folder: String

  func run() throws {
    guard Launch.isRoot else { return }
    let report = ScalingReport(try ScalingResults(path: folder))
    try report.write(to: folder)
    try Console.deliver(report.table + "\n\nThe report is \(folder)/report.md.\n")
  }
}
