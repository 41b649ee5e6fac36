internal import DataParallel
internal import Kernels
internal import MPI
internal import Layers
package import Networks
internal import Optimizers
public import Tensors

/// What one step reports: means over the batches of all ranks.
public struct StepReport: Sendable, Equatable {
  /// The discriminator's loss, in the step's last discriminator update.
  public var discriminatorLoss = 0.0
  /// The generator's loss.
  public var generatorLoss = 0.0
  /// Mean logit of real images.
  public var logitReal = 0.0
  /// Mean logit of generated images, in the discriminator's update.
  public var logitFake = 0.0
  /// Mean cross-entropy of real images, with an auxiliary classifier.
  public var discriminatorClassLoss = 0.0
  /// Mean cross-entropy of generated images, with an auxiliary classifier.
  public var generatorClassLoss = 0.0
  /// Share of real images whose class the auxiliary classifier finds.
  public var realClassAccuracy = 0.0
  /// Length of the discriminator's last gradient, where it was asked for.
  public var discriminatorGradientNorm = 0.0
  /// Length of the generator's gradient, where it was asked for.
  public var generatorGradientNorm = 0.0

  /// Zeros.
  public init() {}
}

extension Trainer {
  /// Makes one step: the discriminator's updates, then the generator's.
  ///
  /// - Parameters:
  ///   - measuresGradients: Whether the report has the gradients' lengths, which takes a pass over each.
  ///   - nextBatch: Gives this rank's real images of the next discriminator update, `[n, H, W, C]`, and their classes;
  ///     valid until it is called again.
  /// - Returns: Losses and logits.
  /// - Throws: `NonFiniteError` on rank 0, `FailedElsewhere` on all others.
  public func runStep(
    measuringGradients measuresGradients: Bool = false,
    _ nextBatch: () -> (images: Tensor<Scalar>, labels: UnsafePointer<Int32>)
  ) throws -> StepReport {
    var report = StepReport()
    replicas.step = step + 1
    recorder?.stepBegins(self)
    for number in 1...configuration.discriminatorUpdates {
      let update = StepUpdate.discriminator(number)
      let real = nextBatch()
      drawLatents(.discriminator, update: discriminatorAdam.updates, batch: configuration.batch)
      let sums = discriminatorGradients(update, real.images, real.labels)
      try checkNumbers(sums)
      if measuresGradients, number == configuration.discriminatorUpdates {
        report.discriminatorGradientNorm = norm(discriminatorAdam, discriminator.context)
      }
      updateDiscriminator(update)
      report.take(discriminator: sums, configuration)
    }
    drawLatents(.generator, update: generatorAdam.updates, batch: configuration.generatorBatch)
    let sums = generatorGradients(.generator)
    try checkNumbers(sums)
    if measuresGradients { report.generatorGradientNorm = norm(generatorAdam, generator.context) }
    updateGenerator(.generator)
    report.take(generator: sums, configuration)
    step += 1
    recorder?.stepEnded(self)
    return report
  }

  private func norm(_ adam: Adam<Scalar>, _ context: NetworkWorkspace<Scalar>) -> Double {
    clock?.enter(.other)
    return adam.gradientNorm(context.gradients, corrections: context.corrections)
  }

  /// Draws latent vectors and classes for this rank's samples of a batch.
  private func drawLatents(_ network: RandomStream.Network, update: Int, batch: Int) {
    let perShard = batch / configuration.shards
    latents.draw(
      buffers.latents[rows: 0..<localShards.count * perShard], baseAddress(buffers.labels), for: network,
      update: update, from: localShards.lowerBound * perShard)
  }

  /// The gradients of L_D = E[max(0, 1 − D(x, y))] + E[max(0, 1 + D(G(z, y'), y'))], reduced over all ranks.
  ///
  /// Real and generated images go through D in one pass. Latents and their classes are those last drawn. The gradients are
  /// those with respect to W/σ; what they lack to be those with respect to W is found, and Adam adds it on its way.
  ///
  /// - Parameters:
  ///   - update: Which update they are for.
  ///   - real: This rank's real images.
  ///   - realLabels: Their classes.
  /// - Returns: Sums over all samples.
  private func discriminatorGradients(
    _ update: StepUpdate, _ real: Tensor<Scalar>, _ realLabels: UnsafePointer<Int32>
  ) -> LossSums {
    let gradients = discriminator.context.gradients.values
    beginSum(gradients, on: .discriminator)
    discriminator.context.sumOverGroups(groups) { group in
      recorder?.passBegins(update, group: group, self)
      writeDiscriminatorGradients(update, of: group, real, realLabels)
    }
    clock?.enter(.reduction)
    finishSum(gradients, on: .discriminator)
    clock?.enter(.spectralNorm)
    discriminator.findCorrections()
    let sums = reducedSums()
    recorder?.gradientsWereSummed(update, sums, self)
    return sums
  }

