internal import BLAS
public import Tensors

/// Gives tests tensors of their own: zeros, poison, random or given numbers.
///
/// The tensors live as long as their source, which `withTensors` keeps for the length of a closure.
public final class TensorSource {
  /// The owner of all tensors, also for scratch that kernels plan.
  public let workspace = Workspace()
  private var stream: RandomStream

  fileprivate init(seed: UInt64) {
    stream = RandomStream(seed: seed, purpose: .test)
    // A library that splits products by the threads that happen to be free would make equal bits a matter of luck.
    BLASLibrary.useCallingThread()
  }

  /// A tensor of zeros.
  public func zeros<Scalar: TensorScalar>(_ shape: Shape, of type: Scalar.Type = Scalar.self) -> Tensor<Scalar> {
    workspace.tensor(shape)
  }

  /// A tensor of not-a-number, for results that have to be overwritten whole.
  public func poisoned<Scalar: TensorScalar>(_ shape: Shape, of type: Scalar.Type = Scalar.self) -> Tensor<Scalar> {
    let result: Tensor<Scalar> = workspace.tensor(shape)
    result.fill(.nan)
    return result
  }

  /// A tensor of normal numbers.
  public func normal<Scalar: TensorScalar>(
    _ shape: Shape, mean: Double = 0, deviation: Double = 1, of type: Scalar.Type = Scalar.self
  ) -> Tensor<Scalar> {
    let result: Tensor<Scalar> = workspace.tensor(shape)
    for i in 0..<result.count { result.base[i] = Scalar(mean + deviation * stream.normal()) }
    return result
  }

  /// A tensor of given numbers.
  public func tensor<Scalar: TensorScalar>(
    _ shape: Shape, _ numbers: [Double], of type: Scalar.Type = Scalar.self
  ) -> Tensor<Scalar> {
    precondition(numbers.count == shape.count, "\(numbers.count) numbers for \(shape)")
    let result: Tensor<Scalar> = workspace.tensor(shape)
    for (i, number) in numbers.enumerated() { result.base[i] = Scalar(number) }
    return result
  }

  /// A copy of a tensor.
  public func copy<Scalar: TensorScalar>(_ tensor: Tensor<Scalar>) -> Tensor<Scalar> {
    let result: Tensor<Scalar> = workspace.tensor(tensor.shape)
    result.copy(from: tensor)
    return result
  }

  /// Random classes.
  public func labels(_ count: Int, below classes: Int) -> Labels {
    let result = workspace.buffer(count, of: Int32.self)
    for i in 0..<count { result[i] = Int32(stream.index(below: classes)) }
    return Labels(result)
  }

  /// Zeros of a type that tensors do not hold.
  public func buffer<Element: BitwiseCopyable>(_ count: Int, of type: Element.Type) -> UnsafeMutablePointer<Element> {
    guard let base = workspace.buffer(count, of: type).baseAddress else {
      preconditionFailure("a buffer without memory")
    }
    return base
  }
}

/// Runs `body` with a source of tensors that lives until it returns.
public func withTensors<Result>(seed: UInt64 = 1, _ body: (TensorSource) throws -> Result) rethrows -> Result {
  let source = TensorSource(seed: seed)
  defer { withExtendedLifetime(source) {} }
  return try body(source)
}
