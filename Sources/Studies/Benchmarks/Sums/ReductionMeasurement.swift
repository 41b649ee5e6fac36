internal import Reports
internal import Files
internal import Runs
internal import DataParallel

/// How long sums over ranks take.
public struct ReductionMeasurement: CustomStringConvertible, Sendable {
  /// Seconds of the same sum, time after time.
  struct Times {
    let median, best: Double

    init(_ seconds: [Double]) {
      let sorted = seconds.sorted()
      (median, best) = (sorted[sorted.count / 2], sorted[0])
    }
  }

  /// Everything that was found.
  public let record: ReductionRecord
  private let passes: Int

  /// A measurement.
  ///
  /// - Parameters:
  ///   - replicas: The ranks that took part.
  ///   - passes: How often each sum was timed.
  ///   - sums: Sizes and algorithms.
  ///   - slices: Sizes of slices of one buffer.
  init(
    _ replicas: ReplicaGroup, passes: Int, sums: [(ReductionAlgorithm, bytes: Int, Times)],
    slices: [(sliceBytes: Int, bytes: Int, Times)]
  ) {
    self.passes = passes
    func rate(_ bytes: Int, _ times: Times) -> Double { 1e-9 * Double(bytes) / times.median }
    // How much of a buffer each rank sends at least: what turns an algorithm's rate into the bus's.
    let busFactor = 2 * Double(replicas.size - 1) / Double(replicas.size)
    record = ReductionRecord(
      ranks: replicas.size,
      sums: sums.map { algorithm, bytes, times in
        .init(
          algorithm: algorithm.rawValue, bytes: bytes, secondsMedian: times.median, secondsBest: times.best,
          algorithmGbps: rate(bytes, times), busGbps: busFactor * rate(bytes, times))
      },
      slices: slices.map { sliceBytes, bytes, times in
        .init(
          sliceBytes: sliceBytes, bytes: bytes, secondsMedian: times.median, secondsBest: times.best,
          algorithmGbps: rate(bytes, times))
      },
      usualSliceBytes: replicas.slices.bytes, slicesAtOnce: replicas.slices.atOnce, program: ProgramVersion.number,
      processor: RunEnvironment.processorName)
  }

  /// A table for people.
  public var description: String {
    let (ranks, atOnce) = (record.ranks, record.slicesAtOnce)
    func times(_ median: Double, _ best: Double, _ rate: Double) -> String {
      fixed(1e3 * median, 4).leading(12) + fixed(1e3 * best, 4).leading(12) + fixed(rate, 3).leading(12)
    }
    let titles = "median ms".leading(12) + "best ms".leading(12) + "GB/s".leading(12)
    let sums = record.sums.map { row in
      "\(row.bytes)".leading(12) + row.algorithm.leading(12)
        + times(row.secondsMedian, row.secondsBest, row.algorithmGbps) + fixed(row.busGbps, 3).leading(12)
    }
    let slices = record.slices.map { row in
      "\(row.sliceBytes)".leading(24) + times(row.secondsMedian, row.secondsBest, row.algorithmGbps)
    }
    var lines = ["sums over \(ranks == 1 ? "1 rank, which has nothing to do" : "\(ranks) ranks"), \(passes) passes"]
    lines += ["bytes".leading(12) + "algorithm".leading(12) + titles + "bus GB/s".leading(12)] + sums
    if let buffer = record.slices.first?.bytes {
      lines.append(
        "\(buffer) bytes along the canonical tree, \(counted(atOnce, "slice")) at a time, by the bytes "
          + "of a slice (else \(record.usualSliceBytes))")
      lines += ["slice".leading(24) + titles] + slices
    }
    return lines.joined(separator: "\n")
  }

  /// An object for programs.
  public var json: String { JSONText.encode(record) }
}
