internal import Configuration
internal import DataParallel
internal import Kernels
internal import Layers
internal import MPI
internal import Networks
internal import Optimizers
public import Tensors

/// One step: the discriminator's updates, then the generator's.
extension Trainer {
  /// Makes one step.
  ///
  /// - Parameters:
  ///   - measures: Whether to measure the gradients' lengths, for the report, and attention, for `attention()`; the same on all
  ///     ranks.
  ///   - nextBatch: Gives this rank's real images of the next discriminator update, `[n, H, W, C]`, and their classes;
  ///     valid until it is called again.
  /// - Returns: Losses and logits.
  /// - Throws: `NonFiniteError` on rank 0, `RemoteFailureError` on all others; what `nextBatch` throws, on this rank alone.
  public func runStep(
    measuring measures: Bool = false,
    _ nextBatch: () throws -> (images: Tensor<Scalar>, labels: Labels)
  ) throws -> StepReport {
    var report = StepReport()
    replicas.step = step + 1
    recorder?.stepBegins(self)
    for number in 1...configuration.discriminatorUpdates {
      let update = StepUpdate.discriminator(number)
      let real = try nextBatch()
      real.labels.checkCount(real.images.shape[0])
      isMeasuring = measures && number == configuration.discriminatorUpdates
      let sums = try sumGradients(of: update) { discriminatorPass($0, real.images, real.labels) }
      if isMeasuring { report.discriminatorGradientNorm = norm(discriminatorAdam, discriminator.context) }
      updateDiscriminator(update)
      report.take(discriminator: sums, configuration)
    }
    isMeasuring = measures
    let sums = try sumGradients(of: .generator, generatorPass)
    if isMeasuring { report.generatorGradientNorm = norm(generatorAdam, generator.context) }
    updateGenerator()
    report.take(generator: sums, configuration)
    report.learningRateFactor = configuration.learningRateFactor(step: step)
    report.generatorLearningRate = configuration.generatorLearningRate * report.learningRateFactor
    report.discriminatorLearningRate = configuration.discriminatorLearningRate * report.learningRateFactor
    step += 1
    recorder?.stepEnded(self)
    return report
  }

  // MARK: The two losses

  /// L_D = E[max(0, 1 − D(x, y))] + E[max(0, 1 + D(G(z, y'), y'))] of a group of shards, and D's gradients.
  ///
  /// Real and generated images go through D in one pass, shard by shard; D(x) is D of the augmented image where images are augmented.
  private func discriminatorPass(_ pass: Pass, _ real: Tensor<Scalar>, _ realLabels: Labels) {
    let fake = timed(.generatorForward) { generator.forward(buffers.latents[rows: pass.rows], labels: pass.labels) }
    let labels = interleave(pass, real, realLabels, fake)
    discriminator.context.measuresAttention = isMeasuring
    let output = timed(.discriminatorForward) {
      discriminator.forward(buffers.images[rows: 0..<2 * pass.rows.count], labels: labels)
    }
    discriminator.context.measuresAttention = false
    if isMeasuring { takeMeasures(of: discriminator.attentions, pass, perShard: 2 * pass.perShard) }
    let gradients = gradients(of: output)
    let loss = ShardLoss(
      of: output, gradients: gradients, batchSize: configuration.batch,
      auxiliaryWeight: configuration.discriminatorAuxiliaryWeight)
    for shard in 0..<shardsAtOnce {
      let rows = 2 * shard * pass.perShard..<2 * (shard + 1) * pass.perShard
      buffers.shardSums[pass.firstShard + shard] = loss.discriminator(rows, labels: labels[rows])
    }
    recorder?.passWasJudged(output, pass.update, self)
    timed(.discriminatorBackward) {
      _ = discriminator.backward(gradients.logits, gradients.classLogits, for: .parameters)
    }
  }

  /// L_G = −E[D(G(z, y), y)] of a group of shards through a discriminator that stays as it is, and G's gradients.
  ///
  /// Where images are augmented, the gradient goes back through that, too.
  private func generatorPass(_ pass: Pass) {
    generator.context.measuresAttention = isMeasuring
    let images = timed(.generatorForward) { generator.forward(buffers.latents[rows: pass.rows], labels: pass.labels) }
    generator.context.measuresAttention = false
    if isMeasuring { takeMeasures(of: generator.attentions, pass, perShard: pass.perShard) }
    let judged = isAugmenting ? place(images, isReal: false, pass, from: pass.rows.lowerBound, at: 0) : images
    let output = timed(.discriminatorForward) { discriminator.forward(judged, labels: pass.labels) }
    let gradients = gradients(of: output)
    let loss = ShardLoss(
      of: output, gradients: gradients, batchSize: configuration.generatorBatch,
      auxiliaryWeight: configuration.generatorAuxiliaryWeight)
    for shard in 0..<shardsAtOnce {
      let rows = shard * pass.perShard..<(shard + 1) * pass.perShard
      buffers.shardSums[pass.firstShard + shard] = loss.generator(rows, labels: pass.labels[rows])
    }
    recorder?.passWasJudged(output, pass.update, self)
    let dJudged = timed(.discriminatorBackward) {
      discriminator.backward(gradients.logits, gradients.classLogits, for: .images)
    }
    guard let dJudged else { preconditionFailure("the generator's update needs the images' gradient") }
    let dImages = imageGradient(dJudged)
    recorder?.imagesHave(gradient: dImages, pass.update)
    timed(.generatorBackward) {
      generator.backward(dImages)
      discriminator.giveBack(dJudged)
      generator.sumBatchStatistics()
    }
  }

  // MARK: The two updates

  /// Adam on the discriminator, and the spectral norms of its new weights.
  private func updateDiscriminator(_ update: StepUpdate) {
    let context = discriminator.context
    timed(.optimizer) {
      let isFinite = discriminatorAdam.update(
        context.weights.parameters, context.gradients, corrections: context.corrections,
        learningRate: configuration.discriminatorLearningRate * configuration.learningRateFactor(step: step),
        recordingInto: recorder?.takenGradients(of: update, self), pool: pool)
      if !isFinite { isFaulty = true }
    }
    timed(.spectralNorm) { discriminator.updateSpectralNorms() }
    recorder?.updateEnded(update, self)
  }

  /// Adam and the moving average on the generator, the spectral norms of its new weights, running statistics.
  private func updateGenerator() {
    let context = generator.context
    let decay = configuration.averageDecay(step: step)
    timed(.optimizer) {
      let isFinite = generatorAdam.update(
        context.weights.parameters, context.gradients, corrections: context.corrections,
        learningRate: configuration.generatorLearningRate * configuration.learningRateFactor(step: step),
        average: MovingAverage(average.parameters, decay: decay),
        recordingInto: recorder?.takenGradients(of: .generator, self), pool: pool)
      if !isFinite { isFaulty = true }
    }
    timed(.spectralNorm) { generator.updateSpectralNorms() }
    timed(.optimizer) {
      generator.updateRunningStatistics(shards: configuration.shards)
      MovingAverage(average.statistics, decay: decay).update(with: context.weights.statistics, pool: pool)
    }
    recorder?.updateEnded(.generator, self)
  }

  private func norm(_ adam: Adam<Scalar>, _ context: NetworkWorkspace<Scalar>) -> Double {
    adam.gradientNorm(context.gradients, corrections: context.corrections)
  }
}
