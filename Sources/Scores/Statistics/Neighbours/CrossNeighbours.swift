internal import Tensors
package import Threads

/// A pass over pairs of a generated image (a row) and a real one (a column): who lies in whose ball, and who is nearest.
///
/// A ball is what is nearer to a sample than its k-th nearest neighbour in its own set (Kynkäänniemi and others 2019). Rows may be a
/// share of the generated images, as of one rank; real images come in parts, in order. What is found for a row depends on it and the
/// real images alone; what is found for columns is of these rows, and `Columns.merge` joins shares, in any order.
package final class CrossNeighbours {
  /// What is found for each generated image of the share.
  package struct Rows: Sendable, Equatable {
    /// How many real images' balls hold it.
    package var balls: [Int]
    /// The squared distance of the nearest real image.
    package var nearestDistance: [Double]
    /// The index of the nearest real image, of several the lowest.
    package var nearest: [Int]
    /// The sum of the kernel over each group of real images.
    package var kernelSums: [Double]

    /// What was found for images in shares.
    ///
    /// - Parameters:
    ///   - balls: How many real images' balls hold each.
    ///   - nearestDistance: The squared distance of the nearest real image.
    ///   - nearest: Its index.
    ///   - kernelSums: The sum of the kernel over each group of real images.
    package init(balls: [Int], nearestDistance: [Double], nearest: [Int], kernelSums: [Double]) {
      (self.balls, self.nearestDistance) = (balls, nearestDistance)
      (self.nearest, self.kernelSums) = (nearest, kernelSums)
    }

    /// Appends what was found for the images that follow.
    package mutating func append(_ later: Rows) {
      balls += later.balls
      nearestDistance += later.nearestDistance
      nearest += later.nearest
      kernelSums += later.kernelSums
    }
  }

  /// What is found for each real image, among the generated images of the share.
  package struct Columns: Sendable, Equatable {
    /// Whether a generated image's ball holds it.
    package var isHeld: [Bool]
    /// The squared distance of the nearest generated image.
    package var nearestDistance: [Double]

    /// What was found among some generated images.
    ///
    /// - Parameters:
    ///   - isHeld: Whether a ball of theirs holds each real image.
    ///   - nearestDistance: The squared distance of the nearest.
    package init(isHeld: [Bool], nearestDistance: [Double]) {
      (self.isHeld, self.nearestDistance) = (isHeld, nearestDistance)
    }

    /// Joins what was found among other generated images.
    package mutating func merge(_ other: Columns) {
      precondition(other.isHeld.count == isHeld.count, "\(other.isHeld.count) real images beside \(isHeld.count)")
      for i in isHeld.indices {
        isHeld[i] = isHeld[i] || other.isHeld[i]
        nearestDistance[i] = min(nearestDistance[i], other.nearestDistance[i])
      }
    }
  }

  private let sweep: ProductSweep
  private let radii: [Double]
  private let groups: Groups
  private let boundary: BallBoundary
  private var swept = 0
  private let workspace = Workspace()
  private let balls: Shared<UnsafeMutableBufferPointer<Int>>
  private let nearest: Shared<UnsafeMutableBufferPointer<Int>>
  private let nearestDistances: Tensor<Double>
  private let kernels: Tensor<Double>
  /// One for each thread: "any" and "nearest" do not depend on who looks first.
  private let columnFinds: [ColumnFinds]

  private struct ColumnFinds: Sendable {
    let isHeld: Shared<UnsafeMutableBufferPointer<Bool>>
    let nearestDistances: Tensor<Double>
  }

  /// A pass for some generated images.
  ///
  /// - Parameters:
  ///   - rows: The generated images.
  ///   - radii: Their squared radii.
  ///   - realGroups: The groups of the real images.
  ///   - boundary: Whether a ball holds its boundary.
  ///   - center: The same as in the other passes.
  ///   - pool: Threads, each of which takes some rows.
  package init(
    rows: FeatureRows, radii: [Double], realGroups: Groups, boundary: BallBoundary = .included, center: [Double],
    pool: WorkerPool
  ) {
    precondition(radii.count == rows.count, "\(radii.count) radii of \(rows.count) images")
    sweep = ProductSweep(rows: rows, center: center, pool: pool, in: workspace)
    (self.radii, groups, self.boundary) = (radii, realGroups, boundary)
    let workspace = workspace
    balls = Shared(workspace.buffer(rows.count, of: Int.self))
    nearest = Shared(workspace.buffer(rows.count, of: Int.self))
    nearest.pointer.update(repeating: -1)
    nearestDistances = workspace.tensor(Shape(rows.count))
    nearestDistances.fill(.infinity)
    kernels = workspace.tensor(Shape(rows.count, realGroups.groups))
    columnFinds = (0..<pool.threads).map { _ in
      let finds = ColumnFinds(
        isHeld: Shared(workspace.buffer(realGroups.count, of: Bool.self)),
        nearestDistances: workspace.tensor(Shape(realGroups.count)))
      finds.nearestDistances.fill(.infinity)
      return finds
    }
  }

  /// Sees the next real images.
  ///
  /// - Parameters:
  ///   - real: The images.
  ///   - realRadii: Their squared radii.
  package func add(columns real: FeatureRows, radii realRadii: [Double]) {
    precondition(realRadii.count == real.count, "\(realRadii.count) radii of \(real.count) images")
    precondition(
      real.first == swept && real.range.upperBound <= groups.count,
      "images \(real.range) after \(swept) of \(groups.count)")
    let (sweep, groups, radii, boundary, kernels) = (sweep, groups, radii, boundary, kernels)
    let (balls, nearest, nearestDistances, columnFinds) = (balls, nearest, nearestDistances, columnFinds)
    let (d, uncertainty) = (real.dimensions, sweep.uncertainty)
    sweep.run(columns: real) { tile, worker in
      sweep.addKernels(tile, of: real, groups: groups, to: kernels.base) { _ in nil }
      let (held, columnNearest) = (columnFinds[worker].isHeld.pointer, columnFinds[worker].nearestDistances.base)
      for (i, row) in tile.rows.enumerated() {
        let products = tile.products + i * ProductSweep.tileColumns
        for j in 0..<tile.columns.count {
          let column = tile.columns.lowerBound + j
          let index = real.first + column
          // The least that the squared distance can be, as in `OwnNeighbours`.
          let least = (tile.rowNorms[i] + tile.columnNorms[j]) * (1 - uncertainty) - 2 * Double(products[j])
          let reach = max(nearestDistances.base[row], radii[row], columnNearest[index], realRadii[column])
          if least > reach, least < .infinity { continue }
          let distance = exactDistance(sweep.rows.row(row), real.row(column), d)
          if boundary.holds(distance, realRadii[column]) { balls.pointer[row] += 1 }
          if boundary.holds(distance, radii[row]) { held[index] = true }
          if distance < nearestDistances.base[row] {
            nearestDistances.base[row] = distance
            nearest.pointer[row] = index
          }
          if distance < columnNearest[index] { columnNearest[index] = distance }
        }
      }
    }
    swept += real.count
  }

  /// What was found for the rows, once all real images have been seen.
  package var rows: Rows {
    precondition(swept == groups.count, "\(swept) of \(groups.count) real images seen")
    return Rows(
      balls: Array(balls.pointer), nearestDistance: Array(nearestDistances.elements), nearest: Array(nearest.pointer),
      kernelSums: Array(kernels.elements))
  }

  /// What was found for all real images, once all have been seen.
  package var columns: Columns {
    precondition(swept == groups.count, "\(swept) of \(groups.count) real images seen")
    var found = columnFinds.map { finds in
      Columns(isHeld: Array(finds.isHeld.pointer), nearestDistance: Array(finds.nearestDistances.elements))
    }
    var all = found.removeFirst()
    for other in found { all.merge(other) }
    return all
  }
}

/// Whether a ball holds what lies on its boundary.
package enum BallBoundary: Sendable, Equatable {
  /// It does, as in torch-fidelity, StyleGAN's and guided-diffusion's programs: among copies of one image everything counts.
  case included
  /// It does not, as in prdc, PyTorch-StudioGAN and dgm-eval.
  case excluded

  /// Whether a ball with a squared radius holds what is at a squared distance from its centre.
  @inline(__always)
  package func holds(_ distance: Double, _ radius: Double) -> Bool {
    self == .included ? distance <= radius : distance < radius
  }
}
