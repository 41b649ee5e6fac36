internal import DataParallel
internal import Training

/// How long sums over ranks take.
public struct ReductionMeasurement: CustomStringConvertible, Sendable {
  /// One size by one algorithm.
  struct Row: Encodable, Sendable {
    let algorithm: String
    let bytes: Int
    let secondsMedian, secondsBest: Double

    init(_ algorithm: ReductionAlgorithm, bytes: Int, _ seconds: [Double]) {
      self.algorithm = algorithm.rawValue
      self.bytes = bytes
      let sorted = seconds.sorted()
      secondsMedian = sorted[sorted.count / 2]
      secondsBest = sorted[0]
    }

    /// Bytes of the buffer over seconds, in 10⁹.
    var algorithmGbps: Double { 1e-9 * Double(bytes) / secondsMedian }
  }

  let ranks: Int
  let passes: Int
  let rows: [Row]

  /// How much of a buffer each rank sends at least: what turns an algorithm's rate into the bus's.
  private var busFactor: Double { 2 * Double(ranks - 1) / Double(ranks) }

  /// A table for people.
  public var description: String {
    let titles = "bytes".leading(12) + "algorithm".leading(12) + "median ms".leading(12) + "best ms".leading(12)
    let lines = rows.map { row in
      "\(row.bytes)".leading(12) + row.algorithm.leading(12) + fixed(1e3 * row.secondsMedian, 4).leading(12)
        + fixed(1e3 * row.secondsBest, 4).leading(12) + fixed(row.algorithmGbps, 3).leading(12)
        + fixed(busFactor * row.algorithmGbps, 3).leading(12)
    }
    return
      (["sums over \(ranks == 1 ? "1 rank, which has nothing to do" : "\(ranks) ranks"), \(passes) passes"]
      + [titles + "GB/s".leading(12) + "bus GB/s".leading(12)] + lines).joined(separator: "\n")
  }

  /// An object for programs.
  public var json: String {
    JSONText.of(
      Record(
        ranks: ranks, passes: passes,
        sums: rows.map {
          Sum(row: $0, algorithmGbps: $0.algorithmGbps, busGbps: busFactor * $0.algorithmGbps)
        }, program: ProgramVersion.number, processor: RunEnvironment.processorName))
  }

  private struct Sum: Encodable {
    let algorithm: String
    let bytes: Int
    let secondsMedian, secondsBest, algorithmGbps, busGbps: Double

    init(row: Row, algorithmGbps: Double, busGbps: Double) {
      (algorithm, bytes) = (row.algorithm, row.bytes)
      (secondsMedian, secondsBest) = (row.secondsMedian, row.secondsBest)
      (self.algorithmGbps, self.busGbps) = (algorithmGbps, busGbps)
    }
  }

  private struct Record: Encodable {
    let ranks, passes: Int
    let sums: [Sum]
    let program: String
    let processor: String?
  }
}
