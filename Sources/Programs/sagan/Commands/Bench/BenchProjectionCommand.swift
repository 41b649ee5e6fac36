import Configuration
import ArgumentParser
import Foundation
import Scaling

/// `sagan bench project`.
struct BenchProjectionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "project", abstract: "Predict the speed of other clusters from measured runs.",
    discussion: """
      --fit and --judge name folders with results of sagan bench scaling on two hosts. The model is fitted to the first and \
      compared with all others, such as other rates of the link or other presets. All errors are printed.
      """)

  @Option(help: ArgumentHelp("Numbers of nodes, such as 1,8,64,512.", valueName: "N,N,…"), transform: Counts.reading)
  var nodes: Counts

  @Option(help: ArgumentHelp("Ranks on each node (default: 1).", valueName: "N"), transform: Int.reading)
  var ranksPerNode = 1

  @Option(
    help: ArgumentHelp("Rate of each node's link, such as 25gbit.", valueName: "RATE"), transform: LinkRate.reading)
  var link: LinkRate

  @Option(help: ArgumentHelp("Latency between nodes, such as 2us.", valueName: "TIME"), transform: TimeSpan.reading)
  var latency: TimeSpan

  @Option(help: ArgumentHelp("Results on one rank and on two hosts; the model is fitted to them.", valueName: "DIR"))
  var fit: String

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Other results on two hosts; the model's errors on them are reported.", valueName: "DIR")
  )
  var judge: [String] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Results on any number of ranks; the report lists their memory.", valueName: "DIR"))
  var memory: [String] = []

  @Option(help: ArgumentHelp("Folder for report.md and its picture (default: print the report).", valueName: "DIR"))
  var out: String?

  @OptionGroup var output: OutputOptions

  mutating func validate() throws {
    guard (1...4096).contains(ranksPerNode) else {
      throw ValidationError("expected --ranks-per-node from 1 to 4096 and found \(ranksPerNode)")
    }
    guard latency.seconds < 1 else {
      throw ValidationError("expected --latency below 1s, such as 2us, and found \(latency.words)")
    }
    guard nodes.counts.allSatisfy({ $0 * ranksPerNode <= 1 << 17 }) else {
      throw ValidationError("expected --nodes and --ranks-per-node that make \(1 << 17) ranks at most and found more")
    }
  }

  func run() throws {
    guard Launch.isRoot else { return }
    let projection = try Projection(
      fit: fit, judges: judge, memory: memory, nodes: nodes.counts, ranksPerNode: ranksPerNode, link: link,
      latency: latency.seconds)
    let report = ProjectionReport(projection)
    guard let out else { return try Console.deliver(report.text + "\n") }
    try ScalingBenchmark.makeFolder(out)
    try report.write(to: out, isForced: output.force)
    try Console.deliver("The report is \(out)/report.md.\n")
  }
}
