public import Kernels
public import Tensors
public import Threads

/// Both parts of the backward pass of a normalization whose shards share nothing; `dy` becomes the gradient of `x`.
public func normalizeBackward<Scalar: KernelScalar>(
  _ x: Tensor<Scalar>, _ dy: Tensor<Scalar>, shards: Int, buffers: NormalizationBuffers<Scalar>,
  sums: ChannelSums<Scalar>? = nil, pool: WorkerPool
) {
  sumNormalizedGradients(x, dy, shards: shards, buffers: buffers, pool: pool)
  writeNormalizedGradient(x, dy, shards: shards, buffers: buffers, sums: sums, pool: pool)
}
