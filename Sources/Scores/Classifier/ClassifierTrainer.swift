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
  private let recipe: ClassifierRecipe
  private let replicas: ReplicaGroup
  private let pool: WorkerPool
  private let adam: Adam<Float>
  /// What threads work on, a power of two of them; the first one adds the others up.
  private let lanes: [ClassifierLane]
  private let training: ImageSelection
  private var order: SampleOrder
  /// The places in a batch that are this rank's, and which images have them in a step.
  private let samples: Range<Int>
  private let indices: UnsafeMutableBufferPointer<Int>
  private let workspace = Workspace()
  /// The sums of all shards with the number of ranks that failed behind them.
  private let sums: UnsafeMutableBufferPointer<Double>

  init(_ recipe: ClassifierRecipe, _ training: ImageSelection, replicas: ReplicaGroup, pool: WorkerPool) {
    self.recipe = recipe
    self.training = training
    self.replicas = replicas
    self.pool = pool
    let workers = Self.workers(of: replicas.size, shards: recipe.shards)
    let isWorking = replicas.rank < workers
    let count = isWorking ? Self.workers(of: pool.threads, shards: recipe.shards / workers) : 1
    let images = recipe.batch / workers
    samples = replicas.rank * images..<(isWorking ? replicas.rank + 1 : replicas.rank) * images
    let first = samples.lowerBound
    func lane(_ number: Int, _ weights: Weights<Float>?) -> ClassifierLane {
      let places = first + number * images / count..<first + (number + 1) * images / count
      return ClassifierLane(
        recipe, training, samples: isWorking ? places : nil, shards: recipe.shards / workers / count, weights: weights)
    }
    let own = lane(0, nil)
    let weights = own.network.context.weights
    lanes = [own] + (1..<count).map { lane($0, weights) }
    weights.initialize(seed: recipe.seed, network: .classifier)
    order = SampleOrder(seed: recipe.seed, count: training.count)
    indices = workspace.buffer(samples.count, of: Int.self)
    adam = Adam(weights.parameters.layout, .init(beta1: 0.9, beta2: 0.99, epsilon: 1e-8), workers: pool.threads)
    sums = workspace.buffer(SIMD8<Double>.scalarCount + 1, of: Double.self)
  }

  /// The network with its weights.
  var network: ClassifierNetwork<Float> { lanes[0].network }

  /// How many ranks train, or threads of a rank: the largest power of two that leaves each of them a shard.
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
    for (place, sample) in samples.enumerated() {
      indices[place] = training.index(order.index(ofSample: step * recipe.batch + sample))
    }
    let (context, shared) = (network.context, Shared((lanes: lanes, indices: indices)))
    pool.run(lanes.count) { lane, _ in
      let (lanes, indices) = shared.pointer
      let images = indices.count / lanes.count
      lanes[lane].run(step: step, indices[lane * images..<(lane + 1) * images])
    }
    var distance = 1
    while distance < lanes.count {
      for lane in stride(from: 0, to: lanes.count, by: 2 * distance) {
        lanes[lane].add(lanes[lane + distance], pool: pool)
      }
      distance *= 2
    }
    let failure = lanes[0].failure
    replicas.sum(context.gradients.values, on: .control)
    replicas.sum(context.batchStatistics.values, on: .control)
    let total = sum(lanes[0].sums, isFailing: failure != nil)
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

  private func sum(_ local: LossSums, isFailing: Bool) -> LossSums {
    var result = LossSums()
    for i in 0..<sums.count - 1 { sums[i] = local.values[i] }
    sums[sums.count - 1] = isFailing ? 1 : 0
    replicas.sum(sums, on: .control)
    for i in 0..<sums.count - 1 { result.values[i] = sums[i] }
    return result
  }
}
