internal import Checkpoints
internal import Configuration
internal import Files
internal import Foundation

/// What to do about learning rates that are too high: a command that starts a new run with lower ones.
struct RatesAdvice {
  /// The run's settings.
  let configuration: TrainingConfiguration
  /// The run directory.
  let out: String

  /// The advice, as a clause.
  ///
  /// - Parameters:
  ///   - step: A step at which all was well; the new run starts with the numbers of the newest checkpoint up to there.
  ///     Without one it starts anew with the run's settings.
  ///   - stopgap: The step of a checkpoint that will go, as only a stop has made it.
  /// - Returns: The checkpoint's step, if there is one, and the clause with its command.
  func clause(before step: Int, stopgap: Int? = nil) -> (checkpoint: Int?, text: String) {
    let checkpoints = CheckpointFolder(out + "/" + RunFiles.checkpoints)
    let found = ((try? checkpoints.steps()) ?? []).last { $0 <= step && $0 != stopgap }
    let source =
      found.map { ["--from", checkpoints.path + "/" + CheckpointFolder.name(step: $0)] }
      ?? ["--config", out + "/" + RunFiles.configuration]
    let words =
      [CommandLine.arguments.first ?? "sagan", "train"] + source + ["--out", freeName]
      + lowerRates.flatMap { ["--set", "\($0.key)=\($0.value)"] }
    let start =
      found == nil
      ? "start a new run with lower learning rates" : "start a new run from before, with lower learning rates"
    return (found, start + ": " + words.map(\.quotedForShell).joined(separator: " "))
  }

  /// Half the rates, and the preset's at most.
  private var lowerRates: [(key: String, value: String)] {
    let preset = try? TrainingSettings.preset(named: configuration.preset)
    var lower = configuration.settings
    lower.generatorLearningRate = min(lower.generatorLearningRate / 2, preset?.generatorLearningRate ?? .infinity)
    lower.discriminatorLearningRate = min(
      lower.discriminatorLearningRate / 2, preset?.discriminatorLearningRate ?? .infinity)
    let values = lower.values
    return ["generator-learning-rate", "discriminator-learning-rate"].map { ($0, values[$0] ?? "") }
  }

  /// A directory beside the run's that is not there yet.
  private var freeName: String {
    var base = out[...]
    while base.count > 1, base.hasSuffix("/") { base = base.dropLast() }
    var number = 2
    while FileManager.default.fileExists(atPath: "\(base)-\(number)") { number += 1 }
    return "\(base)-\(number)"
  }
}