  /// The discriminator's gradients of one group of this rank's shards.
  private func writeDiscriminatorGradients(
    _ update: StepUpdate, of group: Int, _ real: Tensor<Scalar>, _ realLabels: UnsafePointer<Int32>
  ) {
    let perShard = configuration.batch / configuration.shards
    let samples = shardsAtOnce * perShard
    let first = group * samples
    let labels = UnsafePointer(baseAddress(buffers.labels)) + first
    clock?.enter(.generatorForward)
    let fake = generator.forward(buffers.latents[rows: first..<first + samples], labels: labels)
    clock?.enter(.other)
    let imageLabels = baseAddress(buffers.imageLabels)
    for shard in 0..<shardsAtOnce {
      let from = shard * perShard..<(shard + 1) * perShard
      let to = 2 * shard * perShard
      buffers.images[rows: to..<to + perShard].copy(
        from: real[rows: first + from.lowerBound..<first + from.upperBound])
      buffers.images[rows: to + perShard..<to + 2 * perShard].copy(from: fake[rows: from])
      (imageLabels + to).update(from: realLabels + first + from.lowerBound, count: perShard)
      (imageLabels + to + perShard).update(from: labels + from.lowerBound, count: perShard)
    }
    clock?.enter(.discriminatorForward)
    let verdict = discriminator.forward(buffers.images[rows: 0..<2 * samples], labels: UnsafePointer(imageLabels))
    clock?.enter(.other)
    let dLogits = buffers.dLogits[rows: 0..<2 * samples]
    let dClassLogits = verdict.classLogits.map { buffers.dClassLogits[rows: 0..<$0.shape[0]] }
    dClassLogits?.fill(0)
    for shard in 0..<shardsAtOnce {
      var sums = LossSums()
      let rows = 2 * shard * perShard..<2 * (shard + 1) * perShard
      HingeLoss.discriminator(
        verdict.logits[rows: rows], batchSize: configuration.batch, gradient: dLogits[rows: rows], sums: &sums)
      if let classLogits = verdict.classLogits, let dClassLogits {
        let reals = rows.lowerBound..<rows.lowerBound + perShard
        CrossEntropyLoss.apply(
          classLogits[rows: reals], labels: imageLabels + reals.lowerBound,
          weight: configuration.discriminatorAuxiliaryWeight, batchSize: configuration.batch,
          gradient: dClassLogits[rows: reals], sums: &sums)
      }
      buffers.shardSums[group * shardsAtOnce + shard] = sums
    }
    recorder?.passWasJudged(verdict, update, self)
    clock?.enter(.discriminatorBackward)
    _ = discriminator.backward(dLogits, dClassLogits, for: .parameters)
  }

  /// Adam on the discriminator, and the spectral norms of its new weights.
  private func updateDiscriminator(_ update: StepUpdate) {
    clock?.enter(.optimizer)
    let isFinite = discriminatorAdam.update(
      discriminator.context.weights.parameters, discriminator.context.gradients,
      corrections: discriminator.context.corrections,
      learningRate: configuration.discriminatorLearningRate * configuration.learningRateFactor(step: step),
      recordingInto: recorder?.takenGradients(of: update, self), pool: pool)
    if !isFinite { isFaulty = true }
    clock?.enter(.spectralNorm)
    discriminator.updateSpectralNorms()
    clock?.enter(.other)
    recorder?.updateEnded(update, self)
  }

  /// The gradients of L_G = −E[D(G(z, y), y)] through a discriminator that stays as it is, reduced over all ranks.
  ///
  /// Latents and their classes are those last drawn.
  private func generatorGradients(_ update: StepUpdate) -> LossSums {
    let gradients = generator.context.gradients.values
    beginSum(gradients, on: .generator)
    generator.context.sumOverGroups(groups) { group in
      recorder?.passBegins(update, group: group, self)
      writeGeneratorGradients(update, of: group)
    }
    clock?.enter(.reduction)
    finishSum(gradients, on: .generator)
    replicas.sum(generator.context.batchStatistics.values, on: .generator)
    clock?.enter(.spectralNorm)
    generator.findCorrections()
    let sums = reducedSums()
    recorder?.gradientsWereSummed(update, sums, self)
    return sums
  }

