internal import Tensors
package import Threads

/// A pass over pairs within one set: the nearest others of each sample, and the sums of the kernel.
///
/// Rows may be a share of the set, as of one rank; columns come in parts, in order, and are the whole set in the end. Each row's result
/// depends on the set alone. A sample is no neighbour of itself, by its index; a copy of it is.
package final class OwnNeighbours {
  /// How many neighbours of each sample are kept.
  package let neighbours: Int
  private let sweep: ProductSweep
  private let groups: Groups
  private var swept = 0
  private let workspace = Workspace()
  /// `[rows, neighbours]`: squared distances, ascending.
  private let nearest: Tensor<Double>
  /// `[rows, groups]`.
  private let kernels: Tensor<Double>

  /// A pass for some samples of a set.
  ///
  /// - Parameters:
  ///   - rows: The samples.
  ///   - groups: The groups of the set.
  ///   - neighbours: How many neighbours are kept.
  ///   - center: A vector near to all samples, the same for all passes: the mean of the real images.
  ///   - pool: Threads, each of which takes some rows.
  package init(rows: FeatureRows, groups: Groups, neighbours: Int, center: [Double], pool: WorkerPool) {
    precondition(neighbours >= 1, "\(neighbours) neighbours")
    precondition(rows.range.upperBound <= groups.count, "samples \(rows.range) of \(groups.count)")
    sweep = ProductSweep(rows: rows, center: center, pool: pool, in: workspace)
    (self.groups, self.neighbours) = (groups, neighbours)
    nearest = workspace.tensor(Shape(rows.count, neighbours))
    nearest.fill(.infinity)
    kernels = workspace.tensor(Shape(rows.count, groups.groups))
  }

  /// Sees the next samples of the set.
  package func add(columns: FeatureRows) {
    precondition(
      columns.first == swept && columns.range.upperBound <= groups.count,
      "samples \(columns.range) after \(swept) of \(groups.count)")
    let (sweep, groups, k, nearest, kernels) = (sweep, groups, neighbours, nearest, kernels)
    let (d, uncertainty) = (columns.dimensions, sweep.uncertainty)
    let offset = sweep.rows.first - columns.first
    sweep.run(columns: columns) { tile, _ in
      sweep.addKernels(tile, of: columns, groups: groups, to: kernels.base) { $0 + offset }
      for (i, row) in tile.rows.enumerated() {
        let (products, list) = (tile.products + i * ProductSweep.tileColumns, nearest.base + row * k)
        for j in 0..<tile.columns.count {
          // The least that the squared distance can be. Where features are beyond what products hold it is not finite, and
          // the exact distance is looked at.
          let least = (tile.rowNorms[i] + tile.columnNorms[j]) * (1 - uncertainty) - 2 * Double(products[j])
          let column = tile.columns.lowerBound + j
          if (least > list[k - 1] && least < .infinity) || column == row + offset { continue }
          insert(exactDistance(sweep.rows.row(row), columns.row(column), d), into: list, count: k)
        }
      }
    }
    swept += columns.count
  }

  /// The squared radius of each row: the distance of its k-th nearest other; infinite where there are fewer.
  ///
  /// - Parameter k: At most `neighbours`; 1 for the nearest other.
  /// - Returns: One for each row, once all of the set has been seen.
  package func radii(_ k: Int) -> [Double] {
    precondition(k >= 1 && k <= neighbours, "neighbour \(k) of \(neighbours)")
    precondition(swept == groups.count, "\(swept) of \(groups.count) samples seen")
    return (0..<sweep.rows.count).map { nearest.base[$0 * neighbours + k - 1] }
  }

  /// For each row, the sum of the kernel over each group of the set, without the sample and itself.
  package var kernelSums: [Double] { Array(kernels.elements) }
}

/// Takes a distance into an ascending list if it is among the smallest.
private func insert(_ distance: Double, into list: UnsafeMutablePointer<Double>, count: Int) {
  guard distance < list[count - 1] else { return }
  var place = count - 1
  while place > 0, distance < list[place - 1] {
    list[place] = list[place - 1]
    place -= 1
  }
  list[place] = distance
}
