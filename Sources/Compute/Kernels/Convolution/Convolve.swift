public import Tensors
public import Threads

/// Convolves a batch of images.
///
///     y = scale · (filters ⋆ activation(x)) + bias + residual
///
/// - Parameters:
///   - convolution: The geometry, and the algorithm.
///   - x: Images, `[N, H, W, C]`.
///   - activation: What happens to `x` first.
///   - weight: Filters, in the order of the convolution's `filterShape`.
///   - weightScale: Factor of the filters: 1/σ under spectral normalization.
///   - epilogue: What is added.
///   - y: The result, overwritten; must not alias `x`.
///   - shards: Number of shards that the batch holds; the bits of one depend on nothing but the shard.
///   - scratch: Planned for this geometry.
///   - pool: Shares out work, in parts cut by shape.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func convolve<Scalar: KernelScalar>(
  _ convolution: Convolution, _ x: Tensor<Scalar>, activation: InputActivation<Scalar>, weight: Tensor<Scalar>,
  weightScale: Scalar, epilogue: Epilogue<Scalar>, into y: Tensor<Scalar>, shards: Int,
  scratch: ConvolutionScratch<Scalar>, pool: WorkerPool
) {
  precondition(
    convolution.outputShape(of: x.shape) == y.shape, "a convolution of \(x.shape) writes \(y.shape)")
  precondition(x.shape[0] % shards == 0, "\(x.shape) does not hold \(shards) equal shards")
  precondition(weight.count == convolution.weightCount, "\(weight.shape) for \(convolution.filterShape) filters")
  switch convolution.algorithm {
  case .direct:
    convolveDirectly(
      convolution, x, activation: activation, weight: weight, weightScale: weightScale, epilogue: epilogue, into: y,
      shards: shards, scratch: scratch, pool: pool)
  case .fast where convolution.isPointwise:
    convolution.forwardPointwise(
      x.singlePrecision, activation.singlePrecision, weight.singlePrecision, scale: Float(weightScale),
      epilogue.singlePrecision, into: y.singlePrecision, scratch: scratch.fast, pool: pool)
  case .fast where convolution.isNarrow:
    convolution.forwardNarrow(
      x.singlePrecision, activation.singlePrecision, weight.singlePrecision, scale: Float(weightScale),
      epilogue.singlePrecision, into: y.singlePrecision, scratch: scratch.fast, pool: pool)
  case .fast:
    convolution.forwardFast(
      x.singlePrecision, activation.singlePrecision, weight.singlePrecision, scale: Float(weightScale),
      epilogue.singlePrecision, into: y.singlePrecision, scratch: scratch.fast, pool: pool)
  }
}

/// The input gradient of `convolve`: `dx = scale · (adjoint of the convolution)(dy)`, with respect to the activated input.
///
/// - Parameters:
///   - convolution: The geometry, and the algorithm.
///   - dy: Gradient of the output, `[N, H', W', O]`.
///   - weight: Filters, in the order of the convolution's `filterShape`.
///   - weightScale: Factor of the filters.
///   - dx: Gradient of the activated input, `[N, H, W, C]`, overwritten; must not alias `dy`.
///   - adding: Whether to add to `dx` instead: for 1 × 1 filters alone, whose results are written once.
///   - shards: Number of shards that the batch holds.
///   - scratch: Planned for this geometry.
///   - pool: Shares out work, in parts cut by shape.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func convolveInputGradient<Scalar: KernelScalar>(
  _ convolution: Convolution, dy: Tensor<Scalar>, weight: Tensor<Scalar>, weightScale: Scalar, into dx: Tensor<Scalar>,
  adding: Bool = false, shards: Int, scratch: ConvolutionScratch<Scalar>, pool: WorkerPool
) {
  precondition(
    convolution.outputShape(of: dx.shape) == dy.shape, "a convolution of \(dx.shape) has no output \(dy.shape)")
  precondition(!adding || convolution.kernelSize == 1, "input gradients are added for 1 × 1 filters alone")
  precondition(dx.shape[0] % shards == 0, "\(dx.shape) does not hold \(shards) equal shards")
  precondition(weight.count == convolution.weightCount, "\(weight.shape) for \(convolution.filterShape) filters")
  switch convolution.algorithm {
  case .direct:
    convolveInputGradientDirectly(
      convolution, dy: dy, weight: weight, weightScale: weightScale, into: dx, adding: adding, shards: shards,
      scratch: scratch, pool: pool)
  case .fast where convolution.isPointwise:
    convolution.inputGradientPointwise(
      dy.singlePrecision, weight.singlePrecision, scale: Float(weightScale),
      adding ? Epilogue(residual: .same(dx.singlePrecision)) : Epilogue(), into: dx.singlePrecision,
      scratch: scratch.fast, pool: pool)
  case .fast where convolution.isNarrow:
    convolution.inputGradientNarrow(
      dy.singlePrecision, weight.singlePrecision, scale: Float(weightScale), into: dx.singlePrecision,
      scratch: scratch.fast, pool: pool)
  case .fast:
    convolution.inputGradientFast(
      dy.singlePrecision, weight.singlePrecision, scale: Float(weightScale), into: dx.singlePrecision,
      scratch: scratch.fast, pool: pool)
  }
}

/// The weight gradient of `convolve` over one shard, with respect to the scaled filters.
///
///     dWeight = Σ over the shard's pixels of columns(activation(x))ᵀ · dy
///
/// - Parameters:
///   - convolution: The geometry, and the algorithm.
///   - x: The shard's images, `[N, H, W, C]`.
///   - activation: What happened to `x` first; its scale and shift are the shard's.
///   - dy: Gradient of the output, `[N, H', W', O]`.
///   - dWeight: In the order of the filters, overwritten.
///   - scratch: Planned for this geometry.
///   - pool: Shares out work, in parts cut by shape.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func convolveWeightGradient<Scalar: KernelScalar>(
  _ convolution: Convolution, _ x: Tensor<Scalar>, activation: InputActivation<Scalar>, dy: Tensor<Scalar>,
  into dWeight: Tensor<Scalar>, scratch: ConvolutionScratch<Scalar>, pool: WorkerPool
) {
  precondition(
    convolution.outputShape(of: x.shape) == dy.shape, "a convolution of \(x.shape) has no output \(dy.shape)")
  precondition(dWeight.count == convolution.weightCount, "\(dWeight.shape) for \(convolution.filterShape) filters")
  switch convolution.algorithm {
  case .direct:
    convolveWeightGradientDirectly(
      convolution, x, activation: activation, dy: dy, into: dWeight, scratch: scratch, pool: pool)
  case .fast where convolution.isPointwise:
    convolution.weightGradientPointwise(
      x.singlePrecision, activation.singlePrecision, dy.singlePrecision, into: dWeight.singlePrecision,
      scratch: scratch.fast, pool: pool)
  case .fast where convolution.isNarrow:
    convolution.weightGradientNarrow(
      x.singlePrecision, activation.singlePrecision, dy.singlePrecision, into: dWeight.singlePrecision,
      scratch: scratch.fast, pool: pool)
  case .fast:
    convolution.weightGradientFast(
      x.singlePrecision, activation.singlePrecision, dy.singlePrecision, into: dWeight.singlePrecision,
      scratch: scratch.fast, pool: pool)
  }
}
