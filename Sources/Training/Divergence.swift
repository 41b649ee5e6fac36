internal import Layers
internal import Networks
internal import Tensors
/// A run whose losses are no longer numbers.
///
/// Exit code 70. All ranks find it in the same step, since they hold the same sums; nothing is written from that step on.
public struct Divergence: ReportedError {
  /// The step in which it was found, counted from 1.
  public let step: Int
  /// The first tensor with a number that is not finite; none if they are all in activations.
  public let tensor: String?

  /// EX_SOFTWARE.
  public var exitCode: Int32 { 70 }

  /// The sentence that the user reads.
  public var description: String {
    "expected finite losses and found none in step \(step)"
      + (tensor.map { " (the first number that is not finite is in \($0))" } ?? "")
      + "; the last checkpoint stands: resume it with lower learning rates (--set discriminator-learning-rate=…, "
      + "--set generator-learning-rate=…)"
  }
}

extension StepReport {
  /// Whether every number of the report is one.
  var isFinite: Bool {
    (discriminatorLoss + generatorLoss + logitReal + logitFake + discriminatorClassLoss + generatorClassLoss).isFinite
  }
}

extension Trainer where Scalar == Float {
  /// The first tensor of the state, or else of the last gradients, with a number that is not finite.
  var firstNonFiniteTensor: String? {
    let state = checkpointFiles.flatMap { file in
      file.tensors.lazy.map { (name: "'\($0.name)' of \(file.name)", entry: $0.entry, arena: $0.arena) }
    }
    let gradients = [("discriminator", discriminator.context), ("generator", generator.context)].flatMap {
      (network, context) in
      context.gradients.layout.entries.map {
        (name: "the gradient of the \(network)'s '\($0.name)'", entry: $0, arena: context.gradients)
      }
    }
    return (state + gradients).first { tensor in !tensor.arena.values[tensor.entry.range].allSatisfy(\.isFinite) }?
      .name
  }
}
