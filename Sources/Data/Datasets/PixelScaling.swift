public import Tensors

/// The two ways to write a pixel: as a byte 0…255 and as a number −1…1, the range of the generator's tanh.
public enum PixelScaling {
  /// Writes x / 127.5 − 1 for every byte x.
  public static func convert<Scalar: TensorScalar>(
    _ bytes: UnsafeMutableBufferPointer<UInt8>, into numbers: Tensor<Scalar>
  ) {
    precondition(bytes.count == numbers.count, "\(bytes.count) bytes as numbers of shape \(numbers.shape)")
    if let numbers = numbers as? Tensor<Float> { return convertSpecialized(bytes, numbers.base) }
    if let numbers = numbers as? Tensor<Double> { return convertSpecialized(bytes, numbers.base) }
    preconditionFailure("pixels as \(Scalar.self)")
  }

  /// The byte nearest to a number; numbers outside −1…1 are cut off, and what is no number becomes 0.
  public static func byte(_ number: Float) -> UInt8 {
    let scaled = ((number + 1) * 127.5).rounded(.toNearestOrEven)
    return scaled >= 0 ? UInt8(min(scaled, 255)) : 0
  }

  /// The bytes nearest to all numbers of a tensor.
  public static func bytes(of numbers: Tensor<Float>) -> [UInt8] { numbers.elements.map(byte) }

  @inline(__always)
  private static func convertSpecialized<Scalar: TensorScalar>(
    _ bytes: UnsafeMutableBufferPointer<UInt8>, _ numbers: UnsafeMutablePointer<Scalar>
  ) {
    for position in bytes.indices { numbers[position] = Scalar(bytes[position]) / 127.5 - 1 }
  }
}
