internal import BLAS
package import Tensors
package import Threads

/// Sums the moments of samples that come in order, in batches of any size.
///
/// Samples are cut into blocks of 512, counted from the first. A block is one product in double precision, cut into stripes of
/// features; blocks are added along the canonical tree. So the bits follow from the samples alone: neither batches nor
/// threads change them, and who sums the blocks of one node of the tree gets what the whole sum has there.
package struct MomentSums {
  /// Samples of a block.
  package static let blockRows = 512
  /// Features of a stripe of the product.
  private static let stripe = 256

  private let dimensions: Int
  private let count: Int
  private let pool: WorkerPool
  private var tree: TreeSum<Moments>
  private var added = 0
  private let workspace = Workspace()
  /// The block that is being filled, in double precision.
  private let rows: Tensor<Double>
  /// The upper triangle of a block's product, in a square.
  private let square: Tensor<Double>

  /// Sums of samples to come.
  ///
  /// - Parameters:
  ///   - count: How many there will be.
  ///   - dimensions: Features of a sample.
  ///   - pool: Threads for the products.
  package init(count: Int, dimensions: Int, pool: WorkerPool) {
    precondition(count >= 0 && dimensions >= 1, "\(count) samples of \(dimensions) features")
    (self.count, self.dimensions, self.pool) = (count, dimensions, pool)
    tree = TreeSum(of: (count + Self.blockRows - 1) / Self.blockRows)
    rows = workspace.tensor(Shape(min(count, Self.blockRows), dimensions))
    square = workspace.tensor(Shape(dimensions, dimensions))
  }

  /// Adds the next samples.
  ///
  /// - Parameter features: `[n, dimensions]`.
  package mutating func add(_ features: Tensor<Float>) {
    precondition(features.shape.rank == 2 && features.shape[1] == dimensions, "features \(features.shape)")
    precondition(added + features.shape[0] <= count, "\(added + features.shape[0]) samples of \(count)")
    for row in 0..<features.shape[0] {
      let inBlock = added % Self.blockRows
      let (source, target) = (features.base + row * dimensions, rows.base + inBlock * dimensions)
      for i in 0..<dimensions { target[i] = Double(source[i]) }
      added += 1
      if inBlock + 1 == Self.blockRows || added == count { tree.add(block(of: inBlock + 1)) }
    }
  }

  /// The moments, once all samples are there.
  package var moments: Moments {
    precondition(added == count, "\(added) of \(count) samples")
    return tree.total ?? Moments(dimensions: dimensions)
  }

  /// The moments of the first `count` rows of the block.
  private func block(of count: Int) -> Moments {
    let (d, x, square) = (dimensions, rows, square)
    var moments = Moments(dimensions: d)
    moments.count = count
    for row in 0..<count { for i in 0..<d { moments.sums[i] += x.base[row * d + i] } }
    moments.products.withUnsafeMutableBufferPointer { products in
      let products = Shared(products)
      pool.run((d + Self.stripe - 1) / Self.stripe) { stripe, _ in
        let first = stripe * Self.stripe
        let last = min(first + Self.stripe, d)
        // Rows first ..< last of xᵀx, from the diagonal's column on.
        multiply(
          Matrix(x.base + first, rows: count, columns: last - first, stride: d).transposed,
          Matrix(x.base + first, rows: count, columns: d - first, stride: d),
          into: Matrix(square.base + first * d + first, rows: last - first, columns: d - first, stride: d))
        for i in first..<last {
          let start = Moments.rowStart(i, d)
          for j in i..<d { products.pointer[start + j] = square.base[i * d + j] }
        }
      }
    }
    return moments
  }
}

extension Moments {
  /// The moments of all rows of a matrix.
  ///
  /// - Parameters:
  ///   - features: `[n, dimensions]`.
  ///   - pool: Threads for the products.
  package init(of features: Tensor<Float>, pool: WorkerPool) {
    var sums = MomentSums(count: features.shape[0], dimensions: features.shape[1], pool: pool)
    sums.add(features)
    self = sums.moments
  }

  /// The moments of each group of rows.
  ///
  /// - Parameters:
  ///   - features: `[n, dimensions]`.
  ///   - groups: The cut of the n rows.
  ///   - pool: Threads for the products.
  /// - Returns: One for each group; their `sumAlongTree` is the moments of all.
  package static func groups(of features: Tensor<Float>, _ groups: Groups, pool: WorkerPool) -> [Moments] {
    groups.ranges.map { Moments(of: features[rows: $0], pool: pool) }
  }
}
