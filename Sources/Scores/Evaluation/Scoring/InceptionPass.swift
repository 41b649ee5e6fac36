internal import DataParallel
internal import Statistics
internal import Tensors

/// The Inception Score of a table's logits, whose splits ranks share.
struct InceptionPass {
  let table: FeatureTable
  let replicas: ReplicaGroup

  /// The score.
  ///
  /// - Parameters:
  ///   - cut: How the images are cut into splits.
  ///   - order: Position → row of the table; in the order of the rows where `nil`.
  /// - Returns: The score, the same on all ranks.
  func score(_ cut: InceptionScore.Cut, order: [Int]?) -> InceptionScore {
    let plan = InceptionScore.Plan(count: table.plan.count, cut: cut)
    let cells = plan.cells
    var sums = cells.map { _ in PredictionSums(classes: table.logitCount) }
    let owned = Array(stride(from: replicas.rank, to: cells.count, by: replicas.size))
    // A cell's rows are in one memory before they are added, so that they add up as anywhere.
    let workspace = Workspace()
    let rows = Dictionary(
      uniqueKeysWithValues: owned.map {
        ($0, workspace.tensor(Shape(cells[$0].count, table.logitCount)) as Tensor<Float>)
      })
    // Where each row of the table goes: a cell of this rank and a place in it.
    var targets = [(cell: Int, place: Int)?](repeating: nil, count: table.plan.count)
    for cell in owned {
      for (place, position) in cells[cell].enumerated() { targets[order?[position] ?? position] = (cell, place) }
    }
    table.forEachPart { part in
      guard let logits = part.logits else { return }
      for (row, image) in part.images.enumerated() {
        guard let target = targets[image], let cell = rows[target.cell] else { continue }
        cell[rows: target.place..<target.place + 1].copy(from: logits[rows: row..<row + 1])
      }
    }
    for cell in cells.indices {
      let own = rows[cell].map { PredictionSums(of: $0, rows: 0..<cells[cell].count).encoded } ?? []
      let numbers = replicas.shared(own, from: cell % replicas.size)
      if let decoded = try? PredictionSums(decoding: numbers, classes: table.logitCount) { sums[cell] = decoded }
    }
    withExtendedLifetime(workspace) {}
    return InceptionScore(of: sums, plan: plan)
  }
}
