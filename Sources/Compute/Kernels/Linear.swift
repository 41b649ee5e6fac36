internal import BLAS
public import Tensors
public import Threads

/// A linear layer, shard by shard: `y = scale · x · weight + bias`.
///
/// - Parameters:
///   - x: `[N, I]`.
///   - weight: `[I, O]`.
///   - weightScale: Factor of the weight: 1/σ under spectral normalization.
///   - bias: `[O]`, or none.
///   - y: `[N, O]`, overwritten.
///   - shards: Number of shards that the batch holds; products never cross them.
///   - pool: Shares out shards.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func linear<Scalar: KernelScalar>(
  _ x: Tensor<Scalar>, weight: Tensor<Scalar>, weightScale: Scalar, bias: Tensor<Scalar>?, into y: Tensor<Scalar>,
  shards: Int, pool: WorkerPool
) {
  let (inputs, outputs) = (weight.shape[0], weight.shape[1])
  let rows = x.shape[0] / shards
  precondition(x.count == x.shape[0] * inputs && y.count == x.shape[0] * outputs, "linear \(x.shape) to \(y.shape)")
  pool.run(shards) { shard, _ in
    multiply(
      Matrix(x.base + shard * rows * inputs, rows: rows, columns: inputs), weight.matrix(columns: outputs),
      into: Matrix(y.base + shard * rows * outputs, rows: rows, columns: outputs), scale: weightScale)
    guard let bias else { return }
    for n in shard * rows..<(shard + 1) * rows {
      for o in 0..<outputs { y.base[n * outputs + o] += bias.base[o] }
    }
  }
}

/// The input gradient of `linear`, shard by shard: `dx = scale · dy · weightᵀ + adding · dx`.
///
/// - Parameters:
///   - dy: `[N, O]`.
///   - weight: `[I, O]`.
///   - weightScale: Factor of the weight.
///   - dx: `[N, I]`.
///   - adding: Factor of what `dx` held.
///   - shards: Number of shards that the batch holds.
///   - pool: Shares out shards.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func linearInputGradient<Scalar: KernelScalar>(
  dy: Tensor<Scalar>, weight: Tensor<Scalar>, weightScale: Scalar, into dx: Tensor<Scalar>, adding: Scalar, shards: Int,
  pool: WorkerPool
) {
  let (inputs, outputs) = (weight.shape[0], weight.shape[1])
  let rows = dy.shape[0] / shards
  pool.run(shards) { shard, _ in
    multiply(
      Matrix(dy.base + shard * rows * outputs, rows: rows, columns: outputs),
      weight.matrix(columns: outputs).transposed,
      into: Matrix(dx.base + shard * rows * inputs, rows: rows, columns: inputs), scale: weightScale, adding: adding)
  }
}

/// The weight gradient of `linear` over one shard: `dWeight = xᵀ · dy`.
///
/// - Parameters:
///   - x: The shard's inputs, `[n, I]`.
///   - dy: The shard's output gradients, `[n, O]`.
///   - dWeight: `[I, O]`, overwritten.
///   - pool: Shares out blocks of inputs.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func linearWeightGradient<Scalar: KernelScalar>(
  _ x: Tensor<Scalar>, dy: Tensor<Scalar>, into dWeight: Tensor<Scalar>, pool: WorkerPool
) {
  let (inputs, outputs) = (dWeight.shape[0], dWeight.shape[1])
  let rows = x.shape[0]
  forEachBlock(of: inputs, size: 128, pool: pool) { range in
    multiply(
      Matrix(x.base + range.lowerBound, rows: rows, columns: range.count, stride: inputs).transposed,
      dy.matrix(columns: outputs),
      into: Matrix(dWeight.base + range.lowerBound * outputs, rows: range.count, columns: outputs))
  }
}
