internal import BLAS
internal import Tensors

/// A factor of a covariance of any rank: Σ[p, p] = L·Lᵀ, where L has as many columns as Σ has rank.
///
/// By Cholesky's method with the largest remaining variance first. Where there are fewer samples than features, or features that
/// depend on each other, L is narrow, and what is computed with it has no directions in which there is only rounding.
struct CovarianceFactor: Sendable {
  /// Columns of L.
  let rank: Int
  /// Row `i` of L belongs to feature `order[i]`.
  let order: [Int]
  /// L, a square of lower-triangular numbers row by row, zero from column `rank` on.
  private let lower: [Double]

  init(of gaussian: Gaussian) {
    let d = gaussian.dimensions
    let workspace = Workspace()
    let square: Tensor<Double> = workspace.tensor(Shape(d, d))
    _ = square.elements.update(fromContentsOf: gaussian.covariance)
    (rank, order) = factorize(Matrix(square.base, rows: d, columns: d))
    for i in 0..<d { for j in min(i + 1, rank)..<d { square.base[i * d + j] = 0 } }
    lower = Array(square.elements)
    withExtendedLifetime(workspace) {}
  }

  /// Eigenvalues of Lᵀ·S·L, in ascending order, where S is the covariance of another distribution.
  ///
  /// They are the squares of the singular values of Kᵀ·L, whatever the factor K of S, and with them those of Σ^½ · S^½.
  func eigenvaluesOfProduct(with other: Gaussian) -> [Double] {
    let (d, panel) = (order.count, 256)
    precondition(other.dimensions == d, "covariances of \(d) and of \(other.dimensions) features")
    let workspace = Workspace()
    let s = permuted(other.covariance, in: workspace)
    let m: Tensor<Double> = workspace.tensor(Shape(rank, rank))
    let t: Tensor<Double> = workspace.tensor(Shape(d, panel))
    defer { withExtendedLifetime(workspace) {} }
    // A panel of S·L at a time, then its part of the lower triangle of Lᵀ·(S·L). Column j of L begins in row j, so that two
    // thirds of a full product's multiplications need not be made.
    for j in stride(from: 0, to: rank, by: panel) {
      let width = min(panel, rank - j)
      withColumns(j, width) { columns in
        multiply(
          Matrix(s.base + j, rows: d, columns: d - j, stride: d), columns,
          into: Matrix(t.base, rows: d, columns: width))
      }
      for i in stride(from: j, to: rank, by: panel) {
        let height = min(panel, rank - i)
        withColumns(i, height) { columns in
          multiply(
            columns.transposed, Matrix(t.base + i * width, rows: d - i, columns: width),
            into: Matrix(m.base + i * rank + j, rows: height, columns: width, stride: rank))
        }
      }
    }
    return eigenvalues(of: Matrix(m.base, rows: rank, columns: rank))
  }

  /// The largest number of Σ[p, p] − L·Lᵀ: rounding, if Σ is a covariance.
  func largestRest(of gaussian: Gaussian) -> Double {
    let d = order.count
    let rest = d - rank
    if rest == 0 { return 0 }
    let workspace = Workspace()
    let corner = permuted(gaussian.covariance, in: workspace).base + rank * d + rank
    if rank > 0 {
      lower.withUnsafeBufferPointer { lower in
        guard let base = lower.baseAddress else { return }
        let rows = Matrix(UnsafeMutablePointer(mutating: base) + rank * d, rows: rest, columns: rank, stride: d)
        multiply(
          rows, rows.transposed, into: Matrix(corner, rows: rest, columns: rest, stride: d), scale: -1, adding: 1)
      }
    }
    var largest = 0.0
    for i in 0..<rest { for j in 0..<rest { largest = max(largest, abs(corner[i * d + j])) } }
    withExtendedLifetime(workspace) {}
    return largest
  }

  /// Calls `body` with some columns of L from the first's diagonal element down; it only reads them.
  private func withColumns(_ first: Int, _ count: Int, _ body: (Matrix<Double>) -> Void) {
    let d = order.count
    lower.withUnsafeBufferPointer { lower in
      guard let base = lower.baseAddress else { return }
      let start = UnsafeMutablePointer(mutating: base) + first * d + first
      body(Matrix(start, rows: d - first, columns: count, stride: d))
    }
  }

  /// A covariance with its features in the order of L's rows.
  private func permuted(_ covariance: [Double], in workspace: Workspace) -> Tensor<Double> {
    let d = order.count
    let result: Tensor<Double> = workspace.tensor(Shape(d, d))
    covariance.withUnsafeBufferPointer { covariance in
      for (i, p) in order.enumerated() {
        for (j, q) in order.enumerated() { result.base[i * d + j] = covariance[p * d + q] }
      }
    }
    return result
  }
}
