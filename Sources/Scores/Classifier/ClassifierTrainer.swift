internal import DataParallel
internal import Datasets
internal import Kernels
internal import Layers
internal import MPI
internal import Networks
internal import Optimizers
internal import Tensors
internal import Threads

/// The step of a classifier's training on one rank: cross-entropy, summed over shards and ranks, and Adam.
///
/// Every rank holds the same numbers. The first ones work on the batch's shards, as many as can share them; others add −0 to
/// each sum, which changes no bit of any number, and so make the same updates: any number of ranks gives the same bits.
package final class ClassifierTrainer {
  let network: ClassifierNetwork<Float>
  private let recipe: ClassifierRecipe
  private let replicas: ReplicaGroup
  private let pool: WorkerPool
  private let adam: Adam<Float>
  private let shards: Int
  /// What this rank trains on; none where others have all shards.
  private let batch: TrainingImages?
  private let workspace = Workspace()
  private let folded: Tensor<Float>
  private let dLogits: Tensor<Float>
  /// Each local shard's sums, and the sum of all with the number of ranks that failed behind it.
  private let shardSums: UnsafeMutableBufferPointer<LossSums>
  private let sums: UnsafeMutableBufferPointer<Double>

  init(_ recipe: ClassifierRecipe, _ training: ImageSelection, replicas: ReplicaGroup, pool: WorkerPool) {
    self.recipe = recipe
    self.replicas = replicas
    self.pool = pool
    let workers = Self.workers(of: replicas.size, shards: recipe.shards)
    shards = recipe.shards / workers
    let (count, architecture) = (recipe.batch / workers, recipe.architecture)
    network = ClassifierNetwork(architecture, samples: count, shards: shards, isTrained: true, pool: pool)
    network.context.weights.initialize(seed: recipe.seed, network: .classifier)
    adam = Adam(
      network.context.weights.parameters.layout, .init(beta1: 0.9, beta2: 0.99, epsilon: 1e-8), workers: pool.threads)
    let samples = replicas.rank * count..<(replicas.rank + 1) * count
    batch = replicas.rank < workers ? TrainingImages(training, recipe, samples: samples, pool: pool) : nil
    let side = architecture.resolution
    folded = workspace.tensor(Shape(count, side, side, architecture.imageChannels))
    dLogits = workspace.tensor(Shape(count, recipe.classes))
    shardSums = workspace.buffer(shards, of: LossSums.self)
    sums = workspace.buffer(SIMD8<Double>.scalarCount + 1, of: Double.self)
  }

  /// How many ranks train: the largest power of two that leaves each of them a shard.
  ///
  /// These ranks are a node of the tree along which `ranks` ranks add, whatever their number.
  package static func workers(of ranks: Int, shards: Int) -> Int {
    precondition(shards.nonzeroBitCount == 1, "\(shards) shards are no power of two")
    return 1 << (Int.bitWidth - 1 - min(ranks, shards).leadingZeroBitCount)
  }

  /// Makes a step.
  ///
  /// - Parameter step: Its number, from 0.
  /// - Returns: The sums of all shards.
  /// - Throws: `DatasetError` or `ClassifierError` on the rank that reports it, `RemoteFailureError` on all others.
  func run(step: Int) throws -> LossSums {
    var failure: DatasetError?
    do throws(DatasetError) { try batch?.read(step: step) } catch { failure = error }
    let context = network.context
    var local = LossSums()
    if let batch, failure == nil { local = pass(batch) } else { contributeNothing(&local) }
    replicas.sum(context.gradients.values, on: .control)
    replicas.sum(context.batchStatistics.values, on: .control)
    let total = sum(local, isFailing: failure != nil)
    if sums[sums.count - 1] > 0 { try replicas.agree { if let failure { throw failure } } }
    let isFinite = adam.update(
      context.weights.parameters, context.gradients, learningRate: recipe.learningRate(step: step), pool: pool)
    network.updateRunningStatistics(shards: recipe.shards)
    guard isFinite else {
      try replicas.agree {
        throw ClassifierError(
          .diverged,
          "NaN or infinity in step \(step + 1) of the classifier's training; check the images, or choose --extractor inception or lite0"
        )
      }
      return total
    }
    return total
  }

  /// The loss of this rank's shards, and its gradients.
  private func pass(_ batch: TrainingImages) -> LossSums {
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
    return LossSums.tree(first, count: shards)
  }

  /// x + (−0) is x for every x, where x + 0 is 0 for −0.
  private func contributeNothing(_ sums: inout LossSums) {
    network.context.gradients.values.update(repeating: -0.0)
    network.context.batchStatistics.values.update(repeating: -0.0)
    sums.values = SIMD8(repeating: -0.0)
  }

  private func sum(_ local: LossSums, isFailing: Bool) -> LossSums {
    var result = LossSums()
    for i in 0..<sums.count - 1 { sums[i] = local.values[i] }
    sums[sums.count - 1] = isFailing ? 1 : 0
    replicas.sum(sums, on: .control)
    for i in 0..<sums.count - 1 { result.values[i] = sums[i] }
    return result
  }
}
