import ArgumentParser
import BLAS
import Benchmarks
import Configuration
import DataParallel
import Logging

/// How often a pass is made, and how its times are printed.
struct PassOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Images of a pass (default: 64).", valueName: "N"), transform: Int.reading)
  var images = 64

  @Option(
    help: ArgumentHelp("Number of timed passes, after one to warm up (default: 5).", valueName: "N"),
    transform: Int.reading)
  var passes = 5

  @OptionGroup var threads: ThreadsOption

  @Flag(help: "Print JSON.")
  var json = false

  mutating func validate() throws {
    guard (1...100_000).contains(images) else {
      throw ValidationError("expected --images from 1 to 100000 and found \(images)")
    }
    guard (1...10_000).contains(passes) else {
      throw ValidationError("expected --passes from 1 to 10000 and found \(passes)")
    }
  }

  fileprivate func show(_ result: PassMeasurement) throws {
    try Console.deliver((json ? result.json : "\(result)") + "\n")
  }
}

/// `sagan bench sample`.
struct BenchSampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample", abstract: "Time drawing samples of an untrained generator, on one rank.",
    discussion: "Samples are drawn as by sagan sample and sagan evaluate; nothing is written.")

  @OptionGroup var networks: BenchNetworkOptions

  @OptionGroup var passes: PassOptions

  func run() throws {
    guard Launch.isRoot else { return }
    BLASLibrary.useCallingThread()
    let settings = try networks.settings(shards: 1, [assignment("batch", 1)])
    let benchmark = try SamplingBenchmark(TrainingConfiguration(settings), threads: passes.threads.threads)
    if let warning = benchmark.warning { Logger.console.warning("\(warning)") }
    try passes.show(benchmark.run(images: passes.images, passes: passes.passes))
  }
}

/// `sagan bench features`.
struct BenchFeaturesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "features", abstract: "Time the networks of sagan evaluate on random pictures, on one rank.",
    discussion: "Weights are random, which changes no speed: no file is needed. Resizing pictures is not included.")

  @Option(help: "Which network: inception or lite0.")
  var extractor = FeatureBenchmark.Network.inception

  @OptionGroup var passes: PassOptions

  func run() throws {
    guard Launch.isRoot else { return }
    BLASLibrary.useCallingThread()
    let benchmark = try FeatureBenchmark(extractor, threads: passes.threads.threads)
    try passes.show(benchmark.run(images: passes.images, passes: passes.passes))
  }
}

extension FeatureBenchmark.Network: ExpressibleByArgument {}
