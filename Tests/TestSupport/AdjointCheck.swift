public import Tensors

/// By how much the identity ⟨dy, A x⟩ = ⟨Aᵀ dy, x⟩ is missed, relative to what such products of random numbers come to.
///
/// - Parameters:
///   - dy: Any gradient of the output.
///   - output: A x.
///   - gradient: What should be Aᵀ dy.
///   - x: Any input.
/// - Returns: The relative error; infinite where a number is not finite.
public func adjointError<Scalar: TensorScalar>(
  _ dy: Tensor<Scalar>, _ output: Tensor<Scalar>, _ gradient: Tensor<Scalar>, _ x: Tensor<Scalar>
) -> Double {
  let (dy, output, gradient, x) = (dy.numbers, output.numbers, gradient.numbers, x.numbers)
  guard dy.count == output.count, gradient.count == x.count else { return .infinity }
  let forward = innerProduct(of: dy, output)
  let backward = innerProduct(of: gradient, x)
  guard forward.isFinite, backward.isFinite else { return .infinity }
  // A product of unrelated vectors of n elements is about √n times smaller than that of their lengths.
  let typical = length(of: dy) * length(of: output) / Double(max(dy.count, 1)).squareRoot()
  return abs(forward - backward) / max(typical, abs(forward), .leastNormalMagnitude)
}
