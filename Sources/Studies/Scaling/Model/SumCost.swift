internal import DataParallel

/// What canonical sums cost the rank of a cluster that has most to do, by the messages that it really exchanges.
package struct SumCost {
  private let model: ClusterModel
  private let bytesPerSecond: Double
  private let large: Messages
  private let small: Messages

  /// The messages of one sum.
  private struct Messages {
    /// Shares of the buffer that pass through the rank, and through its node's link.
    var share = 0.0
    var linkShare = 0.0
    /// Seconds of the messages' own, whatever their sizes.
    var delay = 0.0
    var rounds = 0

    init(_ cluster: Cluster, _ model: ClusterModel, isSmall: Bool) {
      for rank in 0..<cluster.ranks {
        let traffic = SumTraffic(
          rank: rank, of: cluster.ranks, ranksPerNode: cluster.ranksPerNode, isSmall: isSmall)
        var (own, link, delay) = (0.0, 0.0, 0.0)
        for round in traffic.rounds {
          own += round.share
          // All ranks of a node send at the same time.
          link += round.remoteShare * Double(cluster.ranksPerNode)
          delay += model.secondsPerRound + (round.remoteShare > 0 ? cluster.latency : 0)
        }
        share = max(share, own)
        linkShare = max(linkShare, link)
        self.delay = max(self.delay, delay)
        rounds = max(rounds, traffic.rounds.count)
      }
    }
  }

  package init(_ cluster: Cluster, _ model: ClusterModel) {
    self.model = model
    bytesPerSecond = cluster.bytesPerSecond * model.linkShare
    large = Messages(cluster, model, isSmall: false)
    small = Messages(cluster, model, isSmall: true)
  }

  /// Seconds of processor time that a byte of a buffer takes.
  package var processorSecondsPerByte: Double { model.processorSecondsPerByte * large.share }

  /// Seconds of a sum that the rank waits for.
  package func seconds(_ bytes: Double) -> Double {
    guard bytes > Double(SumTraffic.smallBytes) else { return small.delay + bytes * small.linkShare / bytesPerSecond }
    let slice = min(bytes, Double(SumTraffic.slices.bytes))
    let one = slice * (link + processorSecondsPerByte) + large.delay
    let each = secondsPerSlice(slice)
    // The first slice has nothing before it to hide behind.
    return bytes / slice * each + max(one - each, 0)
  }

  /// Seconds that a byte of a gradient takes while a backward pass goes on and a thread looks after messages at times.
  var hiddenSecondsPerByte: Double {
    let slice = Double(SumTraffic.slices.bytes)
    let looks = Double(large.rounds) * SumTraffic.pause / Double(SumTraffic.slices.atOnce)
    return max(secondsPerSlice(slice), looks) / slice
  }

  private var link: Double { large.linkShare / bytesPerSecond }

  /// Several slices are under way: the slowest of the link, the processor, and one slice after the other.
  private func secondsPerSlice(_ slice: Double) -> Double {
    let (link, processor) = (slice * link, slice * processorSecondsPerByte)
    return max(link, processor, (link + processor + large.delay) / Double(SumTraffic.slices.atOnce))
  }
}
