/// Nodes that a network joins, as a model sees them.
public struct Cluster: Sendable {
  /// How many nodes there are.
  public let nodes: Int
  /// Ranks on each of them.
  public let ranksPerNode: Int
  /// What a node's link carries in each direction at the same time, in bytes a second; infinite if nothing limits it.
  public let bytesPerSecond: Double
  /// Seconds that a message needs from node to node, beyond the time of its bytes and of the programs on both sides.
  public let latency: Double

  /// A cluster, whose network is taken to carry all links at their full rate.
  public init(nodes: Int, ranksPerNode: Int, bytesPerSecond: Double, latency: Double) {
    (self.nodes, self.ranksPerNode) = (nodes, ranksPerNode)
    (self.bytesPerSecond, self.latency) = (bytesPerSecond, latency)
  }

  /// All ranks.
  public var ranks: Int { nodes * ranksPerNode }
}
