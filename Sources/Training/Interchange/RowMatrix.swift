/// A small dense matrix in row order, for what import and export calculate once: in double precision.
struct RowMatrix {
  let rows: Int
  let columns: Int
  let numbers: [Float]

  /// Numbers in row order, as many in each row.
  init(_ numbers: [Float], rows: Int) {
    precondition(rows > 0 && numbers.count % rows == 0, "\(numbers.count) numbers in \(rows) rows")
    (self.numbers, self.rows, columns) = (numbers, rows, numbers.count / rows)
  }

  private func row(_ number: Int) -> ArraySlice<Float> { numbers[number * columns..<(number + 1) * columns] }

  private func product(_ first: ArraySlice<Float>, _ second: some Collection<Double>) -> Double {
    zip(first, second).reduce(0) { $0 + Double($1.0) * $1.1 }
  }

  /// The unit vector along uᵀW.
  func right(of u: [Double]) -> [Double] {
    var v = [Double](repeating: 0, count: columns)
    for (number, factor) in u.enumerated() {
      for (column, value) in row(number).enumerated() { v[column] += factor * Double(value) }
    }
    return Self.unit(v)
  }

  /// Wv.
  func times(_ v: [Double]) -> [Double] { (0..<rows).map { product(row($0), v) } }

  /// The spectral norm that one power iteration from u finds.
  func sigma(from u: [Float]) -> Double { Self.length(times(right(of: u.map(Double.init)))) }

  /// The product with the transpose of another matrix, over a number, in row order.
  func times(transposed other: RowMatrix, dividedBy divisor: Double) -> [Float] {
    precondition(columns == other.columns, "rows of \(columns) and \(other.columns)")
    var result: [Float] = []
    result.reserveCapacity(rows * other.rows)
    for first in 0..<rows {
      let own = row(first).map(Double.init)
      for second in 0..<other.rows { result.append(Float(product(other.row(second), own) / divisor)) }
    }
    return result
  }

  static func length(_ vector: [Double]) -> Double { vector.reduce(0) { $0 + $1 * $1 }.squareRoot() }

  static func unit(_ vector: [Double]) -> [Double] {
    let length = max(length(vector), 1e-12)
    return vector.map { $0 / length }
  }
}
