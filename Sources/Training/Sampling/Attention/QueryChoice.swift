/// Which query points of an image an attention figure shows.
///
/// The queries are put into groups by what they look at: k-means over the square roots of their weights, whose Euclidean distance is
/// Hellinger's between the weights themselves, begun with the queries farthest from the mean and from each other. The point of a group
/// is the query nearest to its middle. Nothing is random, and sums have one order, so the same weights give the same points.
package struct QueryChoice {
  private let rows: [[Float]]

  /// The queries of an image.
  package init(_ map: AttentionMap) {
    rows = (0..<map.side * map.side).map { map.row($0).map { $0.squareRoot() } }
  }

  /// `count` different queries, in reading order.
  package func spread(_ count: Int) -> [Int] {
    precondition(count > 0 && count <= rows.count, "\(count) of \(rows.count) queries")
    var middles = farthest(count).map { rows[$0] }
    var groups: [Int] = []
    for _ in 0..<20 {
      let found = rows.map { row in Self.nearest(row, middles) }
      if found == groups { break }
      groups = found
      for group in middles.indices {
        let members = rows.indices.filter { groups[$0] == group }
        if !members.isEmpty { middles[group] = mean(members) }
      }
    }
    var points: [Int] = []
    for (group, middle) in middles.enumerated() {
      // An empty group, as of equal rows, takes whatever is nearest.
      let members = rows.indices.filter { groups[$0] == group }
      let candidates = (members.isEmpty ? Array(rows.indices) : members).filter { !points.contains($0) }
      let best = candidates.min { Self.distance(rows[$0], middle) < Self.distance(rows[$1], middle) }
      points.append(best ?? rows.indices.first { !points.contains($0) } ?? 0)
    }
    return points.sorted()
  }

  /// The query farthest from the mean, then always the one farthest from those before.
  private func farthest(_ count: Int) -> [Int] {
    let middle = mean(Array(rows.indices))
    var distances = rows.map { Self.distance($0, middle) }
    var points: [Int] = []
    for number in 0..<count {
      let next = distances.indices.max { distances[$0] < distances[$1] } ?? 0
      points.append(next)
      let own = rows.map { Self.distance($0, rows[next]) }
      for index in distances.indices { distances[index] = number == 0 ? own[index] : min(distances[index], own[index]) }
    }
    return points
  }

  private func mean(_ members: [Int]) -> [Float] {
    var sum = [Double](repeating: 0, count: rows[0].count)
    for member in members { for (key, value) in rows[member].enumerated() { sum[key] += Double(value) } }
    return sum.map { Float($0 / Double(members.count)) }
  }

  private static func nearest(_ row: [Float], _ middles: [[Float]]) -> Int {
    middles.indices.min { distance(row, middles[$0]) < distance(row, middles[$1]) } ?? 0
  }

  private static func distance(_ a: [Float], _ b: [Float]) -> Float {
    var sum: Float = 0
    for key in a.indices { sum += (a[key] - b[key]) * (a[key] - b[key]) }
    return sum
  }
}
