package import Kernels
package import MPI
package import Networks
package import Tensors

/// One of the updates of a step.
package enum StepUpdate: Hashable, Sendable, CustomStringConvertible {
  /// An update of the discriminator, counted from 1.
  case discriminator(Int)
  /// The update of the generator.
  case generator

  /// `d1`, `d2` … or `g`.
  package var description: String {
    switch self {
    case .discriminator(let number): "d\(number)"
    case .generator: "g"
    }
  }
}

/// Is shown a step while it is made: the very step that training makes.
///
/// It is called by `Trainer.runStep` on every rank, in this order; for each update, passes of all groups of shards come first. What
/// it is shown is the step's own memory, valid until the call returns: it copies what it keeps and changes nothing.
package protocol StepRecorder<Scalar>: AnyObject {
  /// The number type.
  associatedtype Scalar: KernelScalar & MPIScalar

  /// A step begins; nothing has changed yet.
  func stepBegins(_ trainer: Trainer<Scalar>)

  /// A group of this rank's shards is about to go through the networks; its latent vectors are drawn.
  func passBegins(_ update: StepUpdate, group: Int, _ trainer: Trainer<Scalar>)

  /// The group's real images are about to be augmented; where they are not, the discriminator's input has them.
  func imagesAreAugmented(real images: Tensor<Scalar>, _ update: StepUpdate)

  /// The group has been judged, and its losses and their gradients are known.
  func passWasJudged(
    _ verdict: Discriminator<Scalar>.Output, _ update: StepUpdate, _ trainer: Trainer<Scalar>)

  /// The gradient of the generator's loss has come to the group's images.
  func imagesHave(gradient: Tensor<Scalar>, _ update: StepUpdate)

  /// Gradients and losses are sums over the shards of all ranks, the gradients with respect to W/σ.
  func gradientsWereSummed(_ update: StepUpdate, _ sums: LossSums, _ trainer: Trainer<Scalar>)

  /// Where the optimizer shall write the gradients that it takes.
  func takenGradients(of update: StepUpdate, _ trainer: Trainer<Scalar>) -> Arena<Scalar>?

  /// Parameters, moments, spectra and what else belongs to the update have moved.
  func updateEnded(_ update: StepUpdate, _ trainer: Trainer<Scalar>)

  /// The step is made.
  func stepEnded(_ trainer: Trainer<Scalar>)
}

/// A recorder takes what it wants to see.
extension StepRecorder {
  package func stepBegins(_ trainer: Trainer<Scalar>) {}
  package func passBegins(_ update: StepUpdate, group: Int, _ trainer: Trainer<Scalar>) {}
  package func imagesAreAugmented(real images: Tensor<Scalar>, _ update: StepUpdate) {}
  package func passWasJudged(
    _ verdict: Discriminator<Scalar>.Output, _ update: StepUpdate, _ trainer: Trainer<Scalar>
  ) {}
  package func imagesHave(gradient: Tensor<Scalar>, _ update: StepUpdate) {}
  package func gradientsWereSummed(_ update: StepUpdate, _ sums: LossSums, _ trainer: Trainer<Scalar>) {}
  package func takenGradients(of update: StepUpdate, _ trainer: Trainer<Scalar>) -> Arena<Scalar>? { nil }
  package func updateEnded(_ update: StepUpdate, _ trainer: Trainer<Scalar>) {}
  package func stepEnded(_ trainer: Trainer<Scalar>) {}
}
