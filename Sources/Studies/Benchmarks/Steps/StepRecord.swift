/// What a measurement of steps found, for programs: the object that `sagan bench step --json` prints.
public struct StepRecord: Codable, Sendable {
  /// The preset's name.
  public let preset: String
  /// Height and width of an image, its channels, the networks' width, and the number of classes.
  public let resolution, imageChannels, width, classes: Int
  /// Real images of a discriminator update and latents of a generator update, over all ranks; of independent ranks, of each.
  public let batch, generatorBatch: Int
  /// Discriminator updates of a step, and parts that a batch is cut into.
  public let discriminatorUpdates, shards: Int
  /// How convolutions are computed.
  public let conv: String
  /// How many ranks there are, and the threads of each.
  public let ranks, threads: Int
  /// Whether each rank made steps of its own, without sums over ranks.
  public let independent: Bool
  /// When sums of gradients were taken.
  public let overlap: String
  /// Where the ranks ran.
  public let placements: [Placement]
  /// How many steps were timed.
  public let steps: Int
  /// Real images of discriminator updates over the seconds of a step, of all ranks together.
  public let imagesPerSecondMedian, imagesPerSecondBest: Double
  /// Seconds of a step; of independent ranks, in the mean over them.
  public let secondsMedian, secondsBest: Double
  /// Seconds of each step on rank 0.
  public let stepSeconds: [Double]
  /// Seconds that rank 0 waited for sums over ranks in each step.
  public let sumSeconds: [Double]
  /// Seconds of the phases of rank 0's median step.
  public let phases: [String: Double]
  /// Gradients, of the generator and of the discriminator, and when they were there.
  public let gradients: [Gradients]
  /// Bytes of the other sums over ranks of a step: losses, once an update, and statistics of batch norm.
  public let smallSumBytes: [Int]
  /// Operations of a step by the direct algorithms, and what they make in a second, in 10⁹.
  public let gflop, effectiveGflops: Double
  /// What all threads reach in BLAS's matrix product, in 10⁹ operations a second, and how much of that steps do.
  public let sgemmGflops, shareOfSgemm: Double
  /// Bytes that all threads copy, read and written, in 10⁹ a second.
  public let copyGbps: Double
  /// Bytes of a step in 10⁹.
  public let gigabytes: Double
  /// Seconds of a step by either rate alone.
  public let floorSgemmSeconds, floorCopySeconds: Double
  /// The most memory of a rank, in the mean over ranks.
  public let peakMebibytes: Double
  /// Parameters of the networks.
  public let generatorParameters, discriminatorParameters: Int
  /// Bytes of the second cache that blocks are cut for; `nil` in records of earlier versions.
  public let level2Bytes: Int?
  /// The program's version, and the instructions that it was built for.
  public let program, instructionSet: String
  /// The processor's name, where the system tells.
  public let processor: String?

  /// Where one rank ran.
  public struct Placement: Codable, Hashable, Sendable {
    /// The host's name.
    public let host: String
    /// The number of the machine behind it, which several hosts made of namespaces or containers share.
    public let machine: Int
    /// The processors that the rank could use, and the cores that they belong to, by the least processor of each.
    public let processors, cores: [Int]
  }

  /// The gradient of one network.
  public struct Gradients: Codable, Sendable {
    /// Bytes of all of it.
    public let bytes: Int
    /// How often a step sums it.
    public let sums: Int
    /// The parts that are final before the backward pass ends, in that order.
    public let parts: [Part]

    /// One part of a gradient.
    public struct Part: Codable, Sendable {
      /// Its bytes.
      public let bytes: Int
      /// Seconds of the backward pass that are left when it is final.
      public let secondsLeft: Double
    }
  }

  /// Whether threads had to share cores: then what was measured says nothing about speed.
  public var isOversubscribed: Bool {
    func isFull(_ ranks: [Placement]) -> Bool {
      let cores = Set(ranks.flatMap(\.cores))
      return !cores.isEmpty && ranks.count * threads > cores.count
    }
    return Dictionary(grouping: placements, by: \.machine).values.contains { ranks in
      // All ranks of a machine may have cores enough, and some of them be bound to the same one.
      isFull(ranks) || Dictionary(grouping: ranks, by: \.cores).values.contains(where: isFull)
    }
  }

  /// The hosts, each once, in the order of ranks.
  public var hosts: [String] {
    var seen: Set<String> = []
    return placements.map(\.host).filter { seen.insert($0).inserted }
  }
}
