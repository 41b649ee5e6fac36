internal import Tensors
package import Threads

/// The nearest members of a set (columns) of some samples (rows), by Euclidean distance of features.
///
/// Columns come in parts, in order. What is found for a row depends on it and the columns alone.
package final class NearestNeighbours {
  /// A member of the set, and how far it is.
  package struct Neighbour: Sendable, Equatable {
    /// Its index in the set.
    package let index: Int
    /// The squared distance.
    package let distance: Double

    /// A member at a squared distance.
    package init(index: Int, distance: Double) { (self.index, self.distance) = (index, distance) }
  }

  private let sweep: ProductSweep
  private let count: Int
  private var swept = 0
  private let workspace = Workspace()
  /// For each row, the squared distances of the nearest columns so far, in ascending order, and their indices.
  private let distances: Tensor<Double>
  private let indices: Shared<UnsafeMutableBufferPointer<Int>>

  /// A pass for some samples.
  ///
  /// - Parameters:
  ///   - rows: The samples.
  ///   - count: How many neighbours of each are wanted.
  ///   - pool: Threads, each of which takes some rows.
  package init(rows: FeatureRows, count: Int, pool: WorkerPool) {
    precondition(count >= 1, "\(count) neighbours")
    sweep = ProductSweep(rows: rows, center: rows.mean, pool: pool, in: workspace)
    self.count = count
    distances = workspace.tensor(Shape(rows.count, count))
    distances.fill(.infinity)
    indices = Shared(workspace.buffer(rows.count * count, of: Int.self))
  }

  /// Sees the next columns.
  package func add(columns: FeatureRows) {
    precondition(columns.first == swept, "members from \(columns.first) on after \(swept)")
    let (sweep, count, distances, indices) = (sweep, count, distances, indices)
    let uncertainty = sweep.uncertainty
    sweep.run(columns: columns) { tile, _ in
      for (i, row) in tile.rows.enumerated() {
        let products = tile.products + i * ProductSweep.tileColumns
        let nearest = distances.base + row * count
        for j in 0..<tile.columns.count {
          // The least that the squared distance can be, as in `OwnNeighbours`.
          let least =
            (tile.rowNorms[i] + tile.columnNorms[j]) * (1 - uncertainty) - 2 * Double(products[j])
          if least >= nearest[count - 1], least < .infinity { continue }
          let column = tile.columns.lowerBound + j
          let distance = exactDistance(sweep.rows.row(row), columns.row(column), columns.dimensions)
          guard distance < nearest[count - 1] else { continue }
          // Behind equal ones, which have lower indices.
          var place = count - 1
          while place > 0, nearest[place - 1] > distance {
            nearest[place] = nearest[place - 1]
            indices.pointer[row * count + place] = indices.pointer[row * count + place - 1]
            place -= 1
          }
          nearest[place] = distance
          indices.pointer[row * count + place] = columns.first + column
        }
      }
    }
    swept += columns.count
  }

  /// The neighbours of each row, the nearest first, once all columns have been seen; fewer where there are fewer columns.
  package var neighbours: [[Neighbour]] {
    (0..<distances.shape[0]).map { row in
      (row * count..<row * count + min(count, swept)).map {
        Neighbour(index: indices.pointer[$0], distance: distances.base[$0])
      }
    }
  }
}

extension FeatureRows {
  /// The mean of the samples.
  fileprivate var mean: [Double] {
    var sums = [Double](repeating: 0, count: dimensions)
    for row in 0..<count {
      let x = self.row(row)
      for c in 0..<dimensions { sums[c] += Double(x[c]) }
    }
    return sums.map { $0 / Double(max(count, 1)) }
  }
}
