import ArgumentParser
import Foundation
import Scaling

/// `sagan bench project`.
struct BenchProjectionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "project", abstract: "Predict what other clusters would give, from measured runs.",
    discussion: """
      --fit and --judge name folders of results of sagan bench scaling on two hosts. The model is fitted to the first, and \
      held against all others: other rates of the link, other presets. All errors are printed.
      """)

  @Option(help: ArgumentHelp("Numbers of nodes, such as 1,8,64,512.", valueName: "N,N,…"), transform: Counts.reading)
  var nodes: Counts

  @Option(help: ArgumentHelp("Ranks on each node.", valueName: "N"), transform: Int.reading)
  var ranksPerNode = 1

  @Option(
    help: ArgumentHelp("The rate of each node's link, such as 25gbit.", valueName: "RATE"), transform: LinkRate.reading)
  var link: LinkRate

  @Option(
    help: ArgumentHelp("The time from node to node, such as 2us.", valueName: "TIME"), transform: TimeSpan.reading)
  var latency: TimeSpan

  @Option(help: ArgumentHelp("Results on one rank and on two hosts, to which the model is fitted.", valueName: "DIR"))
  var fit: String

  @Option(
    parsing: .upToNextOption, help: ArgumentHelp("Other results on two hosts, by which it is judged.", valueName: "DIR")
  )
  var judge: [String] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Results on any number of ranks, whose memory the report tells as well.", valueName: "DIR"))
  var memory: [String] = []

  @Option(help: ArgumentHelp("A folder for report.md and its picture; else the report is printed.", valueName: "DIR"))
  var out: String?

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
    try report.write(to: out)
    try Console.deliver("The report is \(out)/report.md.\n")
  }
}
