internal import Tensors

// Generic code reaches fast algorithms, which are there for `Float` alone, through these views: they are what they are
// called on, after a check that costs nothing in code compiled for one type.

extension Tensor {
  /// The same tensor, whose numbers must be of type `Float`.
  @inline(__always)
  var singlePrecision: Tensor<Float> {
    precondition(Scalar.self == Float.self, "fast algorithms are in single precision")
    return Tensor<Float>(UnsafeMutableRawPointer(base).assumingMemoryBound(to: Float.self), shape)
  }
}

extension InputActivation {
  /// The same activation, whose numbers must be of type `Float`.
  @inline(__always)
  var singlePrecision: InputActivation<Float> {
    switch self {
    case .identity: .identity
    case .relu: .relu
    case .scaleShiftReLU(let scale, let shift):
      .scaleShiftReLU(scale: scale.singlePrecision, shift: shift.singlePrecision)
    }
  }
}

extension Epilogue {
  /// The same epilogue, whose numbers must be of type `Float`.
  @inline(__always)
  var singlePrecision: Epilogue<Float> {
    var result = Epilogue<Float>()
    if let bias { result.bias = bias.singlePrecision }
    switch residual {
    case .none: break
    case .same(let other): result.residual = .same(other.singlePrecision)
    case .upsampled(let other): result.residual = .upsampled(other.singlePrecision)
    }
    return result
  }
}

extension UnsafePointer {
  /// The same numbers, which must be of type `Float`.
  @inline(__always)
  var singlePrecision: UnsafePointer<Float> { UnsafeRawPointer(self).assumingMemoryBound(to: Float.self) }
}

extension UnsafeMutablePointer {
  /// The same numbers, which must be of type `Float`.
  @inline(__always)
  var singlePrecision: UnsafeMutablePointer<Float> {
    UnsafeMutableRawPointer(self).assumingMemoryBound(to: Float.self)
  }
}
