public import Kernels
internal import Tensors

/// The kinds of prologue, as arguments of tests.
public enum PrologueKind: CaseIterable, Sendable {
  /// As `InputActivation` has them.
  case identity, relu, scaleShiftReLU

  /// A prologue with random numbers.
  public func prologue<Scalar: KernelScalar>(samples: Int, channels: Int, _ source: TensorSource) -> InputActivation<
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
