internal import DataParallel

/// How long a step takes on a cluster: what one rank computes, and what sums over ranks add.
///
/// - **Compute**: the seconds of a rank on its own, with all cores of its node at work.
/// - **Sums**: each rank exchanges its part of every buffer along the canonical tree, slice by slice, several at a time. A
///   slice takes as long as the slowest of three: its bytes on the link, which all ranks of a node share; the processor,
///   which copies, sends, receives and adds; and its messages one after the other, since only so many slices are under way.
/// - **Early sums** begin when a part of a gradient is final, as it was measured in the backward pass, and go on behind it.
///   Their processor time adds to the step; what is left when the pass ends is waited for.
///
/// It knows nothing of ranks that are slower than others at times, and takes the network to carry all links at full rate.
public struct ClusterModel: Codable, Sendable {
  /// Seconds of processor time for a byte that a rank exchanges: sent, received, and added half the time.
  public let processorSecondsPerByte: Double
  /// Seconds of one exchange of the smallest messages, the latency of the measured network among them.
  public let secondsPerRound: Double
  /// The part of a link's rate that is left for what messages carry.
  public let linkShare: Double

  /// A model with known numbers.
  package init(processorSecondsPerByte: Double, secondsPerRound: Double, linkShare: Double) {
    self.processorSecondsPerByte = processorSecondsPerByte
    (self.secondsPerRound, self.linkShare) = (secondsPerRound, linkShare)
  }

  /// What one rank computes, and what it sums.
  package struct Work {
    /// Seconds of a step without sums.
    let seconds: Double
    /// Real images of a step.
    let images: Double
    let gradients: [Gradient]
    let smallSums: [Double]

    /// One network's gradient: bytes, how often a step sums it, and when its parts are final.
    package struct Gradient {
      let bytes: Double
      let sums: Double
      /// In the order of their times; `left` are the seconds until the backward pass ends.
      let parts: [(bytes: Double, left: Double)]

      /// A gradient.
      package init(bytes: Double, sums: Double = 1, parts: [(bytes: Double, left: Double)] = []) {
        (self.bytes, self.sums, self.parts) = (bytes, sums, parts)
      }
    }

    /// The work of a rank.
    package init(seconds: Double, images: Double, gradients: [Gradient], smallSums: [Double] = []) {
      (self.seconds, self.images, self.gradients, self.smallSums) = (seconds, images, gradients, smallSums)
    }
  }

  /// Seconds of a step.
  ///
  /// - Parameters:
  ///   - work: What each rank does.
  ///   - cluster: Where.
  ///   - isOverlapped: Whether sums begin during backward passes.
  /// - Returns: The prediction.
  package func seconds(_ work: Work, on cluster: Cluster, isOverlapped: Bool) -> Double {
    guard cluster.ranks > 1 else { return work.seconds }
    let cost = SumCost(cluster, self)
    let sums = work.gradients.reduce(0) { total, gradient in
      total + gradient.sums * (isOverlapped ? earlySeconds(gradient, cost) : cost.seconds(gradient.bytes))
    }
    return work.seconds + sums + work.smallSums.reduce(0) { $0 + cost.seconds($1) }
  }

  /// What an early sum adds to a step.
  private func earlySeconds(_ gradient: Work.Gradient, _ cost: SumCost) -> Double {
    let parts = gradient.parts.filter { $0.bytes > SumTraffic.leastOverlappedShare * gradient.bytes }
    let early = parts.reduce(0) { $0 + $1.bytes }
    var end = -Double.infinity
    for part in parts { end = max(end, -part.left) + part.bytes * cost.hiddenSecondsPerByte }
    // What the messages take from the pass makes it longer, which hides more of them.
    let processor = early * cost.processorSecondsPerByte
    let rest = min(max(end - processor, 0) / cost.hiddenSecondsPerByte, early)
    let after = rest > 0 ? cost.seconds(rest) : 0
    return (early - rest) * cost.processorSecondsPerByte + after
      + (gradient.bytes > early ? cost.seconds(gradient.bytes - early) : 0)
  }
}
