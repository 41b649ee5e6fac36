import Sampling
import Testing

/// What an attention figure shows of weights: their places, where they gather, and which queries they tell apart.
@Suite struct AttentionMapTests {
  /// A map of 8 × 8 with keys 4 × 4, whose query q has the weights `row(q)`.
  private func map(_ row: (Int) -> [Float]) -> AttentionMap {
    AttentionMap(side: 8, (0..<64).flatMap(row)[...])
  }

  /// All weight on some keys, in equal parts.
  private func row(_ keys: Int...) -> [Float] {
    (0..<16).map { keys.contains($0) ? 1 / Float(keys.count) : 0 }
  }

  @Test func aKeysWeightLiesInTheMiddleOfItsSquare() {
    let map = map { _ in (0..<16).map { Float($0 * $0) } }
    let weights = map.row(3)
    for key in 0..<16 {
      let middle = (x: Double(key % 4) + 0.5, y: Double(key / 4) + 0.5)
      #expect(map.weight(weights, x: middle.x, y: middle.y) == Double(key * key))
    }
    // Halfway between keys 5 and 6, and between four; beyond the outer middles nothing changes.
    #expect(map.weight(weights, x: 2, y: 1.5) == 30.5)
    #expect(map.weight(weights, x: 2, y: 2) == 60.5)
    #expect(map.weight(weights, x: 0, y: 0) == 0 && map.weight(weights, x: 4, y: 4) == 225)
  }

  @Test func attentionGathersWhereNeighboursAgree() {
    // Key 15 is the largest by itself; 0, 1 and 4 are more together.
    var weights = row()
    (weights[15], weights[0], weights[1], weights[4]) = (0.3, 0.25, 0.25, 0.2)
    let spread = map { _ in weights }.gathering(of: 0)
    #expect(spread.x == 0.125 && spread.y == 0.125)
    let alone = map { $0 == 9 ? row(6) : row(0) }
    #expect(alone.gathering(of: 9) == (0.625, 0.375) && alone.gathering(of: 8) == (0.125, 0.125))
  }

  @Test func pointsAreOneOfEachKind() {
    // Five kinds of queries, in regions of different sizes.
    func kind(_ query: Int) -> Int {
      switch query {
      case ..<8: 0
      case ..<40: 1
      case ..<44: 2
      case ..<60: 3
      default: 4
      }
    }
    let rows = [row(0, 1), row(1, 2), row(9), row(10, 11, 14, 15), row(3)]
    let map = map { rows[kind($0)] }
    let points = QueryChoice(map).spread(5)
    #expect(points.map(kind) == [0, 1, 2, 3, 4])
    #expect(QueryChoice(map).spread(5) == points)
    #expect(Set(QueryChoice(map).spread(2).map(kind)).count == 2)
  }

  @Test func pointsDifferWhereAttentionDoesNot() {
    let points = QueryChoice(map { _ in [Float](repeating: 1 / 16, count: 16) }).spread(8)
    #expect(Set(points).count == 8 && points == points.sorted())
  }
}
