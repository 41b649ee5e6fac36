import ArgumentParser
import BLAS
import DataParallel
import Datasets
import Foundation
import Training

/// A preset that exists.
struct PresetName: ExpressibleByArgument {
  let name: String

  init?(argument: String) {
    guard TrainingConfiguration.presetNames.contains(argument) else { return nil }
    name = argument
  }

  static var allValueStrings: [String] { TrainingConfiguration.presetNames }
}

/// `sagan train`.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a generator and a discriminator.",
    discussion: """
      Start it with mpirun to train on several ranks. Settings that --set knows:
      \(TrainingConfiguration.settingKeys.joined(separator: ", ")).
      """)

  @Option(help: "Networks and recipe.")
  var preset: PresetName

  @Option(help: "fashion-mnist[:DIR], or synthetic[:count=N]; else the preset's.")
  var data: String?

  @Option(help: "The run directory.")
  var out: String?

  @Option(help: "Total number of steps at which to stop; else the preset's.")
  var steps: Int?

  @Option(help: "Real images of a discriminator update, over all ranks; the generator's batch follows.")
  var batch: Int?

  @Option(help: "Parts that a batch is cut into; ranks share them.")
  var shards: Int?

  @OptionGroup var threads: ThreadsOption

  @Option(help: "Key of all random numbers; else 0.")
  var seed: UInt64?

  @Option(help: "Number of classes; else the data's.")
  var classes: Int?

  @Option(
    help: ArgumentHelp("auto, a run directory or a checkpoint to continue from.", valueName: "auto|DIR"),
    transform: { $0 == "auto" ? .automatic : .checkpoint($0) })
  var resume: RunOptions.Start = .new

  @Option(help: ArgumentHelp("Change any setting; may be repeated.", valueName: "key=value"))
  var set: [String] = []

  @Flag(help: "Print sizes and memory instead of training.")
  var dryRun = false

  mutating func validate() throws {
    guard dryRun || out != nil else {
      throw ValidationError("expected --out DIR, the directory to write to")
    }
  }

  func run() throws {
    BLASLibrary.useCallingThread()
    if let data { _ = try DataSpecification(parsing: data) }
    var configuration = try resolved()
    try configuration.validate(ranks: Launch.ranks)
    if dryRun {
      guard Launch.isRoot else { return }
      _ = try configuration.openData()
      try configuration.validate()
      print(try RunPlan(configuration, ranks: Launch.ranks, threads: threads.threads))
      return
    }
    let options = RunOptions(out: out ?? "", start: resume, threads: threads.threads)
    try Launch.run { replicas in
      let logger = ConsoleLog.logger(isRoot: replicas.isRoot)
      try TrainingRun(configuration, options, replicas: replicas, logger: logger).run()
    }
  }

  /// The preset with `--set` and then the other options on top.
  private func resolved() throws(ConfigurationError) -> TrainingConfiguration {
    var configuration = try TrainingConfiguration.preset(named: preset.name)
    var assignments: [SettingAssignment] = []
    for text in set { assignments.append(try SettingAssignment(parsing: text)) }
    let flags: [(key: String, value: String?)] = [
      ("data", data), ("steps", steps.map { "\($0)" }), ("batch", batch.map { "\($0)" }),
      ("shards", shards.map { "\($0)" }), ("seed", seed.map { "\($0)" }), ("classes", classes.map { "\($0)" }),
    ]
    for case (let key, let value?) in flags {
      assignments.append(SettingAssignment(key: key, value: value, origin: "--\(key)"))
    }
    try configuration.apply(assignments)
    try configuration.validate()
    return configuration
  }
}
