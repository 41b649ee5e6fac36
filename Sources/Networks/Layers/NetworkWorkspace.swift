public import Kernels
public import Tensors
public import Threads

/// What the layers of one network share during a pass: its numbers, its scratch memory and the worker pool.
public final class NetworkWorkspace<Scalar: KernelScalar> {
  /// The network's numbers.
  public let weights: Weights<Scalar>
  /// Gradients of the parameters, in their layout; empty for a network that is only sampled from.
  public private(set) var gradients: Arena<Scalar>
  /// What the reduced gradients of normalized weights still lack, by place; empty while they lack nothing.
  public var corrections: [SpectralNormGradient<Scalar>] = []
  /// Sums over this rank's shards of the batch statistics of a pass, in the layout of the running statistics.
  public private(set) var batchStatistics: Arena<Scalar>
  /// Shares out work inside a rank.
  public let pool: WorkerPool
  /// Number of shards in every pass.
  public let shards: Int

  /// Where batch norm goes over all shards: how to reach those of other ranks.
  public var sharedStatistics: SharedStatistics?

  /// The shards of all ranks.
  public struct SharedStatistics {
    /// How many there are.
    let shards: Int
    /// Replaces numbers by their sum over ranks, along the canonical tree.
    let sum: (UnsafeMutableBufferPointer<Scalar>) -> Void

    /// All shards, and the sum over the ranks that have them.
    public init(shards: Int, sum: @escaping (UnsafeMutableBufferPointer<Scalar>) -> Void) {
      self.shards = shards
      self.sum = sum
    }
  }

  /// Is told which part of `gradients` is final, for this rank, while the rest is still being computed; all large parts.
  ///
  /// From then on the backward pass neither reads nor writes it.
  public var onFinalGradient: ((Range<Int>) -> Void)?

  /// Is told what each convolution computes its weight gradient from: for checks on numbers of real networks.
  package var gradientObserver: GradientObserver?

  /// Receives a convolution, its stored input with the prologue, the gradient of its output, and its filters.
  package typealias GradientObserver = (
    Convolution, Tensor<Scalar>, InputActivation<Scalar>, _ dy: Tensor<Scalar>, _ weight: Tensor<Scalar>
  ) -> Void

  /// Is shown what a pass computes on its way; nil in training.
  package var observer: (any PassObserver<Scalar>)?

  /// Whether forward passes measure how attention's weights are spread.
  public var measuresAttention = false

  /// Maps that live only between two layers.
  public let maps: ActivationPool<Scalar>

  /// Sums over pixels that a pass takes for the bias of the convolution before.
  let channelSums: ChannelSums<Scalar>
  let convolutionScratch: ConvolutionScratch<Scalar>
  let attentionScratch: AttentionScratch<Scalar>
  let spectralScratch: Tensor<Scalar>
  let projectionScratch: Tensor<Double>
  private let treeScratch: [Tensor<Scalar>]
  /// Gradients and batch statistics of groups of shards that wait to be added; the first ones are the context's own.
  private let levels: [(gradients: Arena<Scalar>, batchStatistics: Arena<Scalar>)]
  /// The owner of every planned view, which has to outlive them.
  private let workspace: Workspace

  /// Everything that `plan` asked for.
  ///
  /// - Parameters:
  ///   - plan: The filled plan.
  ///   - weights: Numbers in the plan's layouts.
  ///   - isTrained: Whether gradients are wanted.
  ///   - pool: Shares out work inside a rank.
  public init(_ plan: NetworkBuilder<Scalar>, weights: Weights<Scalar>, isTrained: Bool, pool: WorkerPool) {
    self.weights = weights
    self.pool = pool
    workspace = plan.workspace
    shards = plan.shards
    let empty = ArenaLayout()
    levels = (0..<max(ReductionTree.depth(of: plan.groups), 1)).map { _ in
      (Arena(isTrained ? plan.parameters : empty), Arena(isTrained ? plan.statistics : empty))
    }
    (gradients, batchStatistics) = levels[0]
    convolutionScratch = ConvolutionScratch(
      for: plan.convolutions, shards: plan.shards, workers: pool.threads, in: plan.workspace)
    channelSums = ChannelSums(
      samples: isTrained ? plan.samples : 1, channels: plan.convolutions.map(\.convolution.outputChannels).max() ?? 1,
      in: plan.workspace)
    attentionScratch = AttentionScratch(for: plan.attentions, workers: pool.threads, in: plan.workspace)
    spectralScratch = plan.workspace.tensor(Shape(plan.largestOutput))
    projectionScratch = plan.workspace.tensor(
      Shape(max(1, SpectralNormGradient<Scalar>.scratchElements(plan.largestParameter))))
    maps = ActivationPool(largest: plan.largestMap, in: plan.workspace)
    treeScratch = (1..<max(ReductionTree.depth(of: plan.shards), 1)).map { _ in
      plan.workspace.tensor(Shape(isTrained ? plan.largestParameter : 1))
    }
  }

