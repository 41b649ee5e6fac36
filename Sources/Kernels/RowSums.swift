public import Tensors

/// Rows that are summed in the tensors' own precision before the sum goes on in double precision.
let rowsPerSum = 128

/// Sums `term(row, channel)` over rows: runs of rows in the tensors' precision, the runs' sums in double precision.
///
/// A pure function of the shapes; a run is short enough that its rounding stays at a few units of the last place.
@inline(__always)
func sumRows<Scalar: KernelScalar>(
  rows: Int, channels: Int, into sums: UnsafeMutablePointer<Scalar>, _ term: (_ row: Int, _ channel: Int) -> Scalar
) {
  // 64 totals fit the stack; a larger temporary would be allocated on the heap.
  withUnsafeTemporaryAllocation(of: Double.self, capacity: 64) { totals in
    for first in stride(from: 0, to: channels, by: 64) {
      let last = min(first &+ 64, channels)
      for c in first..<last { totals[c &- first] = 0 }
      var row = 0
      while row < rows {
        let end = min(row &+ rowsPerSum, rows)
        for c in first..<last { sums[c] = 0 }
        while row < end {
          for c in first..<last { sums[c] += term(row, c) }
          row &+= 1
        }
        for c in first..<last { totals[c &- first] += Double(sums[c]) }
      }
      for c in first..<last { sums[c] = Scalar(totals[c &- first]) }
    }
  }
}

/// Sum over all rows, per channel: the gradient of a bias.
///
/// - Parameters:
///   - dy: Any shape whose innermost extent is the number of channels.
///   - channels: C.
///   - result: `C` elements, overwritten.
///   - pool: Shares out blocks of channels.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func sumOverRows<Scalar: KernelScalar>(
  _ dy: Tensor<Scalar>, channels: Int, into result: UnsafeMutablePointer<Scalar>, pool: WorkerPool
) {
  let rows = dy.count / channels
  // Two tasks at least where there are vectors for two.
  forEachBlock(of: channels, size: channels >= 128 ? 64 : 32, pool: pool) { range in
    let first = dy.base + range.lowerBound
    let sums = result + range.lowerBound
    guard Scalar.self == Float.self, range.count % (2 * Lanes.count) == 0 else {
      return sumRows(rows: rows, channels: range.count, into: sums) { row, c in first[row &* channels &+ c] }
    }
    sumVectors(
      UnsafeMutableRawPointer(first).assumingMemoryBound(to: Float.self), rows: rows, columns: channels, range.count,
      into: UnsafeMutableRawPointer(sums).assumingMemoryBound(to: Float.self))
  }
}

/// Sums `count` of `columns` columns over rows, two vectors of sums at a time and a few more to hide the latency of sums.
@inline(never)
private func sumVectors(
  _ x: UnsafePointer<Float>, rows: Int, columns: Int, _ count: Int, into sums: UnsafeMutablePointer<Float>
) {
  // At most 64 totals, which fit the stack.
  withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { totals in
    for c in 0..<count { totals[c] = 0 }
    for first in stride(from: 0, to: rows, by: rowsPerSum) {
      let last = min(first &+ rowsPerSum, rows)
      for c in stride(from: 0, to: count, by: 2 &* Lanes.count) {
        var (even, odd) = ((Vector.zero, Vector.zero), (Vector.zero, Vector.zero))
        var from = x + (first &* columns &+ c)
        for _ in 0..<(last &- first) / 2 {
          even.0 += load(from)
          even.1 += load(from + Lanes.count)
          odd.0 += load(from + columns)
          odd.1 += load(from + (columns &+ Lanes.count))
          from += 2 &* columns
        }
        if (last &- first) % 2 == 1 {
          even.0 += load(from)
          even.1 += load(from + Lanes.count)
        }
        for lane in 0..<Lanes.count {
          totals[c &+ lane] += Double((even.0 + odd.0)[lane])
          totals[c &+ Lanes.count &+ lane] += Double((even.1 + odd.1)[lane])
        }
      }
    }
    for c in 0..<count { sums[c] = Float(totals[c]) }
  }
}
