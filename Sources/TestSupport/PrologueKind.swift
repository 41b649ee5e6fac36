public import Kernels
internal import Tensors

/// The kinds of prologue, as arguments of tests.
public enum PrologueKind: CaseIterable, Sendable {
  /// As `Prologue` has them.
  case identity, relu, scaleShiftReLU

  /// A prologue with random numbers.
  public func prologue<Scalar: KernelScalar>(samples: Int, channels: Int, _ source: TensorSource) -> Prologue<Scalar> {
    switch self {
    case .identity: .identity
    case .relu: .relu
    case .scaleShiftReLU:
      .scaleShiftReLU(scale: source.normal(Shape(samples, channels)), shift: source.normal(Shape(samples, channels)))
    }
  }
}
