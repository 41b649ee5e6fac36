public import ArgumentParser
import BLAS
import Checkpoints
import Configuration
import Evaluation
import Files
public import Interchange
import Logging
import Sampling

/// `sagan export`.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a checkpoint's networks for other programs: PyTorch, BigGAN-PyTorch, the Hugging Face Hub, ONNX.",
    discussion: """
      biggan-pytorch and pytorch write both networks and the moving average, huggingface and onnx one generator. The checkpoint stays \
      as it is. docs/interchange.md says what the files hold.
      """)

  @Option(name: .customLong("to"), help: ArgumentHelp("For whom: \(ExportTarget.names).", valueName: "TARGET"))
  var target: ExportTarget

  @Option(
    help: ArgumentHelp("A checkpoint, or a run directory for its newest.", valueName: "DIR"), completion: .directory)
  var checkpoint: String

  @Flag(help: "Take the run's checkpoint that is kept for its score.")
  var best = false

  @Option(help: ArgumentHelp("A folder; with --to onnx a file.", valueName: "DIR|FILE"))
  var out: String

  @Option(
    help:
      "Of huggingface and onnx: average, the moving average of the generator's weights, or raw, the trained weights (default: average)."
  )
  var weights: CheckpointSampler.Version?

  @Option(
    help: ArgumentHelp(
      "Of huggingface: a file of sagan evaluate --json whose scores go into the card (default: the run's own of this checkpoint).",
      valueName: "FILE.json"), completion: .file())
  var scores: String?

  @OptionGroup var output: OutputOptions

  @OptionGroup var threads: ThreadsOption

  mutating func validate() throws {
    if scores != nil, target != .huggingFace {
      throw ValidationError("expected --scores beside --to huggingface alone and found --to \(target.rawValue)")
    }
    if weights != nil, target != .huggingFace, target != .onnx {
      throw ValidationError(
        "expected no --weights beside --to \(target.rawValue), which writes both the trained weights and their average")
    }
  }

  func run() throws {
    let weights = weights ?? .average
    guard Launch.isRoot else { return }
    BLASLibrary.useCallingThread()
    let found = try Checkpoint.existing(in: checkpoint, isBest: best, logger: .console)
    var run = try ExportRun(found)
    if target == .huggingFace { run.scores = try evaluations(of: found, weights) }
    let lines = try run.write(target, to: out, isRaw: weights == .raw, isForced: output.force) { path in
      let sampler = try CheckpointSampler(found, version: weights, threads: threads.threads)
      try sampler.write(
        SampleSelection(gridOf: sampler.configuration.classes),
        SampleOutputs(picture: path, style: PictureStyle(), isForced: output.force))
    }
    for line in lines { Console.say(line.shown) }
  }

  private func evaluations(
    of checkpoint: Checkpoint, _ weights: CheckpointSampler.Version
  ) throws -> [ExportedScores] {
    let found = try scores.map { [try EvaluationFile.read($0)] } ?? EvaluationFile.evaluations(around: checkpoint.path)
    let own = found.filter { evaluation in
      func value(_ name: String) -> String? { evaluation.protocolLine.fields.first { $0.name == name }?.value }
      return value("step") == String(checkpoint.manifest.step) && value("weights") == weights.rawValue
    }
    if let scores, own.isEmpty {
      throw FileError(
        .malformed,
        "expected scores of step \(checkpoint.manifest.step), weights \(weights.rawValue), in '\(scores)' and found those of others; "
          + "take them with sagan evaluate --checkpoint '\(checkpoint.path)' --weights \(weights.rawValue)")
    }
    return own.map { evaluation in
      ExportedScores(
        conditions: evaluation.protocolLine.fields.map { ($0.name, $0.value) },
        scores: evaluation.scores.map { ($0.name, $0.value) })
    }
  }
}

extension ExportTarget: ExpressibleByArgument {
  /// All names.
  static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
