public import Kernels
internal import Tensors

/// The kinds of activation, as arguments of tests.
public enum ActivationKind: CaseIterable, Sendable {
  /// As `InputActivation` has them.
  case identity, relu, scaleShiftReLU

  /// An activation with random numbers.
  public func activation<Scalar: KernelScalar>(samples: Int, channels: Int, _ source: TensorSource) -> InputActivation<
    Scalar
  > {
    switch self {
    case .identity: .identity
    case .relu: .relu
    case .scaleShiftReLU:
      .scaleShiftReLU(scale: source.normal(Shape(samples, channels)), shift: source.normal(Shape(samples, channels)))
    }
  }
}
