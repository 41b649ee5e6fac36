import ArgumentParser
import Experiments
import Files
import Reports

/// `sagan experiment`.
struct ExperimentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "experiment", abstract: "Make the tables and the figure of the SAGAN paper again.",
    subcommands: [ExperimentListCommand.self, ExperimentRunCommand.self, ExperimentReportCommand.self])
}

/// `sagan experiment list`.
struct ExperimentListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the experiments, their rows and scales.")

  func run() throws {
    guard Launch.isRoot else { return }
    var lines: [String] = []
    for name in ExperimentName.allCases {
      let catalogue = ExperimentCatalogue(
        scale: .small, data: try ExperimentData(nil, at: .small),
        photographs: try .photographs("folder:photographs", reference: nil))
      lines.append("\(name.rawValue)  \(name.title)")
      for table in catalogue.tables([name]) {
        let rows = table.rows.map(\.label).joined(separator: ", ")
        lines.append("  \(table.data.isPhotographs ? "on photographs: " : "")\(rows)")
      }
    }
    let scales = ExperimentScale.allCases.map { scale in
      let numbers = scale.numbers
      return [
        scale.rawValue, scale.words,
        scale.isPublished
          ? "the presets' steps" : "\(numbers.steps) steps of SAGAN, \(numbers.evaluations) evaluations",
      ]
    }
    let table = TextTable.lines([["scale", "", ""]] + scales, rightFrom: 3)
    try Console.deliver((lines + [""] + table).joined(separator: "\n") + "\n")
  }
}

/// `sagan experiment report`.
struct ExperimentReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Write the report of finished runs, in Markdown and as a page.",
    discussion: """
      The report is made from records alone, DIR/records, and goes to DIR/report, where an earlier one is replaced. Rows without a \
      record are shown as not run yet.
      """)

  @Argument(
    help: ArgumentHelp("Experiments: \(ExperimentName.list).", valueName: "NAME"), transform: ExperimentNames.reading)
  var names: ExperimentNames

  @Option(help: ArgumentHelp("Folder of experiments.", valueName: "DIR"), completion: .directory)
  var out: String

  func run() throws {
    guard Launch.isRoot else { return }
    let path = try ExperimentReport(names.names, of: out).write()
    Console.say("The report is \(path).".shown)
  }
}

/// Experiments as users name them.
struct ExperimentNames: ExplainedArgument {
  static let expectation = "experiments with commas between: \(ExperimentName.list),"

  let names: [ExperimentName]

  init?(argument: String) {
    guard let names = ExperimentName.reading(argument), !names.isEmpty else { return nil }
    self.names = names
  }
}
