/// The kernel distance (KID, Bińkowski and others 2018), the squared maximum mean discrepancy under k(x, y) = (x·y/d + 1)³.
///
///     MMD² = Σ_{i≠j} k(xᵢ, xⱼ) / (m(m − 1)) + Σ_{i≠j} k(yᵢ, yⱼ) / (n(n − 1)) − 2 Σ k(xᵢ, yⱼ) / (mn)
///
/// Of all samples against all, from sums over pairs of groups: those without a group are the same sums without a row and a column,
/// so the jackknife costs nothing. The estimate has no bias, may be below zero, and depends on the numbers of samples only in its error.
package enum KernelDistance {
  /// The kernel of two feature vectors with the product `dot`.
  @inline(__always)
  static func kernel(dot: Double, dimensions: Double) -> Double {
    let base = dot / dimensions + 1
    return base * base * base
  }

  /// The distance with its values without each group, of generated images first.
  ///
  /// - Parameters:
  ///   - generated: Sums over pairs of generated images, without an image and itself.
  ///   - real: Sums over pairs of real images, likewise.
  ///   - crossed: Sums over pairs of a generated image (rows) and a real one.
  /// - Returns: The distance, not biased.
  package static func all(generated: KernelSums, real: KernelSums, crossed: KernelSums) -> LeaveOneOut {
    precondition(
      crossed.rows == generated.rows && crossed.columns == real.columns && generated.rows == generated.columns
        && real.rows == real.columns, "sums of other groups")
    precondition(
      generated.rows.count >= 2 && real.rows.count >= 2,
      "the kernel distance of \(generated.rows.count) and \(real.rows.count) images")
    let whole = distance(generated, real, crossed, row: nil, column: nil)
    return LeaveOneOut(
      whole,
      sides: [
        (0..<generated.rows.groups).map { distance(generated, real, crossed, row: $0, column: nil) },
        (0..<real.rows.groups).map { distance(generated, real, crossed, row: nil, column: $0) },
      ].map { $0.allSatisfy(\.isFinite) && $0.count > 1 ? $0 : [] }, isBiased: false)
  }

  /// The distance without a group of generated and a group of real images.
  private static func distance(
    _ generated: KernelSums, _ real: KernelSums, _ crossed: KernelSums, row: Int?, column: Int?
  ) -> Double {
    let m = Double(generated.rows.count - (row.map { generated.rows[$0].count } ?? 0))
    let n = Double(real.rows.count - (column.map { real.rows[$0].count } ?? 0))
    return generated.total(withoutRow: row, column: row) / (m * (m - 1))
      + real.total(withoutRow: column, column: column) / (n * (n - 1))
      - 2 * crossed.total(withoutRow: row, column: column) / (m * n)
  }
}

/// Sums of the kernel over pairs of groups.
package struct KernelSums: Sendable, Equatable {
  /// The groups of the rows' samples.
  package let rows: Groups
  /// The groups of the columns' samples.
  package let columns: Groups
  /// The sum over each pair of groups, row by row.
  package let sums: [Double]

  /// The sums of samples, each with its sums over the columns' groups.
  ///
  /// - Parameters:
  ///   - samples: For each sample of the rows, in order, its sum over each group of columns.
  ///   - rows: The groups of the samples.
  ///   - columns: The groups of the columns.
  package init(ofSamples samples: [Double], rows: Groups, columns: Groups) {
    precondition(samples.count == rows.count * columns.groups, "\(samples.count) sums of \(rows.count) samples")
    var sums = [Double](repeating: 0, count: rows.groups * columns.groups)
    for (group, range) in rows.ranges.enumerated() {
      for sample in range {
        for column in 0..<columns.groups {
          sums[group * columns.groups + column] += samples[sample * columns.groups + column]
        }
      }
    }
    (self.rows, self.columns, self.sums) = (rows, columns, sums)
  }

  /// The sum of all pairs but those of a group of rows and a group of columns.
  func total(withoutRow row: Int?, column: Int?) -> Double {
    var total = 0.0
    for r in 0..<rows.groups where r != row {
      for c in 0..<columns.groups where c != column { total += sums[r * columns.groups + c] }
    }
    return total
  }
}
