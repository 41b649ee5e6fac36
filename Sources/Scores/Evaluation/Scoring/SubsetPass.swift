internal import DataParallel
internal import Statistics
internal import Tensors
internal import Threads

/// The kernel distance as other programs publish it, of random subsets, which ranks take in turn.
///
/// A rank gathers the rows of its own subsets, of as many at a time as fit a budget.
struct SubsetPass {
  let generated: FeatureTable
  let reference: FeatureTable
  let replicas: ReplicaGroup
  let pool: WorkerPool
  /// Bytes of rows that a rank gathers at a time.
  var budget = 1 << 29

  /// The distance.
  ///
  /// - Parameter plan: The subsets, as rows of the tables.
  /// - Returns: The distance, the same on all ranks.
  func distance(_ plan: KernelSubsets.Plan) -> KernelSubsets {
    let each = plan.subsets.map { $0.generated.count + $0.real.count }.max() ?? 0
    let bytes = max(each * generated.featureCount * MemoryLayout<Float>.stride, 1)
    let atOnce = max(1, budget / bytes) * replicas.size
    var distances: [Double] = []
    for start in stride(from: 0, to: plan.subsets.count, by: atOnce) {
      let some = Array(plan.subsets[start..<min(start + atOnce, plan.subsets.count)])
      distances += replicas.values(ofJobs: some.count) { own in
        let workspace = Workspace()
        defer { withExtendedLifetime(workspace) {} }
        let mine = own.map { some[$0] }
        let fakes = Gathered(mine.map(\.generated), of: generated, in: workspace)
        let reals = Gathered(mine.map(\.real), of: reference, in: workspace)
        guard !mine.isEmpty else { return [] }
        let subsets = zip(fakes.subsets, reals.subsets).map { (generated: $0, real: $1) }
        return KernelSubsets(
          generated: fakes.rows, real: reals.rows, plan: KernelSubsets.Plan(subsets: subsets), pool: pool
        ).distances
      }
    }
    return KernelSubsets(distances: distances)
  }

  /// The rows of some subsets, each row once.
  private struct Gathered {
    let rows: Tensor<Float>
    /// The subsets by the places of their rows here.
    let subsets: [[Int]]

    /// Gathers rows that pass by; all ranks do so at the same time.
    init(_ wanted: [[Int]], of table: FeatureTable, in workspace: Workspace) {
      let images = Array(Set(wanted.joined())).sorted()
      let places = Dictionary(uniqueKeysWithValues: images.enumerated().map { ($1, $0) })
      let rows: Tensor<Float> = workspace.tensor(Shape(images.count, table.featureCount))
      table.forEachPart { part in
        for (row, image) in part.images.enumerated() {
          guard let place = places[image] else { continue }
          rows[rows: place..<place + 1].copy(from: part.features[rows: row..<row + 1])
        }
      }
      self.rows = rows
      subsets = wanted.map { $0.map { places[$0] ?? 0 } }
    }
  }
}
