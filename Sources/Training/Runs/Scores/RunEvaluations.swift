internal import Checkpoints
internal import Configuration
internal import DataParallel
internal import Files
internal import Layers
internal import Networks
internal import Sampling
internal import Tensors
internal import Trainer

/// The evaluations of a run while it trains: what draws the samples, and when the outcome is the best so far.
final class RunEvaluations {
  private let evaluator: any RunEvaluator
  private let sampler: Sampler
  private let trainer: Trainer<Float>

  /// Plans the memory of the samples.
  ///
  /// - Parameters:
  ///   - evaluator: Scores them.
  ///   - trainer: Holds the weights.
  ///   - context: The run.
  init(_ evaluator: any RunEvaluator, _ trainer: Trainer<Float>, _ context: RunContext) {
    (self.evaluator, self.trainer) = (evaluator, trainer)
    sampler = Sampler(
      trainer.generator.architecture, weights: trainer.average, convolutions: context.configuration.convolutions,
      seed: context.configuration.seed, pool: context.pool)
  }

  /// Scores samples of the averaged weights as they are now: those that a checkpoint of this step would hold.
  func scores() throws -> RunScores {
    sampler.generator.updateAverageSpectralNorms(from: trainer.generator.context.weights.spectra)
    let hash = Fingerprint()
    for arena in [trainer.average.parameters, trainer.average.spectra, trainer.average.statistics] {
      hash.update(UnsafeRawBufferPointer(arena.values))
    }
    return try evaluator.scores(of: sampler, generator: hash.hexadecimal, step: trainer.step)
  }
}

extension RunScores.Ranking {
  /// Whether a checkpoint with this score should be kept in place of the one so far.
  func isBetter(than best: BestCheckpoint?) -> Bool {
    guard let best, best.score == name, best.conditions == conditions else { return value.isFinite }
    return isBetterHigh ? value > best.value : value < best.value
  }
}
