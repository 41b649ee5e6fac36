internal import Datasets
internal import Kernels
internal import Layers
internal import Networks
internal import Tensors
internal import Threads

/// Some of a step's shards, which one thread works on from their images to their gradients.
///
/// A shard's kernels are too short to be shared out: threads would wait for each other hundreds of times a step. Lanes have
/// networks of their own over the same weights, and meet once.
final class ClassifierLane {
  let network: ClassifierNetwork<Float>
  /// The sums over the lane's shards after a step.
  private(set) var sums = LossSums()
  /// Why the step's images could not be read.
  private(set) var failure: DatasetError?

  private let recipe: ClassifierRecipe
  private let shards: Int
  /// What the lane trains on; none where others have all shards.
  private let batch: TrainingImages?
  private let workspace = Workspace()
  private let folded: Tensor<Float>
  private let dLogits: Tensor<Float>
  private let shardSums: UnsafeMutableBufferPointer<LossSums>

  /// A lane.
  ///
  /// - Parameters:
  ///   - recipe: How a classifier is trained.
  ///   - training: The images to train on.
  ///   - samples: The places in a batch that are the lane's, whole shards; none where it contributes nothing.
  ///   - shards: How many shards these are.
  ///   - weights: Those of the other lanes; new ones where `nil`.
  init(
    _ recipe: ClassifierRecipe, _ training: ImageSelection, samples: Range<Int>?, shards: Int, weights: Weights<Float>?
  ) {
    (self.recipe, self.shards) = (recipe, shards)
    let (count, architecture) = (recipe.batch / recipe.shards * shards, recipe.architecture)
    precondition(samples.map { $0.count == count } ?? true, "\(samples?.count ?? 0) images in \(shards) shards")
    network = ClassifierNetwork(
      architecture, samples: count, shards: shards, weights: weights, isTrained: true, pool: WorkerPool(threads: 1))
    batch = samples.map { TrainingImages(training, recipe, samples: $0) }
    let side = architecture.resolution
    folded = workspace.tensor(Shape(count, side, side, architecture.imageChannels))
    dLogits = workspace.tensor(Shape(count, recipe.classes))
    shardSums = workspace.buffer(shards, of: LossSums.self)
  }

  /// Writes sums and gradients of the lane's shards, or −0 where it has none or cannot read its images.
  ///
  /// - Parameters:
  ///   - step: Its number, from 0.
  ///   - indices: Which of the data set's images these are.
  func run(step: Int, _ indices: Slice<UnsafeMutableBufferPointer<Int>>) {
    failure = nil
    do throws(DatasetError) { try batch?.read(step: step, indices) } catch { failure = error }
    guard let batch, failure == nil else { return contributeNothing() }
    fold(batch.images, recipe.fold, into: folded)
    let logits = network.forward(folded).logits
    let perShard = recipe.batch / recipe.shards
    for shard in 0..<shards {
      let rows = shard * perShard..<(shard + 1) * perShard
      var sums = LossSums()
      CrossEntropyLoss.apply(
        logits[rows: rows], labels: batch.labels[rows], weight: 1, batchSize: recipe.batch,
        gradient: dLogits[rows: rows], sums: &sums)
      shardSums[shard] = sums
    }
    network.backward(dLogits)
    network.sumBatchStatistics()
    guard let first = shardSums.baseAddress else { preconditionFailure("sums without memory") }
    sums = LossSums.tree(first, count: shards)
  }

  /// x + (−0) is x for every x, where x + 0 is 0 for −0.
  private func contributeNothing() {
    network.context.gradients.values.update(repeating: -0.0)
    network.context.batchStatistics.values.update(repeating: -0.0)
    sums.values = SIMD8(repeating: -0.0)
  }

  /// Adds what the lane to the right has found.
  func add(_ other: ClassifierLane, pool: WorkerPool) {
    let (context, summand) = (network.context, other.network.context)
    for (source, sum) in [
      (summand.gradients, context.gradients), (summand.batchStatistics, context.batchStatistics),
    ] {
      let all = 0..<sum.values.count
      Kernels.add(
        source.tensor(all, Shape(all.count)), scale: 1, to: sum.tensor(all, Shape(all.count)), pool: pool)
    }
    sums.values += other.sums.values
    failure = failure ?? other.failure
  }
}
