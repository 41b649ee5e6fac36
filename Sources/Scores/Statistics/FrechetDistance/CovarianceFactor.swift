internal import BLAS

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
    var lower = gaussian.covariance
    (rank, order) = lower.withUnsafeMutableBufferPointer { lower in
      guard let base = lower.baseAddress else { return (0, []) }
      let (rank, order) = factorize(Matrix(base, rows: d, columns: d))
      for i in 0..<d { for j in min(i + 1, rank)..<d { base[i * d + j] = 0 } }
      return (rank, order)
    }
    self.lower = lower
  }

  /// Eigenvalues of Lᵀ·S·L, in ascending order, where S is the covariance of another distribution.
  ///
  /// They are the squares of the singular values of Kᵀ·L, whatever the factor K of S, and with them those of Σ^½ · S^½.
  func eigenvaluesOfProduct(with other: Gaussian) -> [Double] {
    let (d, panel) = (order.count, 256)
    precondition(other.dimensions == d, "covariances of \(d) and of \(other.dimensions) features")
    if rank == 0 { return [] }
    var s = permuted(other.covariance)
    var lower = lower
    var product = [Double](repeating: 0, count: rank * rank)
    var right = [Double](repeating: 0, count: d * panel)
    return s.withUnsafeMutableBufferPointer { s in
      lower.withUnsafeMutableBufferPointer { lower in
        product.withUnsafeMutableBufferPointer { product in
          right.withUnsafeMutableBufferPointer { right in
            guard let s = s.baseAddress, let l = lower.baseAddress, let m = product.baseAddress,
              let t = right.baseAddress
            else { return [] }
            // A panel of S·L at a time, then its part of the lower triangle of Lᵀ·(S·L). Column j of L begins in row j, so
            // that two thirds of a full product's multiplications need not be made.
            for j in stride(from: 0, to: rank, by: panel) {
              let width = min(panel, rank - j)
              multiply(
                Matrix(s + j, rows: d, columns: d - j, stride: d),
                Matrix(l + j * d + j, rows: d - j, columns: width, stride: d),
                into: Matrix(t, rows: d, columns: width))
              for i in stride(from: j, to: rank, by: panel) {
                let height = min(panel, rank - i)
                multiply(
                  Matrix(l + i * d + i, rows: d - i, columns: height, stride: d).transposed,
                  Matrix(t + i * width, rows: d - i, columns: width),
                  into: Matrix(m + i * rank + j, rows: height, columns: width, stride: rank))
              }
            }
            return eigenvalues(of: Matrix(m, rows: rank, columns: rank))
          }
        }
      }
    }
  }

  /// The largest number of Σ[p, p] − L·Lᵀ: rounding, if Σ is a covariance.
  func largestRest(of gaussian: Gaussian) -> Double {
    let d = order.count
    let rest = d - rank
    if rest == 0 { return 0 }
    var s = permuted(gaussian.covariance)
    var lower = lower
    return s.withUnsafeMutableBufferPointer { s in
      lower.withUnsafeMutableBufferPointer { lower in
        guard let s = s.baseAddress, let l = lower.baseAddress else { return 0 }
        let corner = s + rank * d + rank
        if rank > 0 {
          let rows = Matrix(l + rank * d, rows: rest, columns: rank, stride: d)
          multiply(
            rows, rows.transposed, into: Matrix(corner, rows: rest, columns: rest, stride: d), scale: -1, adding: 1)
        }
        var largest = 0.0
        for i in 0..<rest { for j in 0..<rest { largest = max(largest, abs(corner[i * d + j])) } }
        return largest
      }
    }
  }

  /// A covariance with its features in the order of L's rows.
  private func permuted(_ covariance: [Double]) -> [Double] {
    let d = order.count
    return [Double](unsafeUninitializedCapacity: d * d) { result, count in
      covariance.withUnsafeBufferPointer { covariance in
        for (i, p) in order.enumerated() {
          for (j, q) in order.enumerated() { result[i * d + j] = covariance[p * d + q] }
        }
      }
      count = d * d
    }
  }
}
