package import Configuration
package import Networks

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
  /// How far two generated images of one class are apart, where it was measured.
  public var diversity: Double?
  /// The attention of each layer, where it was taken; the generator's layers first.
  public var attention: [LayerAttention] = []
  /// What Adam's step of the generator was multiplied by.
  public var generatorLearningRate = 0.0
  /// The same for the discriminator.
  public var discriminatorLearningRate = 0.0
  /// What the schedule multiplies both learning rates by.
  public var learningRateFactor = 1.0

  /// Zeros.
  public init() {}
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

  /// The numbers by their names in `metrics.jsonl` and TensorBoard, in the order of a line.
  ///
  /// - Parameter hasClassifier: Whether the discriminator has an auxiliary classifier.
  /// - Returns: Names and values; all depend on configuration and seed alone.
  package func metrics(hasClassifier: Bool) -> [(name: String, value: Double)] {
    var result: [(name: String, value: Double)] = [
      ("loss/discriminator", discriminatorLoss), ("loss/generator", generatorLoss),
      ("logit/real", logitReal), ("logit/fake", logitFake), ("logit/gap", logitReal - logitFake),
      ("gradient_norm/discriminator", discriminatorGradientNorm), ("gradient_norm/generator", generatorGradientNorm),
    ]
    if let diversity { result.append(("diversity", diversity)) }
    for layer in attention { result += layer.metrics }
    result += [
      ("learning_rate/generator", generatorLearningRate), ("learning_rate/discriminator", discriminatorLearningRate),
      ("learning_rate/factor", learningRateFactor),
    ]
    if hasClassifier {
      result += [
        ("class_loss/discriminator", discriminatorClassLoss), ("class_loss/generator", generatorClassLoss),
        ("class_accuracy/real", realClassAccuracy),
      ]
    }
    return result
  }
}
