public import Kernels
public import Tensors
public import Threads

/// Both parts of the backward pass of a normalization whose shards share nothing; `dy` becomes the gradient of `x`.
public func normalizeBackward<Scalar: KernelScalar>(
  _ x: Tensor<Scalar>, _ dy: Tensor<Scalar>, shards: Int, state: NormalizationState<Scalar>,
  sums: ChannelSums<Scalar>? = nil, pool: WorkerPool
) {
  sumNormalizedGradients(x, dy, shards: shards, state: state, pool: pool)
  writeNormalizedGradient(x, dy, shards: shards, state: state, sums: sums, pool: pool)
}
