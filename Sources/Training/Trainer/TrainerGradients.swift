internal import Configuration
internal import DataParallel
internal import Kernels
internal import Layers
internal import MPI
internal import Networks
internal import Optimizers
internal import Tensors

/// What both updates of a step have in common: passes of groups of shards, and sums over them and over ranks.
extension Trainer {
  /// A group of this rank's shards on its way through the networks.
  struct Pass {
    let update: StepUpdate
    /// Samples of a shard.
    let perShard: Int
    /// The group's first shard, among those of this rank.
    let firstShard: Int
    /// The group's samples, among those of this rank.
    let rows: Range<Int>
    /// The classes of generated images.
    let labels: Labels
  }

  /// The gradients of an update's loss and the loss itself, summed over the shards of all ranks.
  ///
  /// The gradients are those with respect to what layers use, W/σ. What they lack to be those with respect to W needs the whole
  /// sum, and is one number for each weight: it is found here, and added in Adam's sweep, which reads the gradients anyway.
  ///
  /// - Parameters:
  ///   - update: Which update they are for.
  ///   - pass: Takes a group through the networks, with its latent vectors and their classes drawn.
  /// - Returns: Sums over all samples.
  /// - Throws: `NonFiniteError` on rank 0, `RemoteFailureError` on all others.
  func sumGradients(of update: StepUpdate, _ pass: (Pass) -> Void) throws -> LossSums {
    let isGenerator = update == .generator
    let context = isGenerator ? generator.context : discriminator.context
    let channel = isGenerator ? ReplicaGroup.Channel.generator : .discriminator
    let perShard = (isGenerator ? configuration.generatorBatch : configuration.batch) / configuration.shards
    drawLatents(isGenerator ? .generator : .discriminator, perShard: perShard)
    let gradients = context.gradients.values
    // With several groups no part is final before the last of them.
    gradientSum = groups == 1 ? replicas.beginSum(gradients, on: channel, overlap: overlap) : nil
    context.sumOverGroups(groups) { group in
      recorder?.passBegins(update, group: group, self)
      let samples = shardsAtOnce * perShard
      let rows = group * samples..<(group + 1) * samples
      pass(
        Pass(
          update: update, perShard: perShard, firstShard: group * shardsAtOnce, rows: rows,
          labels: Labels(buffers.labels)[rows]))
    }
    timed(.reduction) {
      if let sum = gradientSum.take() { sum.finish() } else { replicas.sum(gradients, on: channel) }
      if isGenerator { replicas.sum(generator.context.batchStatistics.values, on: channel) }
    }
    timed(.spectralNorm) { isGenerator ? generator.findCorrections() : discriminator.findCorrections() }
    let sums = timed(.reduction) {
      reducedSums(attention: isGenerator ? buffers.generatorAttention : buffers.discriminatorAttention)
    }
    recorder?.gradientsWereSummed(update, sums, self)
    try checkNumbers(sums)
    return sums
  }

  /// Runs a part of the step, and tells the clock when it begins and ends.
  @inline(__always)
  func timed<Result>(_ phase: StepPhase, _ body: () -> Result) -> Result {
    guard let clock else { return body() }
    clock.enter(phase)
    defer { clock.enter(.other) }
    return body()
  }

  /// Puts real and generated images of a group together, shard by shard, into the discriminator's input.
  ///
  /// - Returns: Their classes.
  func interleave(
    _ pass: Pass, _ real: Tensor<Scalar>, _ realLabels: Labels, _ fake: Tensor<Scalar>
  ) -> Labels {
    let (n, labels) = (pass.perShard, buffers.imageLabels)
    if isAugmenting { recorder?.imagesAreAugmented(real: real[rows: pass.rows], pass.update) }
    for shard in 0..<shardsAtOnce {
      let (from, to) = (shard * n, 2 * shard * n)
      let first = pass.rows.lowerBound + from
      place(real[rows: first..<first + n], isReal: true, pass, from: first, at: to)
      place(fake[rows: from..<from + n], isReal: false, pass, from: first, at: to + n)
      for i in 0..<n {
        labels[to + i] = realLabels[first + i]
        labels[to + n + i] = pass.labels[from + i]
      }
    }
    return Labels(labels)[0..<2 * shardsAtOnce * n]
  }

  /// Memory for the gradients of what the discriminator has put out.
  func gradients(of output: Discriminator<Scalar>.Output) -> Discriminator<Scalar>.Output {
    Discriminator.Output(
      logits: buffers.dLogits[rows: 0..<output.logits.shape[0]],
      classLogits: output.classLogits.map { buffers.dClassLogits[rows: 0..<$0.shape[0]] })
  }

  /// Draws latent vectors and classes for this rank's samples of the next update of a network.
  private func drawLatents(_ network: RandomStream.Owner, perShard: Int) {
    let adam = network == .generator ? generatorAdam : discriminatorAdam
    let samples = 0..<localShards.count * perShard
    latents.draw(
      buffers.latents[rows: samples], UnsafeMutableBufferPointer(rebasing: buffers.labels[samples]), for: network,
      update: adam.updates, from: localShards.lowerBound * perShard)
  }

  /// How many groups of shards this rank has.
  private var groups: Int { localShards.count / shardsAtOnce }

  /// The sum of the shards' sums over all ranks; those of attention go into `attention` where they are measured.
  private func reducedSums(attention: UnsafeMutableBufferPointer<AttentionSpread.Measures>) -> LossSums {
    guard let shards = buffers.shardSums.baseAddress else { preconditionFailure("sums without memory") }
    let local = LossSums.tree(shards, count: buffers.shardSums.count)
    var result = LossSums()
    let count = result.values.scalarCount
    for i in 0..<count { buffers.sums[i] = local.values[i] }
    buffers.sums[count] = isStopRequested() ? 1 : 0
    buffers.sums[count + 1] = isFaulty ? 1 : 0
    buffers.sums[count + 2] = replicas.isRoot ? Double(announcing()) : 0
    let spread = count + 3
    for layer in 0..<(buffers.sums.count - spread) / 2 {
      // What an earlier pass has left would double with each sum over two ranks.
      let isWanted = isMeasuring && layer < attention.count
      let sum = isWanted ? attentionSum(ofLayer: layer, 0..<localShards.count) : AttentionSpread.Measures()
      (buffers.sums[spread + 2 * layer], buffers.sums[spread + 2 * layer + 1]) = (sum.entropy, sum.distance)
    }
    replicas.sum(buffers.sums, on: .losses)
    for layer in attention.indices where isMeasuring {
      attention[layer] = .init(
        entropy: buffers.sums[spread + 2 * layer], distance: buffers.sums[spread + 2 * layer + 1])
    }
    for i in 0..<count { result.values[i] = buffers.sums[i] }
    isStopping = buffers.sums[count] > 0
    isAnyRankFaulty = buffers.sums[count + 1] > 0
    announcement = Int(exactly: buffers.sums[count + 2]) ?? 0
    return result
  }
}