  /// Sums a parameter's gradient over this rank's shards along the canonical tree.
  ///
  /// - Parameters:
  ///   - range: Where the parameter lies.
  ///   - write: Writes one shard's gradient; everything it is given is overwritten.
  func sumGradient(of range: Range<Int>, _ write: (_ shard: Int, _ gradient: Tensor<Scalar>) -> Void) {
    sumOverShards(gradients.tensor(range, Shape(range.count))) { shard, gradient in
      write(shard, gradient)
      observer?.observe(gradient, of: range, shard: shard)
    }
  }

  /// Gives a parameter the gradient of another, which is the same and has been summed.
  func copyGradient(of other: Range<Int>, to range: Range<Int>) {
    let shape = Shape(range.count)
    gradients.tensor(range, shape).copy(from: gradients.tensor(other, shape))
    observer?.observeEqualGradients(of: range, and: other)
  }

  /// Sums a parameter's gradient in the same way, and announces that nothing else will happen to it.
  func sumFinalGradient(of range: Range<Int>, _ write: (_ shard: Int, _ gradient: Tensor<Scalar>) -> Void) {
    sumGradient(of: range, write)
    onFinalGradient?(range)
  }

  /// Sums over this rank's shards along the canonical tree.
  ///
  /// - Parameters:
  ///   - result: Receives the sum.
  ///   - write: Writes one shard's summand.
  func sumOverShards(_ result: Tensor<Scalar>, _ write: (_ shard: Int, _ summand: Tensor<Scalar>) -> Void) {
    var waiting = 0
    for shard in 0..<shards {
      write(shard, level(waiting, result))
      waiting += 1
      for _ in 0..<ReductionTree.merges(afterLeaf: shard, of: shards) {
        Kernels.add(level(waiting - 1, result), scale: 1, to: level(waiting - 2, result), pool: pool)
        waiting -= 1
      }
    }
  }

  /// Makes a pass for each group of shards, and sums gradients and batch statistics over the groups.
  ///
  /// A group is a node of the canonical tree, so that the sum is that of a single pass with all shards.
  ///
  /// - Parameters:
  ///   - count: How many groups there are, as many as were planned.
  ///   - pass: Writes one group's gradients, and perhaps its batch statistics.
  public func sumOverGroups(_ count: Int, _ pass: (_ group: Int) -> Void) {
    var waiting = 0
    for group in 0..<count {
      (gradients, batchStatistics) = levels[waiting]
      pass(group)
      waiting += 1
      for _ in 0..<ReductionTree.merges(afterLeaf: group, of: count) {
        waiting -= 1
        let (sum, summand) = (levels[waiting - 1], levels[waiting])
        add(summand.gradients, to: sum.gradients)
        add(summand.batchStatistics, to: sum.batchStatistics)
      }
    }
    (gradients, batchStatistics) = levels[0]
  }

  private func add(_ summand: Arena<Scalar>, to sum: Arena<Scalar>) {
    let all = 0..<sum.values.count
    Kernels.add(
      summand.tensor(all, Shape(all.count)), scale: 1, to: sum.tensor(all, Shape(all.count)), pool: pool)
  }

  /// Bytes of the gradients and batch statistics.
  public var gradientBytes: Int {
    levels.reduce(0) {
      $0 + MemoryLayout<Scalar>.stride * ($1.gradients.values.count + $1.batchStatistics.values.count)
    }
  }

  /// Replaces rows `[S, C]`, one for each shard of this rank, by their mean over the shards of all ranks.
  ///
  /// - Parameters:
  ///   - rows: The rows.
  ///   - shared: The shards of all ranks.
  ///   - mean: Receives the mean, `[C]`.
  func average(_ rows: Tensor<Scalar>, over shared: SharedStatistics, into mean: Tensor<Scalar>) {
    sumOverShards(mean) { shard, summand in summand.copy(from: rows[rows: shard..<shard + 1]) }
    shared.sum(UnsafeMutableBufferPointer(start: mean.base, count: mean.count))
    scale(mean, by: 1 / Scalar(shared.shards), pool: pool)
  }

  private func level(_ index: Int, _ result: Tensor<Scalar>) -> Tensor<Scalar> {
    index == 0 ? result : treeScratch[index - 1][rows: 0..<result.count]
  }

  /// The samples of one shard in a batch of `samples`.
  func samples(ofShard shard: Int, of samples: Int) -> Range<Int> {
    let count = samples / shards
    return shard * count..<(shard + 1) * count
  }
}
