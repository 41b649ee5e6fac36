internal import Runs
internal import Files
public import Configuration
internal import Trainer
internal import DataParallel
internal import Kernels
internal import Layers
internal import Networks
internal import Tensors
internal import Threads

/// The kernels of a preset's networks, each alone, on one rank.
public final class KernelBenchmark {
  private let configuration: TrainingConfiguration
  private let pool: WorkerPool

  /// What there is to say where threads have to share processors.
  public let warning: String?

  /// Checks that there is memory for the networks that the kernels belong to.
  ///
  /// - Parameters:
  ///   - configuration: The run's.
  ///   - threads: Threads that share the work.
  /// - Throws: A `ReportedError` if there is too little memory, or there are no such networks.
  public init(_ configuration: TrainingConfiguration, threads: Int) throws {
    self.configuration = configuration
    pool = try WorkerPool(starting: threads)
    warning = try Trainer<Float>.planned(configuration, replicas: .alone(), pool: pool).places.warning
  }

  /// Times kernels, each alone.
  ///
  /// - Parameters:
  ///   - budget: Seconds for each.
  ///   - filter: Words that a kernel's name, shape or layers must hold, each of them.
  /// - Returns: What was found; nil if no kernel passes the filter.
  /// - Throws: `ConfigurationError` if there are no such networks.
  public func run(budget: Double, only filter: [String] = []) throws -> KernelMeasurement? {
    func isWanted(_ texts: [String]) -> Bool {
      filter.allSatisfy { word in texts.contains { $0.contains(word) } }
    }
    let cases = try KernelCase.all(configuration).filter { isWanted([$0.kernel, $0.shape] + $0.layers) }
    let updates = try UpdateKernels(configuration, pool: pool).all.filter { isWanted([$0.name, $0.network]) }
    guard !(cases.isEmpty && updates.isEmpty) else { return nil }
    let rates = MachineRates(pool)
    var rows = cases.map { kernel in
      // Memory for one kernel at a time.
      let call = KernelCall(kernel.key, shards: configuration.shards, pool: pool)
      let seconds = call.leastSeconds(configuration.convolutions, budget: budget)
      let direct = KernelCall(kernel.key, shards: configuration.shards, pool: pool)
      return KernelMeasurement.Row(
        kernel: kernel.kernel, layers: kernel.layers, shape: kernel.shape, seconds: seconds,
        directSeconds: isFast(kernel) ? direct.leastSeconds(.direct, budget: budget) : nil,
        gflop: kernel.operations * 1e-9, gigabytes: kernel.bytes * 1e-9)
    }
    for kernel in updates {
      kernel.run()
      rows.append(
        KernelMeasurement.Row(
          kernel: kernel.name, layers: [kernel.network], shape: "\(grouped(kernel.count)) weights",
          seconds: leastSeconds(budget: budget, kernel.run), directSeconds: nil, gflop: 0,
          gigabytes: 4e-9 * Double(kernel.numbersPerWeight * kernel.count)))
    }
    return KernelMeasurement(configuration, threads: pool.threads, rows: rows, rates: rates.better(MachineRates(pool)))
  }

  /// Whether there is another algorithm to compare with.
  private func isFast(_ kernel: KernelCase) -> Bool {
    guard case .convolution(let convolution, let side) = kernel.key.kind else { return false }
    return convolution.adopting(configuration.convolutions, height: side, width: side, of: Float.self).algorithm
      == .fast
  }
}
