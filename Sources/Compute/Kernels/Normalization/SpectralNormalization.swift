internal import BLAS
public import Tensors
public import Threads

/// A weight with its pair of singular vectors, as spectral normalization sees it.
///
/// The method is algorithm 1 of Miyato, Kataoka, Koyama and Yoshida 2018. PyTorch's matrix W is `[outputs, inputs]`; kernels hold
/// convolution and linear weights as its transpose.
public struct SpectralMatrix<Scalar: KernelScalar>: Sendable {
  /// In which order the numbers of W are stored.
  public enum Order: Hashable, Sendable {
    /// W itself: embeddings.
    case outputsByInputs
    /// Its transpose: linear layers and most convolutions.
    case inputsByOutputs
    /// Its transpose in blocks `[inputs / rows, outputs / 32, rows, 32]`: convolutions by the fast algorithm.
    case panels(rows: Int)
  }

  /// The numbers as stored.
  public let weight: Tensor<Scalar>
  /// Their order.
  public let order: Order
  /// The left singular vector, as long as W has outputs.
  public let u: Tensor<Scalar>
  /// The right singular vector, as long as W has inputs.
  public let v: Tensor<Scalar>

  /// A weight with its vectors; `weight` has as many elements as `u` times `v`.
  public init(weight: Tensor<Scalar>, order: Order, u: Tensor<Scalar>, v: Tensor<Scalar>) {
    precondition(weight.count == u.count * v.count, "\(weight.shape) has no singular vectors \(u.shape), \(v.shape)")
    if case .panels(let rows) = order {
      precondition(
        v.count % rows == 0 && u.count % FilterPanels.columns == 0,
        "\(weight.shape) has no panels of \(rows) × \(FilterPanels.columns)")
    }
    self.weight = weight
    self.order = order
    self.u = u
    self.v = v
  }

  /// Writes W · v, or Wᵀ · u: one product per block of 512 rows, or columns, of the weight as stored, or per panel.
  fileprivate func product(
    transposed: Bool, _ vector: Tensor<Scalar>, into result: Tensor<Scalar>, _ pool: WorkerPool
  ) {
    if case .panels(let rows) = order {
      return transposed
        ? multiplyPanels(rows, outputs: vector, into: result, pool)
        : multiplyPanels(rows, inputs: vector, into: result, pool)
    }
    let rowsAreOutputs = order == .outputsByInputs
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

  /// One block of panels: `rows` inputs by 32 outputs.
  private func panel(_ rows: Int, group: Int, _ index: Int) -> Matrix<Scalar> {
    let columns = FilterPanels.columns
    let panels = u.count / columns
    return Matrix(weight.base + (group * panels + index) * rows * columns, rows: rows, columns: columns)
  }

  /// Writes W · v: each task sums the groups of one panel.
  private func multiplyPanels(
    _ rows: Int, inputs: Tensor<Scalar>, into result: Tensor<Scalar>, _ pool: WorkerPool
  ) {
    pool.run(u.count / FilterPanels.columns) { index, _ in
      for group in 0..<v.count / rows {
        multiply(
          panel(rows, group: group, index).transposed, vector: inputs.base + group * rows,
          into: result.base + index * FilterPanels.columns, adding: group == 0 ? 0 : 1)
      }
    }
  }

  /// Writes Wᵀ · u: each task sums the panels of one group.
  private func multiplyPanels(
    _ rows: Int, outputs: Tensor<Scalar>, into result: Tensor<Scalar>, _ pool: WorkerPool
  ) {
    pool.run(v.count / rows) { group, _ in
      for index in 0..<u.count / FilterPanels.columns {
        multiply(
          panel(rows, group: group, index), vector: outputs.base + index * FilterPanels.columns,
          into: result.base + group * rows, adding: index == 0 ? 0 : 1)
      }
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

/// Divides a vector by its length, or by `epsilon` where it is shorter.
@inline(__always)
private func normalize<Scalar: KernelScalar>(_ x: Tensor<Scalar>, epsilon: Scalar) {
  let length = Scalar(innerProduct(x, x).squareRoot())
  let factor = 1 / max(length, epsilon)
  for i in 0..<x.count { x.base[i] *= factor }
}
