internal import BLAS

/// Finds the vector from which one power iteration leads to a given v: what a peer has to store that iterates once in every pass.
///
/// Our files hold v = Wᵀu₀/‖Wᵀu₀‖ of the u₀ before, and what that led to. As v lies in the row space of W, there is a u₀ for every W: the
/// solution of WWᵀ u₀ = Wv, or of WᵀW x = v with u₀ = Wx where W has fewer columns than rows.
struct SpectralStart {
  /// The vector, of length 1.
  let u: [Float]
  /// By how much the σ that the peer finds differs from ours, in relation to it.
  let deviation: Double

  /// Solves for the vector, and tries it as the peer will.
  ///
  /// - Parameters:
  ///   - weight: W in row order.
  ///   - u: Ours, which serves if no other does better.
  ///   - v: Ours.
  ///   - sigma: Ours.
  init(weight: RowMatrix, u: [Float], v: [Float], sigma: Float) {
    func deviation(_ candidate: [Float]) -> Double {
      let found = weight.sigma(from: candidate)
      return found.isFinite && sigma > 0 ? abs(found / Double(sigma) - 1) : .infinity
    }
    let solved = Self.solution(weight, v.map(Double.init)).map { Float($0) }
    let candidates = [solved, u].map { (u: $0, deviation: deviation($0)) }
    let best = candidates[0].deviation <= candidates[1].deviation ? candidates[0] : candidates[1]
    (self.u, self.deviation) = best
  }

  private static func solution(_ weight: RowMatrix, _ v: [Double]) -> [Double] {
    let isWide = weight.rows <= weight.columns
    let right = isWide ? weight.times(v) : v
    let solved = solve(weight.gram(ofRows: isWide), right)
    return RowMatrix.unit(isWide ? solved : weight.times(solved))
  }

  /// A solution of G x = b with a positive semidefinite G, where there is one.
  private static func solve(_ gram: [Double], _ right: [Double]) -> [Double] {
    let n = right.count
    var factor = gram
    var x = [Double](repeating: 0, count: n)
    factor.withUnsafeMutableBufferPointer { numbers in
      guard let base = numbers.baseAddress else { return }
      let (rank, order) = factorize(Matrix(base, rows: n, columns: n))
      var y = (0..<rank).map { right[order[$0]] }
      for row in 0..<rank {
        for column in 0..<row { y[row] -= base[row * n + column] * y[column] }
        y[row] /= base[row * n + row]
      }
      for row in (0..<rank).reversed() {
        for below in row + 1..<max(rank, row + 1) { y[row] -= base[below * n + row] * y[below] }
        y[row] /= base[row * n + row]
        x[order[row]] = y[row]
      }
    }
    return x
  }
}

extension RowMatrix {
  /// W Wᵀ, or WᵀW, in row order.
  fileprivate func gram(ofRows: Bool) -> [Double] {
    var weight = numbers.map(Double.init)
    let n = ofRows ? rows : columns
    var result = [Double](repeating: 0, count: n * n)
    weight.withUnsafeMutableBufferPointer { weight in
      result.withUnsafeMutableBufferPointer { result in
        guard let from = weight.baseAddress, let to = result.baseAddress else { return }
        let matrix = Matrix(from, rows: rows, columns: columns)
        let out = Matrix(to, rows: n, columns: n)
        multiply(ofRows ? matrix : matrix.transposed, ofRows ? matrix.transposed : matrix, into: out)
      }
    }
    return result
  }
}
