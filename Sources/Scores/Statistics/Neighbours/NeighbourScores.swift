package import Tensors
package import Threads

/// Scores of who lies near whom: precision and recall, density and coverage, and whether generated images are copies.
///
/// The groups that are left out are of the images that are scored, with all balls as they are. The scores depend on the
/// numbers of images on both sides, in a way that no jackknife removes: compare equal numbers only.
package struct NeighbourScores: Sendable, Equatable {
  /// The share of generated images in a ball of a real one (Kynkäänniemi and others 2019).
  package let precision: LeaveOneOut
  /// The share of real images in a ball of a generated one.
  package let recall: LeaveOneOut
  /// The mean number of real balls that hold a generated image, divided by k (Naeem and others 2020).
  package let density: LeaveOneOut
  /// The share of real images whose ball holds a generated one.
  package let coverage: LeaveOneOut
  /// The share of generated images that are farther from their nearest real image than that one is from its nearest other.
  ///
  /// AuthPct (Alaa and others 2022); low where training images are copied.
  package let authenticity: LeaveOneOut

  /// The scores of what the passes found.
  ///
  /// - Parameters:
  ///   - rows: What was found for all generated images.
  ///   - columns: What was found for all real images.
  ///   - realRadii: The squared radii of the real images.
  ///   - realNearest: The squared distance of each real image's nearest other.
  ///   - k: Which neighbour the radii lead to.
  ///   - boundary: Whether a ball holds its boundary.
  ///   - groups: How many groups are left out in turn.
  package init(
    rows: CrossNeighbours.Rows, columns: CrossNeighbours.Columns, realRadii: [Double], realNearest: [Double], k: Int,
    boundary: BallBoundary = .included, groups: Int = Groups.usual
  ) {
    precondition(
      realRadii.count == columns.isHeld.count && realNearest.count == realRadii.count,
      "\(realRadii.count) radii of \(columns.isHeld.count) real images")
    precision = LeaveOneOut(meanOf: rows.balls.map { $0 > 0 ? 1 : 0 }, groups: groups)
    density = LeaveOneOut(meanOf: rows.balls.map(Double.init), scale: 1 / Double(k), groups: groups)
    recall = LeaveOneOut(meanOf: columns.isHeld.map { $0 ? 1 : 0 }, groups: groups)
    coverage = LeaveOneOut(
      meanOf: zip(columns.nearestDistance, realRadii).map { boundary.holds($0, $1) ? 1 : 0 }, groups: groups)
    authenticity = LeaveOneOut(
      meanOf: zip(rows.nearestDistance, rows.nearest).map { distance, real in
        real >= 0 && distance > realNearest[real] ? 1 : 0
      }, groups: groups)
  }
}

/// All passes over pairs of generated and real images that are in memory, on one rank.
package struct PairScores: Sendable, Equatable {
  /// Precision, recall, density, coverage, authenticity.
  package let neighbours: NeighbourScores
  /// The kernel distance of all images; `nil` of fewer than two on a side.
  package let kernelDistance: LeaveOneOut?
  /// The nearest real image of each generated one, and its squared distance.
  package let nearest: [(index: Int, distance: Double)]

  /// Makes the three passes.
  ///
  /// - Parameters:
  ///   - generated: `[m, d]`.
  ///   - real: `[n, d]`.
  ///   - k: Which neighbour the radii of balls lead to.
  ///   - boundary: Whether a ball holds its boundary.
  ///   - groups: How many groups of either side are left out in turn.
  ///   - center: A vector near to all images, such as the mean of the real ones.
  ///   - pool: Threads.
  package init(
    generated: Tensor<Float>, real: Tensor<Float>, k: Int = 3, boundary: BallBoundary = .included,
    groups: Int = Groups.usual, center: [Double], pool: WorkerPool
  ) {
    let (fakeRows, realRows) = (FeatureRows(generated), FeatureRows(real))
    let (fakeGroups, realGroups) = (Groups(of: fakeRows.count, into: groups), Groups(of: realRows.count, into: groups))
    func own(_ rows: FeatureRows, _ groups: Groups) -> OwnNeighbours {
      let pass = OwnNeighbours(rows: rows, groups: groups, neighbours: k, center: center, pool: pool)
      pass.add(columns: rows)
      return pass
    }
    let (fakes, reals) = (own(fakeRows, fakeGroups), own(realRows, realGroups))
    let crossed = CrossNeighbours(
      rows: fakeRows, radii: fakes.radii(k), realGroups: realGroups, boundary: boundary, center: center, pool: pool)
    crossed.add(columns: realRows, radii: reals.radii(k))
    let rows = crossed.rows
    neighbours = NeighbourScores(
      rows: rows, columns: crossed.columns, realRadii: reals.radii(k), realNearest: reals.radii(1), k: k,
      boundary: boundary, groups: groups)
    kernelDistance =
      min(fakeRows.count, realRows.count) < 2
      ? nil
      : KernelDistance.all(
        generated: KernelSums(ofSamples: fakes.kernelSums, rows: fakeGroups, columns: fakeGroups),
        real: KernelSums(ofSamples: reals.kernelSums, rows: realGroups, columns: realGroups),
        crossed: KernelSums(ofSamples: rows.kernelSums, rows: fakeGroups, columns: realGroups))
    nearest = zip(rows.nearest, rows.nearestDistance).map { ($0, $1) }
  }

  /// Compares all scores.
  package static func == (a: PairScores, b: PairScores) -> Bool {
    a.neighbours == b.neighbours && a.kernelDistance == b.kernelDistance
      && a.nearest.elementsEqual(b.nearest) { $0 == $1 }
  }
}
