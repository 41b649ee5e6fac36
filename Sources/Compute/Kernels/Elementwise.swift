internal import BLAS
public import Tensors
public import Threads

/// Elements of one task of an elementwise sweep.
private let elementsPerBlock = 16384

/// `y += scale · x`.
///
/// - Parameters:
///   - x: Any shape.
///   - scale: Factor of `x`.
///   - y: As many elements, added to.
///   - pool: Shares out blocks.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func add<Scalar: KernelScalar>(
  _ x: Tensor<Scalar>, scale: Scalar, to y: Tensor<Scalar>, pool: WorkerPool
) {
  precondition(x.count == y.count, "sum of \(y.shape) and \(x.shape)")
  forEachBlock(of: x.count, size: elementsPerBlock, pool: pool) { range in
    for i in range { y.base[i] += scale * x.base[i] }
  }
}

/// `x *= factor`.
///
/// - Parameters:
///   - x: Any shape; scaled in place.
///   - factor: The factor.
///   - pool: Shares out blocks.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func scale<Scalar: KernelScalar>(_ x: Tensor<Scalar>, by factor: Scalar, pool: WorkerPool) {
  forEachBlock(of: x.count, size: elementsPerBlock, pool: pool) { range in
    for i in range { x.base[i] *= factor }
  }
}

/// The hyperbolic tangent, in place.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func hyperbolicTangent<Scalar: KernelScalar>(_ x: Tensor<Scalar>, pool: WorkerPool) {
  forEachBlock(of: x.count, size: elementsPerBlock, pool: pool) { range in
    guard Scalar.self == Float.self else {
      for i in range { x.base[i] = Scalar.hyperbolicTangent(x.base[i]) }
      return
    }
    let numbers = x.base.singlePrecision
    let whole = range.count / VectorLanes.count &* VectorLanes.count
    for i in stride(from: range.lowerBound, to: range.lowerBound &+ whole, by: VectorLanes.count) {
      store(hyperbolicTangent(load(numbers + i)), to: numbers + i)
    }
    // The last few have the bits that they would have in a vector.
    for i in range.lowerBound &+ whole..<range.upperBound {
      numbers[i] = hyperbolicTangent(Vector(repeating: numbers[i]))[0]
    }
  }
}

/// Backward of the hyperbolic tangent: `dx = (1 − y²) · dy`, where `y` is its output; `dy` becomes `dx`.
///
/// - Parameters:
///   - y: The output of the forward pass.
///   - dy: The gradient of the output on entry, of the input on return.
///   - pool: Shares out blocks.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func hyperbolicTangentBackward<Scalar: KernelScalar>(
  _ y: Tensor<Scalar>, _ dy: Tensor<Scalar>, pool: WorkerPool
) {
  precondition(y.count == dy.count, "tanh of \(y.shape) with a gradient \(dy.shape)")
  forEachBlock(of: y.count, size: elementsPerBlock, pool: pool) { range in
    for i in range { dy.base[i] *= 1 - y.base[i] * y.base[i] }
  }
}

/// The sum of products of two tensors, in runs of 4,096 whose sums are added in double precision.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func innerProduct<Scalar: KernelScalar>(_ x: Tensor<Scalar>, _ y: Tensor<Scalar>) -> Double {
  precondition(x.count == y.count, "inner product of \(x.shape) and \(y.shape)")
  var total = 0.0
  for start in stride(from: 0, to: x.count, by: 4096) {
    total += Double(dot(x.base + start, y.base + start, count: min(4096, x.count - start)))
  }
  return total
}
