import Configuration
public import ArgumentParser
import Foundation
import Logging
public import Scaling

extension ScalingPlan.Mode: ExpressibleByArgument {}

extension LinkRate: ExplainedArgument {
  static let expectation = "a rate such as 25gbit, or none,"

  init?(argument: String) { self.init(argument) }
}

/// `sagan bench scaling`.
struct BenchScalingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scaling", abstract: "Launch runs on several numbers of ranks, and report how training speeds up.",
    discussion: """
      Runs take turns, round after round: training as usual; training with gradients summed at the other time, during or \
      after backward passes; and ranks that train independently side by side. --out receives results.json, report.md and \
      pictures.
      """)

  @Option(
    help: ArgumentHelp("Networks and recipe. See sagan presets.", valueName: "NAME"),
    completion: .list(TrainingSettings.presetNames))
  var preset = "sagan32"

  @Option(help: ArgumentHelp("Numbers of ranks, such as 1,2,4.", valueName: "R,R,…"), transform: Counts.reading)
  var ranks: Counts

  @Option(
    help: "What stays constant as ranks are added: images of each rank (weak), or of all ranks together (strong).")
  var mode = ScalingPlan.Mode.weak

  @Option(
    help: ArgumentHelp(
      "Images of each rank in weak scaling, of all ranks in strong scaling (default: 8).", valueName: "N"),
    transform: Int.reading)
  var batch = 8

  @OptionGroup var threads: ThreadsOption

  @Option(help: ArgumentHelp("Number of timed steps in each run (default: 9).", valueName: "N"), transform: Int.reading)
  var steps = 9

  @Option(
    help: ArgumentHelp("Number of rounds; each makes every run once (default: 3).", valueName: "N"),
    transform: Int.reading)
  var rounds = 3

  @Option(help: ArgumentHelp("Bytes of the largest buffer when sums are timed alone.", valueName: "BYTES"))
  var sumBytes = 32 << 20

  @Option(help: ArgumentHelp("Change any setting; may be repeated.", valueName: "key=value"))
  var set: [String] = []

  @Option(
    help: ArgumentHelp(
      "Rate of the network between hosts, such as 25gbit, or none for no limit; recorded for reports and models.",
      valueName: "RATE"),
    transform: LinkRate.reading)
  var link: LinkRate?

  @OptionGroup var hosts: LauncherOptions

  @Option(help: ArgumentHelp("Folder for the results; must not hold results yet.", valueName: "DIR"))
  var out: String

  mutating func validate() throws {
    guard TrainingSettings.presetNames.contains(preset) else {
      throw ValidationError(TrainingSettings.unknownPreset(preset, origin: "--preset"))
    }
    for (name, number) in [("batch", batch), ("steps", steps), ("rounds", rounds), ("sum-bytes", sumBytes)] {
      guard (1...1 << 30).contains(number) else {
        throw ValidationError("expected --\(name) from 1 to \(1 << 30) and found \(number)")
      }
    }
    guard Launch.environment == nil else {
      throw ValidationError("bench scaling launches its runs itself: start it without mpirun")
    }
  }

  func run() throws {
    let plan = try ScalingPlan(
      preset: preset, mode: mode, ranks: ranks.counts, batch: batch, threads: threads.threads, steps: steps,
      rounds: rounds,
      settings: set, sumBytes: sumBytes, link: link?.description)
    let launcher = try hosts.runLauncher()
    let benchmark = try ScalingBenchmark(plan, launcher: launcher, folder: out) { Console.say($0) }
    let listeners = StopSignals.ending { [out] in
      launcher.stop()
      ScalingBenchmark.removeIfEmpty(out)
    }
    let results = try benchmark.run()
    withExtendedLifetime(listeners) {}
    let report = ScalingReport(results)
    try report.write(to: out)
    try Console.deliver("\n" + report.table + "\n\nThe report is \(out)/report.md.\n")
  }
}

/// How the launcher is to start runs.
struct LauncherOptions: ParsableArguments {
  @Option(help: ArgumentHelp("File of hosts and their slots (default: this machine).", valueName: "FILE"))
  var hostfile: String?

  @Option(help: ArgumentHelp("Network between the hosts: an interface or a subnet.", valueName: "NAME"))
  var interface: String?

  @Option(
    help: ArgumentHelp(
      "core: bind ranks to cores; none: leave their placement to the system.", valueName: "core|none"))
  var bind: String?

  @Option(help: ArgumentHelp("Script that starts ranks.", valueName: "FILE"))
  var launcher = "cluster/launch"

  /// The options that say how, for `cluster/launch` and for commands that take the same.
  var words: [String] {
    [("hostfile", hostfile), ("interface", interface), ("bind", bind)].flatMap { name, value in
      value.map { ["--\(name)", $0] } ?? []
    }
  }

  /// The launcher of runs of this program.
  func runLauncher() throws -> RunLauncher {
    let (program, folder) = (
      Bundle.main.executablePath ?? CommandLine.arguments[0], FileManager.default.currentDirectoryPath + "/"
    )
    let name = program.hasPrefix(folder) ? String(program.dropFirst(folder.count)) : program
    // A name without a slash would be looked for on the PATH.
    return try RunLauncher(script: launcher, options: words, program: name.contains("/") ? name : "./" + name)
  }
}

/// Numbers of ranks or nodes as users write them: `1,2,4`.
struct Counts: ExplainedArgument {
  static let expectation = "whole numbers from 1 to \(largest), such as 1,2,4,"
  private static let largest = 65536

  let counts: [Int]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    let counts = parts.compactMap { $0 }.filter { (1...Self.largest).contains($0) }
    guard counts.count == parts.count, !counts.isEmpty else { return nil }
    self.counts = counts
  }
}
