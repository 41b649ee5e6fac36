import Statistics
import Tensors
import Testing
import Threads

/// The nearest members of a set, by their definition: all distances, sorted.
@Suite("Nearest neighbours") struct NearestNeighboursTests {
  typealias Neighbour = NearestNeighbours.Neighbour

  private func found(
    _ rows: FeatureMatrix, _ columns: FeatureMatrix, _ count: Int, parts: [Int]? = nil, threads: Int = 1
  ) -> [[Neighbour]] {
    let pass = NearestNeighbours(rows: FeatureRows(rows.tensor), count: count, pool: pool(of: threads))
    var start = 0
    for part in parts ?? [columns.count] {
      pass.add(columns: FeatureRows(columns.tensor[rows: start..<start + part], first: start))
      start += part
    }
    return pass.neighbours
  }

  private func defined(_ rows: FeatureMatrix, _ columns: FeatureMatrix, _ count: Int) -> [[Int]] {
    (0..<rows.count).map { i in
      let distances = (0..<columns.count).map { j in
        (0..<rows.dimensions).reduce(0.0) { sum, c in
          let x =
            Double(rows.tensor.base[i * rows.dimensions + c]) - Double(columns.tensor.base[j * rows.dimensions + c])
          return sum + x * x
        }
      }
      return Array(distances.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }.prefix(count))
    }
  }

  @Test(arguments: [1, 4, 16]) func areThoseOfTheDefinition(count: Int) {
    let (rows, columns) = (FeatureMatrix.normal(40, 13, seed: 1), FeatureMatrix.normal(1500, 13, seed: 2, shift: 0.3))
    let neighbours = found(rows, columns, count)
    #expect(neighbours.map { $0.map(\.index) } == defined(rows, columns, count))
    for row in neighbours { #expect(row.map(\.distance) == row.map(\.distance).sorted()) }
    #expect(found(rows, columns, count, parts: [1, 511, 700, 288], threads: 3) == neighbours)
    // A row alone has the same neighbours.
    #expect(found(rows.selecting([17]), columns, count)[0] == neighbours[17])
  }

  /// Numbers of single precision differ less than their products are rounded.
  @Test func areExactWhereProductsAreNot() {
    let rows = FeatureMatrix(rows: 3, columns: 5) { _, j in 10_000 + Float(j) }
    let columns = FeatureMatrix(rows: 700, columns: 5) { i, j in 10_000 + Float(j) + (j == 2 ? Float(700 - i) / 64 : 0)
    }
    #expect(found(rows, columns, 5).allSatisfy { $0.map(\.index) == [699, 698, 697, 696, 695] })
  }

  @Test func ofEqualOnesTheFirstComesFirst() {
    let columns = FeatureMatrix(rows: 1200, columns: 3) { i, j in i % 3 == 1 ? 1 : Float(i + j) }
    let rows = FeatureMatrix(rows: 1, columns: 3) { _, _ in 1 }
    let indices = found(rows, columns, 4, parts: [600, 600])[0]
    #expect(indices.map(\.index) == defined(rows, columns, 4)[0] && indices.map(\.distance) == [0, 0, 0, 0])
    #expect(indices.map(\.index) == [1, 4, 7, 10])
  }

  @Test func areAsManyAsThereAre() {
    let (rows, columns) = (FeatureMatrix.normal(2, 3, seed: 1), FeatureMatrix.normal(2, 3, seed: 2))
    #expect(found(rows, columns, 5).map(\.count) == [2, 2])
  }
}
