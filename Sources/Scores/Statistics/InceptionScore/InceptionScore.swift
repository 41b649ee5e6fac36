package import Tensors
package import Threads

#if canImport(Glibc)
  internal import Glibc
#endif

/// The Inception Score (Salimans and others 2016), exp of the mean over samples of KL(p(y|x) ‖ p(y)).
///
/// It is computed of each split; published are mean and deviation of the splits.
/// A split is cut into groups, the cells of the plan; `PredictionSums` of the cells are all that is needed, and add up. So no rank
/// needs the logits of others, unless samples are shuffled.
package struct InceptionScore: Sendable, Equatable {
  /// The mean of the splits' scores, as it is published.
  package let value: Double
  /// The deviation of the splits' scores, which is published behind ±: of single splits, not of their mean.
  package let deviation: Double
  /// The score of each split.
  package let splits: [Double]
  /// The mean with its values without each group; a side is a split.
  package let leaveOneOut: LeaveOneOut

  /// How samples are cut into splits.
  package enum Cut: Sendable, Equatable {
    /// k splits, `[i·N/k, (i + 1)·N/k)`, as nearly every program has them.
    case splits(Int)
    /// k splits of N/k samples rounded down; what is left over is not scored (BigGAN-PyTorch).
    case equalSplits(Int)
    /// Splits of so many samples, the last of what is left (guided-diffusion: 5,000).
    case chunks(of: Int)
  }

  /// Which cells of consecutive positions there are.
  package struct Plan: Sendable, Equatable {
    /// For each split, the positions of each of its groups.
    package let splits: [[Range<Int>]]
    /// All cells, split by split.
    package var cells: [Range<Int>] { splits.flatMap(\.self) }

    /// The plan for `count` samples; empty splits are left out.
    ///
    /// - Parameters:
    ///   - count: Number of samples.
    ///   - cut: How they are cut into splits.
    ///   - groups: The least number of groups in all, of which the jackknife leaves out one at a time; at least two a split.
    package init(count: Int, cut: Cut = .splits(10), groups: Int = Groups.usual) {
      precondition(count >= 0, "splits of \(count) samples")
      let ranges: [Range<Int>]
      switch cut {
      case .splits(let k):
        precondition(k >= 1, "\(k) splits")
        ranges = (0..<k).map { $0 * count / k..<($0 + 1) * count / k }
      case .equalSplits(let k):
        precondition(k >= 1, "\(k) splits")
        ranges = (0..<k).map { $0 * (count / k)..<($0 + 1) * (count / k) }
      case .chunks(let size):
        precondition(size >= 1, "splits of \(size) samples")
        ranges = stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
      }
      let filled = ranges.filter { !$0.isEmpty }
      let each = max(2, (groups + filled.count - 1) / max(filled.count, 1))
      splits = filled.map { split in
        Groups(of: split.count, into: each).ranges.map {
          split.lowerBound + $0.lowerBound..<split.lowerBound + $0.upperBound
        }
      }
    }
  }

  /// The order in which torch-fidelity scores samples unless told otherwise: position → sample.
  package static func torchFidelityOrder(count: Int, seed: UInt32 = 2020) -> [Int] {
    var random = MersenneTwister(seed: seed)
    return random.permutation(count)
  }

  /// The score of the cells' sums.
  ///
  /// - Parameters:
  ///   - sums: For each of the plan's cells, in order.
  ///   - plan: The cells.
  ///   - sampleDeviation: Whether the deviation divides by k − 1 (PyTorch-StudioGAN), not by k.
  package init(of sums: [PredictionSums], plan: Plan, sampleDeviation: Bool = false) {
    precondition(sums.count == plan.cells.count && !sums.isEmpty, "\(sums.count) sums of \(plan.cells.count) cells")
    var (rest, scores, sides) = (sums[...], [Double](), [[Double]]())
    let k = Double(plan.splits.count)
    for split in plan.splits {
      let groups = rest.prefix(split.count)
      rest = rest.dropFirst(split.count)
      guard let total = groups.sumAlongTree() else { preconditionFailure("a split without samples") }
      scores.append(total.score)
      sides.append(groups.count > 1 ? groups.map { total.without($0).score } : [])
    }
    let mean = scores.reduce(0, +) / k
    let squares = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    value = mean
    deviation = (squares / (sampleDeviation ? max(k - 1, 1) : k)).squareRoot()
    splits = scores
    leaveOneOut = LeaveOneOut(
      mean, sides: zip(scores, sides).map { score, side in side.map { mean + ($0 - score) / k } })
  }

  /// The score of logits in memory.
  ///
  /// - Parameters:
  ///   - logits: `[n, classes]`.
  ///   - plan: The cells of the n positions.
  ///   - order: Position → row; in the order of the rows where `nil`.
  ///   - sampleDeviation: Whether the deviation divides by k − 1.
  ///   - pool: Threads, each of which takes a cell.
  package init(
    of logits: Tensor<Float>, plan: Plan, order: [Int]? = nil, sampleDeviation: Bool = false, pool: WorkerPool
  ) {
    let cells = plan.cells
    var sums = [PredictionSums](repeating: PredictionSums(classes: logits.shape[1]), count: cells.count)
    sums.withUnsafeMutableBufferPointer { sums in
      let sums = Shared(sums)
      pool.run(cells.count) { cell, _ in
        sums.pointer[cell] =
          order.map { PredictionSums(of: logits, rows: $0[cells[cell]]) }
          ?? PredictionSums(of: logits, rows: cells[cell])
      }
    }
    self.init(of: sums, plan: plan, sampleDeviation: sampleDeviation)
  }
}
