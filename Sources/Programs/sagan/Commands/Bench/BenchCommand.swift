import Runs
import Configuration
import ArgumentParser
import BLAS
import Benchmarks
import DataParallel
import Kernels
import Logging

/// `sagan bench`.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Time training steps, their kernels, sums over ranks, and passes without gradients.",
    subcommands: [
      BenchStepCommand.self, BenchKernelsCommand.self, BenchReductionCommand.self, BenchSampleCommand.self,
      BenchFeaturesCommand.self, BenchScalingCommand.self, BenchReportCommand.self, BenchProjectionCommand.self,
    ])
}

/// Which networks a benchmark is about.
struct BenchNetworkOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Networks and recipe. See sagan presets.", valueName: "NAME"),
    completion: .list(TrainingSettings.presetNames))
  var preset: String

  @Option(help: ArgumentHelp("Change any setting; may be repeated.", valueName: "key=value"))
  var set: [String] = []

  @Option(
    help: "Convolution algorithm: fast, or direct for comparison (default: SAGAN_CONV if it is set, otherwise fast).")
  var conv: ConvolutionAlgorithm?

  mutating func validate() throws {
    guard TrainingSettings.presetNames.contains(preset) else {
      throw ValidationError(TrainingSettings.unknownPreset(preset, origin: "--preset"))
    }
  }

  /// The settings of the benchmark.
  ///
  /// - Parameters:
  ///   - shards: Shards where nobody chooses.
  ///   - others: What further options say; it counts more than `--set`.
  /// - Returns: Settings that fit together.
  /// - Throws: `ConfigurationError` for those that do not.
  func settings(shards: Int, _ others: [SettingAssignment?] = []) throws -> TrainingSettings {
    var assignments: [SettingAssignment] = []
    for text in set { assignments.append(try SettingAssignment(parsing: text)) }
    assignments += (others + [assignment("conv", conv?.rawValue)]).compactMap { $0 }
    return try BenchmarkSettings.settings(
      preset: preset, shards: shards, environment: Launch.environmentSettings, assignments)
  }
}

/// What benchmarks of training take.
struct BenchOptions: ParsableArguments {
  @OptionGroup var networks: BenchNetworkOptions

  @Option(
    help: ArgumentHelp(
      "Real images of a discriminator update, over all ranks (default: from the preset).", valueName: "N"),
    transform: Int.reading)
  var batch: Int?

  @Option(
    help: ArgumentHelp("Shards that a batch is cut into (default: one for each rank).", valueName: "N"),
    transform: Int.reading)
  var shards: Int?

  @OptionGroup var threads: ThreadsOption

  @Flag(help: "Print JSON.")
  var json = false

  /// The settings of the benchmark on that many ranks.
  func settings(ranks: Int) throws -> TrainingSettings {
    let result = try networks.settings(
      shards: ranks, [assignment("batch", batch), assignment("shards", shards)])
    try result.validate(ranks: ranks)
    return result
  }
}

/// `sagan bench step`.
struct BenchStepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "step", abstract: "Time whole training steps on random images, phase by phase.",
    discussion: """
      Images a second are the real images of the discriminator's updates, divided by the seconds of a step. Start it with \
      mpirun to measure several ranks. With --independent each rank trains on its own with the whole batch, side by side: \
      the speed of the same cores without sums over ranks.
      """)

  @OptionGroup var options: BenchOptions

  @OptionGroup var sharing: StepOptions

  @Flag(help: "Let each rank train on its own, without sums over ranks.")
  var independent = false

  @Option(
    help: ArgumentHelp("Number of timed steps, after one to warm up (default: 7).", valueName: "N"),
    transform: Int.reading)
  var steps = 7

  mutating func validate() throws {
    guard (1...1_000_000).contains(steps) else {
      throw ValidationError("expected --steps from 1 to 1000000 and found \(steps)")
    }
  }

  func run() throws {
    BLASLibrary.useCallingThread()
    let settings = Launch.isRoot ? try options.settings(ranks: independent ? 1 : Launch.ranks) : nil
    try Launch.run { replicas in
      let configuration = try TrainingConfiguration(try TrainingSettings.shared(settings, over: replicas))
      let benchmark = try StepBenchmark(
        configuration, ranks: replicas.summing(by: sharing.reduction), isIndependent: independent,
        threads: options.threads.threads, shardsAtOnce: sharing.shardsAtOnce, overlap: sharing.overlap.overlap)
      if let warning = benchmark.warning, replicas.isRoot { Logger.console.warning("\(warning)") }
      let result = try benchmark.run(steps: steps)
      if replicas.isRoot { try Console.deliver((options.json ? result.json : "\(result)") + "\n") }
    }
  }
}

/// `sagan bench kernels`.
struct BenchKernelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernels", abstract: "Time each kernel and shape of a preset's networks alone, on one rank.",
    discussion: """
      Rates are a second's operations of the direct algorithm, or its bytes, each operand read and each result written once. \
      Shares are relative to BLAS's matrix product and to memory copies in the same run.
      """)

  @OptionGroup var options: BenchOptions

  @Option(
    help: ArgumentHelp("Seconds to spend on each kernel (default: 0.2).", valueName: "SECONDS"),
    transform: Double.reading)
  var budget = 0.2

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Time only kernels whose name, shape or layers contain each of these texts, such as 'G block4.conv2' forward.",
      valueName: "TEXT"))
  var only: [String] = []

  mutating func validate() throws {
    guard (0...3600).contains(budget) else {
      throw ValidationError("expected --budget from 0 to 3600 and found \(budget)")
    }
  }

  func run() throws {
    guard Launch.isRoot else { return }
    BLASLibrary.useCallingThread()
    let configuration = try TrainingConfiguration(options.settings(ranks: 1))
    let benchmark = try KernelBenchmark(configuration, threads: options.threads.threads)
    if let warning = benchmark.warning { Logger.console.warning("\(warning)") }
    guard let result = try benchmark.run(budget: budget, only: only) else {
      let words = only.map { "'\($0)'" }.joined(separator: " and ")
      throw ValidationError("no kernel of \(options.networks.preset) has \(words) in its name, shape or layers")
    }
    try Console.deliver((options.json ? result.json : "\(result)") + "\n")
  }
}
