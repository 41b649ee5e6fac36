internal import DataParallel
internal import Tensors

/// Which runs a scaling benchmark makes.
public struct ScalingPlan: Codable, Sendable {
  /// What stays the same as ranks are added.
  public enum Mode: String, Codable, Sendable, CaseIterable {
    /// The images of each rank.
    case weak
    /// The images of all of them.
    case strong
  }

  /// How the ranks of a run work together.
  public enum Kind: String, Codable, Sendable, CaseIterable {
    /// As in training.
    case usual
    /// With sums after backward passes where training takes them early, and the other way round.
    case other
    /// Each on its own, side by side.
    case independent
  }

  /// The preset's name.
  public let preset: String
  /// What stays the same.
  public let mode: Mode
  /// Numbers of ranks, least first.
  public let ranks: [Int]
  /// Images of each rank, or of all of them in strong scaling.
  public let batch: Int
  /// Threads of each rank.
  public let threads: Int
  /// Steps of each run that are timed.
  public let steps: Int
  /// How often each run is made.
  public let rounds: Int
  /// Settings that differ from the preset, as `key=value`.
  public let settings: [String]
  /// Bytes of the largest buffer that is summed alone.
  public let sumBytes: Int
  /// What joins the hosts, in the user's words, such as `1gbit`.
  public let link: String?

  /// A plan.
  ///
  /// - Throws: `ScalingError` if the images cannot be shared out.
  public init(
    preset: String, mode: Mode, ranks: [Int], batch: Int, threads: Int, steps: Int, rounds: Int, settings: [String],
    sumBytes: Int = 32 << 20, link: String?
  ) throws(ScalingError) {
    (self.preset, self.mode, self.batch, self.threads) = (preset, mode, batch, threads)
    self.ranks = Set(ranks).sorted()
    (self.steps, self.rounds, self.settings) = (steps, rounds, settings)
    (self.sumBytes, self.link) = (sumBytes, link)
    guard mode == .strong else { return }
    let allowed = ReductionTree.allowedRanks(shards: shards)
    for count in self.ranks where batch % shards != 0 || !allowed.contains(count) {
      throw ScalingError(
        .configuration,
        "expected a batch of \(batch) that \(count) ranks can share in \(shards) shards, one for each of the most ranks, and "
          + "found that they cannot; \(shards) shards suit \(allowed.map(String.init).joined(separator: ", ")) ranks, and "
          + "--batch must be a multiple of them")
    }
  }

  /// Parts of the batch in strong scaling: all runs compute the same.
  private var shards: Int { ranks.last ?? 1 }

  /// The kinds of runs with so many ranks.
  func kinds(_ ranks: Int) -> [Kind] { ranks == 1 ? [.independent] : [.usual, .other, .independent] }

  /// The arguments of `sagan` for a run.
  ///
  /// - Parameters:
  ///   - ranks: How many ranks it has.
  ///   - kind: How they work together.
  ///   - overlap: When they sum gradients, where the plan does not leave that to the program.
  /// - Returns: The command and its options.
  package func arguments(ranks: Int, kind: Kind, overlap: String?) -> [String] {
    let isAlone = kind == .independent
    let (images, parts) =
      switch mode {
      case .weak: (isAlone ? batch : batch * ranks, isAlone ? 1 : ranks)
      case .strong: (isAlone ? batch / ranks : batch, isAlone ? shards / ranks : shards)
      }
    var result = [
      "bench", "step", "--json", "--preset", preset, "--batch", "\(images)", "--shards", "\(parts)",
      "--threads", "\(threads)", "--steps", "\(steps)",
    ]
    for setting in settings { result += ["--set", setting] }
    if let overlap { result += ["--overlap", overlap] }
    if isAlone { result.append("--independent") }
    return result
  }
}