  /// The generator's gradients, and its batch statistics, of one group of this rank's shards.
  private func writeGeneratorGradients(_ update: StepUpdate, of group: Int) {
    let perShard = configuration.generatorBatch / configuration.shards
    let samples = shardsAtOnce * perShard
    let first = group * samples
    let labels = UnsafePointer(baseAddress(buffers.labels)) + first
    clock?.enter(.generatorForward)
    let images = generator.forward(buffers.latents[rows: first..<first + samples], labels: labels)
    clock?.enter(.discriminatorForward)
    let verdict = discriminator.forward(images, labels: labels)
    clock?.enter(.other)
    let dLogits = buffers.dLogits[rows: 0..<samples]
    let dClassLogits = verdict.classLogits.map { buffers.dClassLogits[rows: 0..<$0.shape[0]] }
    for shard in 0..<shardsAtOnce {
      var sums = LossSums()
      let rows = shard * perShard..<(shard + 1) * perShard
      HingeLoss.generator(
        verdict.logits[rows: rows], batchSize: configuration.generatorBatch, gradient: dLogits[rows: rows], sums: &sums)
      if let classLogits = verdict.classLogits, let dClassLogits {
        CrossEntropyLoss.apply(
          classLogits[rows: rows], labels: labels + rows.lowerBound, weight: configuration.generatorAuxiliaryWeight,
          batchSize: configuration.generatorBatch, gradient: dClassLogits[rows: rows], sums: &sums)
      }
      buffers.shardSums[group * shardsAtOnce + shard] = sums
    }
    recorder?.passWasJudged(verdict, update, self)
    clock?.enter(.discriminatorBackward)
    guard let dImages = discriminator.backward(dLogits, dClassLogits, for: .images) else {
      preconditionFailure("the generator's update needs the images' gradient")
    }
    recorder?.imagesHave(gradient: dImages, update)
    clock?.enter(.generatorBackward)
    generator.backward(dImages)
    discriminator.giveBack(dImages)
    generator.sumBatchStatistics()
  }

  /// Adam and the moving average on the generator, the spectral norms of its new weights, running statistics.
  private func updateGenerator(_ update: StepUpdate) {
    clock?.enter(.optimizer)
    let weights = generator.context.weights
    let decay = configuration.averageDecay(step: step)
    let isFinite = generatorAdam.update(
      weights.parameters, generator.context.gradients, corrections: generator.context.corrections,
      learningRate: configuration.generatorLearningRate * configuration.learningRateFactor(step: step),
      average: MovingAverage(average.parameters, decay: decay),
      recordingInto: recorder?.takenGradients(of: update, self), pool: pool)
    if !isFinite { isFaulty = true }
    clock?.enter(.spectralNorm)
    generator.updateSpectralNorms()
    clock?.enter(.optimizer)
    generator.updateRunningStatistics(shards: configuration.shards)
    MovingAverage(average.statistics, decay: decay).update(with: weights.statistics, pool: pool)
    clock?.enter(.other)
    recorder?.updateEnded(update, self)
  }

  /// How many groups of shards this rank has.
  private var groups: Int { localShards.count / shardsAtOnce }

  /// Begins to sum gradients over ranks before they are all there, if there is one group.
  private func beginSum(_ gradients: UnsafeMutableBufferPointer<Scalar>, on channel: ReplicaGroup.Channel) {
    if groups == 1 { replicas.beginSum(gradients, on: channel) }
  }

  private func finishSum(_ gradients: UnsafeMutableBufferPointer<Scalar>, on channel: ReplicaGroup.Channel) {
    if groups == 1 { replicas.finishSum(gradients, on: channel) } else { replicas.sum(gradients, on: channel) }
  }

  /// The sum of the shards' sums over all ranks.
  private func reducedSums() -> LossSums {
    guard let shards = buffers.shardSums.baseAddress else { preconditionFailure("sums without memory") }
    let local = LossSums.tree(shards, count: buffers.shardSums.count)
    var result = LossSums()
    let count = result.values.scalarCount
    for i in 0..<count { buffers.sums[i] = local.values[i] }
    buffers.sums[count] = isStopRequested() ? 1 : 0
    buffers.sums[count + 1] = isFaulty ? 1 : 0
    clock?.enter(.reduction)
    replicas.sum(buffers.sums, on: .control)
    clock?.enter(.other)
    for i in 0..<count { result.values[i] = buffers.sums[i] }
    isStopping = buffers.sums[count] > 0
    isAnyRankFaulty = buffers.sums[count + 1] > 0
    return result
  }

  private func baseAddress(_ buffer: UnsafeMutableBufferPointer<Int32>) -> UnsafeMutablePointer<Int32> {
    guard let base = buffer.baseAddress else { preconditionFailure("labels without memory") }
    return base
  }
}

extension StepReport {
  package mutating func take(discriminator sums: LossSums, _ configuration: TrainingConfiguration) {
    let batch = Double(configuration.batch)
    discriminatorClassLoss = sums.crossEntropy / batch
    discriminatorLoss =
      (sums.hingeReal + sums.adversarialFake) / batch
      + (configuration.head == .classifier ? configuration.discriminatorAuxiliaryWeight * discriminatorClassLoss : 0)
    logitReal = sums.logitReal / batch
    logitFake = sums.logitFake / batch
    realClassAccuracy = sums.correctClasses / batch
  }

  package mutating func take(generator sums: LossSums, _ configuration: TrainingConfiguration) {
    let batch = Double(configuration.generatorBatch)
    generatorClassLoss = sums.crossEntropy / batch
    generatorLoss =
      sums.adversarialFake / batch
      + (configuration.head == .classifier ? configuration.generatorAuxiliaryWeight * generatorClassLoss : 0)
  }
}
