package import Kernels
package import Layers
package import Networks
package import Tensors
package import Threads

/// The discriminator's blocks with a head that tells classes.
///
///     down-blocks → ReLU, sum over the map = features → linear = logits
package final class ClassifierNetwork<Scalar: KernelScalar> {
  /// The table of the blocks.
  package let architecture: DiscriminatorArchitecture
  /// Its numbers, gradients and scratch memory.
  package let context: NetworkWorkspace<Scalar>
  /// The largest number of images in one pass.
  package let samples: Int

  private let layers: LayerStack<Scalar>
  private let head: LinearLayer<Scalar>
  private let features: Tensor<Scalar>
  private let dFeatures: Tensor<Scalar>
  private let logits: Tensor<Scalar>
  /// Classes, which blocks are given and do not look at.
  private let labels: UnsafeMutableBufferPointer<Int32>

  /// Builds the network and plans its memory.
  ///
  /// - Parameters:
  ///   - architecture: The table.
  ///   - samples: The largest number of images in one pass.
  ///   - shards: The number of shards of a pass, whose products are taken apart.
  ///   - weights: Numbers to use; new ones, all 0, where `nil`.
  ///   - isTrained: Whether gradients are wanted.
  ///   - pool: Shares out work inside a rank.
  package init(
    _ architecture: DiscriminatorArchitecture, samples: Int, shards: Int, weights: Weights<Scalar>? = nil,
    isTrained: Bool, pool: WorkerPool
  ) {
    self.architecture = architecture
    self.samples = samples
    let plan = NetworkBuilder<Scalar>(samples: samples, shards: shards, isSpectrallyNormalized: false)
    (layers, head) = Self.layers(of: architecture, plan)
    let (width, classes) = (head.weight.shape[0], head.weight.shape[1])
    features = plan.workspace.tensor(Shape(samples, width))
    dFeatures = plan.workspace.tensor(Shape(samples, width))
    logits = plan.workspace.tensor(Shape(samples, classes))
    labels = plan.workspace.buffer(samples, of: Int32.self)
    context = NetworkWorkspace(plan, weights: weights ?? Weights(plan), isTrained: isTrained, pool: pool)
  }

  /// Zeros in the layouts of such a network.
  package static func weights(_ architecture: DiscriminatorArchitecture) -> Weights<Scalar> {
    let plan = NetworkBuilder<Scalar>(samples: 1, shards: 1, isSpectrallyNormalized: false)
    _ = layers(of: architecture, plan)
    return Weights(plan)
  }

  /// The table's layers, which ask `plan` for what they need.
  private static func layers(
    of architecture: DiscriminatorArchitecture, _ plan: NetworkBuilder<Scalar>
  ) -> (LayerStack<Scalar>, LinearLayer<Scalar>) {
    let rows = architecture.rows
    guard let last = rows.last, case .head(.classifier, let classes) = last.kind else {
      preconditionFailure("a classifier without a classifier's head")
    }
    let stack = LayerStack(plan, rows.compactMap { $0.block(plan) })
    return (stack, LinearLayer(plan, "classifier", inputs: last.input.channels, outputs: classes))
  }

  /// Looks at a batch.
  ///
  /// - Parameters:
  ///   - images: Folded ones, `[N, H, W, C]`, in equal shards; they must stay until `backward`.
  ///   - statistics: The batch's own in training, the running ones for features.
  /// - Returns: `[N, d]` and `[N, classes]`, held until the next pass.
  package func forward(_ images: Tensor<Scalar>, statistics: BatchNormLayer<Scalar>.Statistics = .batch) -> (
    features: Tensor<Scalar>, logits: Tensor<Scalar>
  ) {
    let n = images.shape[0]
    precondition(n <= samples, "\(n) images of a classifier planned for \(samples)")
    let x = layers.forward(images, pass(n, statistics), context)
    let (h, result) = (features[rows: 0..<n], logits[rows: 0..<n])
    rectifiedSpatialSum(x, into: h, pool: context.pool)
    head.forward(h, into: result, context)
    return (h, result)
  }

  /// Writes the gradient of every parameter for the last pass, summed over this rank's shards.
  ///
  /// - Parameter dLogits: Gradient of the logits, `[N, classes]`.
  package func backward(_ dLogits: Tensor<Scalar>) {
    let (n, x) = (dLogits.shape[0], layers.output)
    let (h, dh) = (features[rows: 0..<n], dFeatures[rows: 0..<n])
    head.backwardWeights(h, dLogits, context)
    head.backwardInput(dLogits, into: dh, adding: false, context)
    let dx = context.maps.borrow(x.shape)
    rectifiedSpatialSumBackward(x, dy: dh, into: dx, pool: context.pool)
    let dImages = layers.backward(dx, pass(n), context)
    precondition(dImages == nil && context.maps.isWhole, "a map was not given back")
  }

  /// Sums the last pass's batch statistics over this rank's shards, into `context.batchStatistics`.
  package func sumBatchStatistics() { layers.sumBatchStatistics(context) }

  /// Moves the running statistics towards the mean of the reduced batch statistics, with momentum 0.1.
  ///
  /// - Parameter shards: Shards of all ranks, whose statistics were summed.
  package func updateRunningStatistics(shards: Int) {
    moveRunningStatistics(
      context.weights.statistics.values, towards: context.batchStatistics.values, shards: shards, momentum: 0.1)
  }

  /// Hands the last pass's ReLU masks to `recorder`.
  package func record(_ recorder: any ActivationRecorder) {
    layers.record(recorder)
    recorder.record(mask: "relu", layers.output, InputActivation<Scalar>.relu)
  }

  private func pass(_ count: Int, _ statistics: BatchNormLayer<Scalar>.Statistics = .batch) -> LayerPass<Scalar> {
    LayerPass(labels: Labels(labels)[0..<count], statistics: statistics, needsInputGradient: false)
  }
}

extension LayerRow {
  /// The row's block, which asks `plan` for what it needs; none for the head.
  fileprivate func block<Scalar: KernelScalar>(_ plan: NetworkBuilder<Scalar>) -> (any MapLayer<Scalar>)? {
    switch kind {
    case .downBlock(let hidden, let isFirst, _):
      ClassifierBlock(
        plan, name,
        .init(
          inputs: input.channels, hidden: hidden, outputs: output.channels, side: input.side,
          isPooled: output.side < input.side, isFirst: isFirst))
    case .head: nil
    default: preconditionFailure("a classifier has blocks and a head, not \(kind)")
    }
  }
}
