package import Configuration
internal import Trainer
internal import Kernels
internal import Layers
internal import Networks
internal import Tensors

/// What one step has to do at least, on one of its ranks: operations and bytes, counted from the networks' tables.
///
/// Operations are those of the direct algorithms without recomputation, a multiply-add as two. Bytes are what remains if
/// each operation reads its operands from memory once and writes its results once: maps image by image, weights once for
/// each pass. Maps that are only added, pooled or upsampled do not count.
public struct StepWork: Sendable {
  /// Floating-point operations.
  public private(set) var operations = 0.0
  /// Bytes of the passes through the networks.
  public private(set) var passBytes = 0.0
  /// Bytes of spectral norms, Adam and the moving average.
  public private(set) var updateBytes = 0.0

  /// All bytes.
  public var bytes: Double { passBytes + updateBytes }

  /// Counts a step.
  ///
  /// - Parameters:
  ///   - configuration: The run's.
  ///   - trainer: Has the networks.
  ///   - ranks: How many ranks share the images.
  init(_ configuration: TrainingConfiguration, _ trainer: Trainer<Float>, ranks: Int) {
    let updates = configuration.discriminatorUpdates
    count(configuration, ranks: ranks)
    let moments = configuration.beta1 == 0 ? 5 : 7
    for (network, count) in [
      (trainer.generator.context.weights.parameters, 1), (trainer.discriminator.context.weights.parameters, updates),
    ] {
      updateBytes += Double(4 * moments * count * network.values.count)
    }
    // The sweep of Adam has the weight at hand.
    updateBytes += Double(4 * 2 * trainer.average.parameters.values.count)
    for (weights, count, isNormalized) in [
      (trainer.generator.spectralWeights, 1, configuration.generatorSpectralNorm),
      (trainer.discriminator.spectralWeights, updates, configuration.discriminatorSpectralNorm),
    ] where isNormalized {
      // The power iteration reads a weight twice, the inner product with the gradient reads both; Adam does the rest.
      updateBytes += Double(4 * 4 * count * weights.reduce(0) { $0 + $1.range.count })
    }
  }

  /// Floating-point operations of a step, for estimates of how long it takes beside another one.
  ///
  /// - Parameter configuration: The run's.
  /// - Returns: Operations of all ranks together.
  package static func operations(of configuration: TrainingConfiguration) -> Double {
    var work = StepWork()
    work.count(configuration, ranks: 1)
    return work.operations
  }

  private init() {}

  /// Counts the passes through the networks.
  private mutating func count(_ configuration: TrainingConfiguration, ranks: Int) {
    let updates = configuration.discriminatorUpdates
    let own = configuration.generatorBatch / ranks
    let shown = configuration.batch / ranks * updates
    for operation in configuration.generator.operations {
      let toInput = operation.readsInput ? Use() : Use(images: own, passes: 1)
      add(
        operation, forward: Use(images: shown + own, passes: updates + 1), toInput: toInput,
        toWeights: Use(images: own, passes: 1))
    }
    for operation in configuration.discriminator.operations {
      let judged = operation.readsInput ? Use() : Use(images: 2 * shown, passes: updates)
      add(
        operation, forward: Use(images: 2 * shown + own, passes: updates + 1),
        toInput: Use(images: judged.images + own, passes: judged.passes + 1),
        toWeights: Use(images: 2 * shown, passes: updates))
    }
  }

  /// How many images an operation sees in a step, in how many passes.
  private struct Use {
    var images = 0
    var passes = 0
  }

  private mutating func add(_ operation: Operation, forward: Use, toInput: Use, toWeights: Use) {
    for (pass, use) in [(Pass.forward, forward), (.inputGradient, toInput), (.weightGradient, toWeights)] {
      let cost = operation.kind.cost(pass)
      operations += 2 * Double(use.images) * Double(cost.multiplyAdds)
      passBytes += 4 * (Double(use.images) * Double(cost.mapNumbers) + Double(use.passes) * Double(cost.weightNumbers))
    }
  }
}
