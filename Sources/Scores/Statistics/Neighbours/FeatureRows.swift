internal import BLAS
package import Tensors

/// Some consecutive samples of a set, by their features.
package struct FeatureRows: Sendable {
  /// `[n, d]`.
  package let features: Tensor<Float>
  /// The index in the set of the first of them.
  package let first: Int

  /// Rows of a set.
  ///
  /// - Parameters:
  ///   - features: `[n, d]`.
  ///   - first: The index in the set of the first of them.
  package init(_ features: Tensor<Float>, first: Int = 0) {
    precondition(features.shape.rank == 2 && first >= 0, "features \(features.shape) from sample \(first) on")
    (self.features, self.first) = (features, first)
  }

  /// How many there are.
  package var count: Int { features.shape[0] }
  /// Features of a sample.
  package var dimensions: Int { features.shape[1] }
  /// Their indices in the set.
  package var range: Range<Int> { first..<first + count }

  func row(_ index: Int) -> UnsafePointer<Float> { UnsafePointer(features.base + index * dimensions) }
}

/// |x − y|², in double precision and in one order of additions: equal for (x, y) and (y, x), and 0 for equal vectors.
func exactDistance(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ dimensions: Int) -> Double {
  var sums = SIMD8<Double>()
  var i = 0
  while i + 8 <= dimensions {
    let a = UnsafeRawPointer(x + i).loadUnaligned(as: SIMD8<Float>.self)
    let b = UnsafeRawPointer(y + i).loadUnaligned(as: SIMD8<Float>.self)
    let difference = SIMD8<Double>(a) - SIMD8<Double>(b)
    sums += difference * difference
    i += 8
  }
  var rest = 0.0
  while i < dimensions {
    let difference = Double(x[i]) - Double(y[i])
    rest += difference * difference
    i += 1
  }
  return sums.sum() + rest
}

/// A tile of samples prepared for products: features less a common vector, in single precision, among zeros up to a fixed height.
struct CenteredTile: Sendable {
  /// `[height, d]`.
  let rows: Tensor<Float>
  /// |x′|² of each row x′ of `rows`.
  let norms: Tensor<Double>
  /// c·x of each sample x, for the common vector c.
  let shifts: Tensor<Double>

  init(height: Int, dimensions: Int, in workspace: Workspace) {
    rows = workspace.tensor(Shape(height, dimensions))
    norms = workspace.tensor(Shape(height))
    shifts = workspace.tensor(Shape(height))
  }

  /// Takes samples in, the first of them at row `place`.
  func fill(_ source: FeatureRows, _ range: Range<Int>, at place: Int, center: [Double]) {
    let d = source.dimensions
    rows.base.update(repeating: 0, count: place * d)
    center.withUnsafeBufferPointer { center in
      for row in range {
        let i = place + row - range.lowerBound
        let (x, target) = (source.row(row), rows.base + i * d)
        var (norm, shift) = (0.0, 0.0)
        for c in 0..<d {
          let value = Double(x[c])
          target[c] = Float(value - center[c])
          norm += Double(target[c]) * Double(target[c])
          shift += value * center[c]
        }
        norms.base[i] = norm
        shifts.base[i] = shift
      }
    }
    let end = place + range.count
    (rows.base + end * d).update(repeating: 0, count: (rows.shape[0] - end) * d)
  }
}
