package import Scaling

/// A cluster that experiments are planned for.
package struct ClusterRequest: Sendable {
  /// Numbers of nodes, each a plan of its own.
  package let nodes: [Int]
  /// Cores of each node.
  package let coresPerNode: Int
  /// What joins each node to the network.
  package let link: LinkRate
  /// Seconds from node to node.
  package let latency: Double
  /// Where the results of `sagan bench scaling` lie that the model of sums is fitted to.
  package let fit: String

  /// A cluster.
  package init(nodes: [Int], coresPerNode: Int, link: LinkRate, latency: Double, fit: String) {
    (self.nodes, self.coresPerNode, self.link, self.latency, self.fit) = (nodes, coresPerNode, link, latency, fit)
  }
}

/// How the ranks of a run lie on nodes.
package struct RankLayout: Equatable, Sendable {
  /// Nodes that have ranks, ranks on each of them, and threads of each rank.
  package let nodes, ranksPerNode, threads: Int

  /// All ranks.
  package var ranks: Int { nodes * ranksPerNode }

  /// As many ranks as are allowed and have a core each, on as many nodes as they can fill evenly.
  ///
  /// - Parameters:
  ///   - allowed: Numbers of ranks that can make the run; 1 among them.
  ///   - nodes: Nodes that there are.
  ///   - cores: Cores of each.
  package init(allowed: [Int], nodes: Int, cores: Int) {
    let ranks = allowed.filter { $0 <= nodes * cores }.max() ?? 1
    let used = (1...nodes).last { ranks.isMultiple(of: $0) && ranks / $0 <= cores } ?? 1
    (self.nodes, ranksPerNode) = (used, ranks / used)
    threads = max(cores / (ranks / used), 1)
  }
}
