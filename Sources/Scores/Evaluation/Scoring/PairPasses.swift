internal import DataParallel
internal import Statistics
internal import Threads

/// The passes over pairs of images, shared among ranks: a rank takes the rows of its own images, and all others pass by.
struct PairPasses {
  let replicas: ReplicaGroup
  let pool: WorkerPool
  /// A vector near to all images: the mean of the reference.
  let center: [Double]
  /// Which neighbour the radii of balls lead to.
  let neighbours: Int
  let boundary: BallBoundary

  /// What a pass over one set finds: known to all ranks.
  struct Own {
    /// The squared distance of each image's k-th nearest other.
    let radii: [Double]
    /// The squared distance of each image's nearest other.
    let nearest: [Double]
    /// Sums of the kernel over pairs of groups.
    let kernels: KernelSums
  }

  /// Pairs within a set.
  func own(_ table: FeatureTable) -> Own {
    let groups = Groups(of: table.plan.count)
    let (radii, nearest, sums) = table.withOwnPart { part in
      let pass = OwnNeighbours(
        rows: FeatureRows(part.features, first: part.images.lowerBound), groups: groups, neighbours: neighbours,
        center: center, pool: pool)
      table.forEachPart { pass.add(columns: FeatureRows($0.features, first: $0.images.lowerBound)) }
      return (pass.radii(neighbours), pass.radii(1), pass.kernelSums)
    }
    return Own(
      radii: replicas.joined(radii), nearest: replicas.joined(nearest),
      kernels: KernelSums(ofSamples: replicas.joined(sums), rows: groups, columns: groups))
  }

  /// Pairs of a generated image and one of the reference.
  func crossed(
    _ generated: FeatureTable, _ own: Own, _ reference: FeatureTable, _ referenceOwn: Own
  ) -> (rows: CrossNeighbours.Rows, columns: CrossNeighbours.Columns) {
    let found = generated.withOwnPart { part -> (CrossNeighbours.Rows, CrossNeighbours.Columns) in
      let pass = CrossNeighbours(
        rows: FeatureRows(part.features, first: part.images.lowerBound), radii: Array(own.radii[part.images]),
        realGroups: Groups(of: reference.plan.count), boundary: boundary, center: center, pool: pool)
      reference.forEachPart {
        pass.add(
          columns: FeatureRows($0.features, first: $0.images.lowerBound), radii: Array(referenceOwn.radii[$0.images]))
      }
      return (pass.rows, pass.columns)
    }
    let rows = CrossNeighbours.Rows(
      balls: replicas.joined(found.0.balls), nearestDistance: replicas.joined(found.0.nearestDistance),
      nearest: replicas.joined(found.0.nearest), kernelSums: replicas.joined(found.0.kernelSums))
    var columns: CrossNeighbours.Columns?
    for rank in 0..<replicas.size {
      let other = CrossNeighbours.Columns(
        isHeld: replicas.shared(found.1.isHeld, from: rank),
        nearestDistance: replicas.shared(found.1.nearestDistance, from: rank))
      columns?.merge(other)
      columns = columns ?? other
    }
    return (rows, columns ?? found.1)
  }

  /// The kernel distance of two sides.
  func kernelDistance(
    _ own: Own, _ referenceOwn: Own, _ rows: CrossNeighbours.Rows
  ) -> LeaveOneOut {
    KernelDistance.all(
      generated: own.kernels, real: referenceOwn.kernels,
      crossed: KernelSums(ofSamples: rows.kernelSums, rows: own.kernels.rows, columns: referenceOwn.kernels.columns))
  }
}
