internal import BLAS
public import Tensors

/// A weight with its pair of singular vectors, as spectral normalization sees it.
///
/// The method is algorithm 1 of Miyato, Kataoka, Koyama and Yoshida 2018. PyTorch's matrix W is `[outputs, inputs]`; kernels hold convolution and linear weights as its transpose.
public struct SpectralMatrix<Scalar: KernelScalar>: Sendable {
  /// The numbers as stored.
  public let weight: Tensor<Scalar>
  /// Whether the stored rows are W's outputs (embeddings) and not its inputs (convolutions, linear layers).
  public let rowsAreOutputs: Bool
  /// The left singular vector, as long as W has outputs.
  public let u: Tensor<Scalar>
  /// The right singular vector, as long as W has inputs.
  public let v: Tensor<Scalar>

  /// A weight with its vectors; `weight` has as many elements as `u` times `v`.
  public init(weight: Tensor<Scalar>, rowsAreOutputs: Bool, u: Tensor<Scalar>, v: Tensor<Scalar>) {
    precondition(weight.count == u.count * v.count, "\(weight.shape) has no singular vectors \(u.shape), \(v.shape)")
    self.weight = weight
    self.rowsAreOutputs = rowsAreOutputs
    self.u = u
    self.v = v
  }

  /// Writes W · v, or Wᵀ · u: one product per block of 512 rows, or columns, of the weight as stored.
  fileprivate func product(
    transposed: Bool, _ vector: Tensor<Scalar>, into result: Tensor<Scalar>, _ pool: WorkerPool
  ) {
    let (rows, columns) = rowsAreOutputs ? (u.count, v.count) : (v.count, u.count)
    let alongRows = rowsAreOutputs != transposed
    forEachBlock(of: result.count, size: 512, pool: pool) { range in
      let block =
        alongRows
        ? Matrix(weight.base + range.lowerBound * columns, rows: range.count, columns: columns)
        : Matrix(weight.base + range.lowerBound, rows: rows, columns: range.count, stride: columns).transposed
      multiply(block, vector: vector.base, into: result.base + range.lowerBound)
    }
  }
}

/// One power iteration, in place, and the spectral norm it finds.
///
///     v ← Wᵀu / max(‖Wᵀu‖, ε),   u ← Wv / max(‖Wv‖, ε),   σ = uᵀWv
///
/// - Parameters:
///   - w: The weight and its vectors; the vectors move.
///   - epsilon: ε.
///   - scratch: At least as many elements as W has outputs.
///   - pool: Shares out blocks of the weight.
/// - Returns: σ.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func powerIteration<Scalar: KernelScalar>(
  _ w: SpectralMatrix<Scalar>, epsilon: Scalar, scratch: Tensor<Scalar>, pool: WorkerPool
) -> Scalar {
  w.product(transposed: true, w.u, into: w.v, pool)
  normalize(w.v, epsilon: epsilon)
  let product = scratch.reshaped(Shape(scratch.count))[rows: 0..<w.u.count]
  w.product(transposed: false, w.v, into: product, pool)
  w.u.copy(from: product)
  normalize(w.u, epsilon: epsilon)
  return Scalar(innerProduct(w.u, product))
}

/// Turns the gradient with respect to Ŵ = W / σ into the gradient with respect to W, in place.
///
/// u and v are constants of the weight version, σ = uᵀWv is not:
///
///     dW = (dŴ − ⟨dŴ, Ŵ⟩ · u vᵀ) / σ
///
/// - Parameters:
///   - w: The weight and the vectors of this version.
///   - sigma: σ of this version.
///   - gradient: dŴ on entry, dW on return; in the order of the weight.
///   - pool: Shares out blocks of rows.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func spectralGradient<Scalar: KernelScalar>(
  _ w: SpectralMatrix<Scalar>, sigma: Scalar, _ gradient: Tensor<Scalar>, pool: WorkerPool
) {
  let projection = Scalar(innerProduct(gradient, w.weight) / Double(sigma))
  let (rows, columns) = w.rowsAreOutputs ? (w.u, w.v) : (w.v, w.u)
  let factor = 1 / sigma
  forEachBlock(of: rows.count, size: 64, pool: pool) { range in
    for row in range {
      let start = gradient.base + row &* columns.count
      let part = projection * rows.base[row]
      for c in 0..<columns.count { start[c] = (start[c] - part * columns.base[c]) * factor }
    }
  }
}

/// Divides a vector by its length, or by `epsilon` where it is shorter.
@inline(__always)
private func normalize<Scalar: KernelScalar>(_ x: Tensor<Scalar>, epsilon: Scalar) {
  let length = Scalar(innerProduct(x, x).squareRoot())
  let factor = 1 / max(length, epsilon)
  for i in 0..<x.count { x.base[i] *= factor }
}
