internal import Reports
internal import Configuration
internal import Files
internal import Runs
internal import Kernels

/// How long each kernel takes, beside the direct algorithm and what the machine can do.
public struct KernelMeasurement: CustomStringConvertible, Sendable {
  /// One kernel and shape.
  struct Row: Encodable, Sendable {
    let kernel: String
    let layers: [String]
    let shape: String
    let seconds: Double
    let directSeconds: Double?
    let gflop: Double
    let gigabytes: Double
  }

  private let configuration: TrainingConfiguration
  private let threads: Int
  private let rows: [Row]
  private let rates: MachineRates

  /// A measurement of the kernels in order.
  init(_ configuration: TrainingConfiguration, threads: Int, rows: [Row], rates: MachineRates) {
    self.configuration = configuration
    self.threads = threads
    self.rows = rows
    self.rates = rates
  }

  /// A table for people.
  public var description: String {
    let heading = [
      "kernel".padded(to: 34), "shape".padded(to: 34), "ms".leading(9), "GFLOP/s".leading(9), "sgemm".leading(7),
      "GB/s".leading(7), "copy".leading(6), "direct ms".leading(10), "ratio".leading(6), "  layers",
    ]
    let convolutions = rows.filter { $0.directSeconds != nil }
    func together(_ seconds: (Row) -> Double) -> Double {
      convolutions.reduce(0) { $0 + Double($1.layers.count) * seconds($1) }
    }
    var lines = [
      "kernels of \(configuration.preset), width \(configuration.width), batch \(configuration.batch) in "
        + "\(counted(configuration.shards, "shard")), "
        + "\(counted(threads, "thread"))",
      "sgemm \(fixed(rates.sgemmGflops, 1)) GFLOP/s, copies \(fixed(rates.copyGbps, 1)) GB/s (read and written)",
      "blocks are cut for \(CacheSizes.machine.words)",
      heading.joined(),
    ]
    lines += rows.map(line)
    if !convolutions.isEmpty {
      let (fast, direct) = (together(\.seconds), together { $0.directSeconds ?? 0 })
      lines.append(
        "fast convolutions of all layers once: \(fixed(1e3 * fast, 1)) ms; directly \(fixed(1e3 * direct, 1)) ms, "
          + "\(fixed(direct / fast, 2)) times as long")
    }
    return lines.joined(separator: "\n")
  }

  private func line(_ row: Row) -> String {
    let gflops = row.gflop / row.seconds
    let gbps = row.gigabytes / row.seconds
    let isProduct = row.gflop > 0
    return [
      row.kernel.padded(to: 34), row.shape.padded(to: 34), fixed(1e3 * row.seconds, 3).leading(9),
      (isProduct ? fixed(gflops, 1) : "").leading(9),
      (isProduct ? fixed(100 * gflops / rates.sgemmGflops, 0) + "%" : "").leading(7), fixed(gbps, 1).leading(7),
      (fixed(100 * gbps / rates.copyGbps, 0) + "%").leading(6),
      (row.directSeconds.map { fixed(1e3 * $0, 3) } ?? "").leading(10),
      (row.directSeconds.map { fixed($0 / row.seconds, 2) } ?? "").leading(6),
      "  " + row.layers.joined(separator: ", "),
    ].joined()
  }

  /// An object for programs.
  public var json: String {
    JSONText.encode(
      Record(
        preset: configuration.preset, width: configuration.width, batch: configuration.batch,
        shards: configuration.shards, conv: configuration.convolutions.rawValue, threads: threads,
        sgemmGflops: rates.sgemmGflops, copyGbps: rates.copyGbps, level2Bytes: CacheSizes.machine.level2,
        instructionSet: ProgramVersion.instructionSet,
        processor: RunEnvironment.processorName, kernels: rows))
  }

  private struct Record: Encodable {
    let preset: String
    let width, batch, shards: Int
    let conv: String
    let threads: Int
    let sgemmGflops, copyGbps: Double
    let level2Bytes: Int
    let instructionSet: String
    let processor: String?
    let kernels: [Row]
  }
}
