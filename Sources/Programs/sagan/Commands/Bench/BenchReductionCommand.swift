import ArgumentParser
import BLAS
import Benchmarks
import DataParallel

/// `sagan bench allreduce`.
struct BenchReductionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "allreduce", abstract: "Time sums over ranks by buffer size and algorithm.",
    discussion: """
      Start it with mpirun. Rates are defined as in nccl-tests. The algorithm's rate is bytes of the buffer over seconds; the \
      bus's rate is 2 (R - 1) / R times that, to compare with the hardware. Every buffer has just been written.
      """)

  @Option(
    help: ArgumentHelp(
      "Bytes of the largest buffer. The generator's gradient of sagan128 has 168 MiB.", valueName: "BYTES"))
  var bytes = 168 << 20

  @Option(
    help: ArgumentHelp("Number of passes; the median and the best are reported (default: 7).", valueName: "N"),
    transform: Int.reading)
  var passes = 7

  @Flag(help: "Print JSON.")
  var json = false

  mutating func validate() throws {
    guard (4...1 << 32).contains(bytes) else {
      throw ValidationError("expected --bytes from 4 to \(1 << 32) and found \(bytes)")
    }
    guard (1...10_000).contains(passes) else {
      throw ValidationError("expected --passes from 1 to 10000 and found \(passes)")
    }
  }

  func run() throws {
    BLASLibrary.useCallingThread()
    try Launch.run { replicas in
      let result = ReductionBenchmark(replicas).run(bytes: bytes, passes: passes)
      if replicas.isRoot { try Console.deliver((json ? result.json : "\(result)") + "\n") }
    }
  }
}
