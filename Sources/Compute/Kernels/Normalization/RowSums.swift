public import Tensors
public import Threads

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
  let result = Shared(result)
  forEachBlock(of: channels, size: 64, pool: pool) { range in
    let first = dy.base + range.lowerBound
    sumRows(rows: dy.count / channels, channels: range.count, into: result.pointer + range.lowerBound) { row, c in
      first[row &* channels &+ c]
    }
  }
}
