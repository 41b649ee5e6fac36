import ArgumentParser
import Configuration
import Experiments
import Files
import Scaling

/// The cluster that experiments are planned for.
struct ClusterOptions: ParsableArguments {
  @Flag(help: "Print what the runs would take on a cluster, instead of making them; measures some steps here.")
  var plan = false

  @Option(help: ArgumentHelp("Numbers of nodes, such as 1,4,16.", valueName: "N,N,…"), transform: Counts.reading)
  var nodes: Counts?

  @Option(help: ArgumentHelp("Cores of each node (default: 64).", valueName: "N"), transform: Int.reading)
  var coresPerNode = 64

  @Option(
    help: ArgumentHelp("Rate of each node's link, such as 25gbit.", valueName: "RATE"), transform: LinkRate.reading)
  var link: LinkRate?

  @Option(help: ArgumentHelp("Latency between nodes (default 2us).", valueName: "TIME"), transform: TimeSpan.reading)
  var latency: TimeSpan?

  @Option(
    help: ArgumentHelp(
      "Results of sagan bench scaling on two hosts; the model of sums is fitted to them.", valueName: "DIR"))
  var fit = "docs/scaling/hosts-unlimited"

  mutating func validate() throws {
    guard (1...4096).contains(coresPerNode) else {
      throw ValidationError("expected --cores-per-node from 1 to 4096 and found \(coresPerNode)")
    }
    if let latency, latency.seconds >= 1 {
      throw ValidationError("expected --latency below 1s, such as 2us, and found \(latency.words)")
    }
    guard nodes?.counts.allSatisfy({ $0 <= 4096 }) ?? true else {
      throw ValidationError("expected --nodes up to 4096 and found more")
    }
    guard !plan || nodes != nil && link != nil else {
      throw ValidationError("expected --nodes and --link beside --plan, such as --nodes 1,4,16 --link 25gbit")
    }
  }

  /// The cluster; `nil` where none is planned for.
  var request: ClusterRequest? {
    guard plan, let nodes, let link else { return nil }
    return ClusterRequest(
      nodes: nodes.counts, coresPerNode: coresPerNode, link: link, latency: latency?.seconds ?? 2e-6, fit: fit)
  }
}
