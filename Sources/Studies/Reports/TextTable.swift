internal import Files

/// Rows of text whose columns are aligned, two spaces between them.
package enum TextTable {
  /// Aligns columns, each as wide as its widest cell.
  ///
  /// - Parameters:
  ///   - rows: Cells; rows may have different numbers of them.
  ///   - rightFrom: The first column that is aligned to the right, as numbers are.
  /// - Returns: One line for each row, without spaces at its end.
  package static func lines(_ rows: [[String]], rightFrom: Int) -> [String] {
    // Names in received files may hold line ends and escape sequences.
    let rows = rows.map { $0.map(\.shown) }
    var widths: [Int] = []
    for row in rows {
      for (column, cell) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], cell.count)
      }
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        column < rightFrom ? cell.padded(to: widths[column]) : cell.leading(widths[column])
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }
}

extension String {
  /// The text with spaces behind it.
  package func padded(to width: Int) -> String { self + String(repeating: " ", count: max(width - count, 0)) }

  /// The text with spaces before it.
  package func leading(_ width: Int) -> String { String(repeating: " ", count: max(width - count, 0)) + self }
}
