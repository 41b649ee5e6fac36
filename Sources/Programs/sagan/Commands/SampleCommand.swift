import Configuration
import Checkpoints
import Files
import Sampling
public import ArgumentParser
import BLAS
import Foundation
import Logging

extension CheckpointSampler.Version: ExpressibleByArgument {}

/// `sagan sample`.
struct SampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample",
    abstract: "Draw samples from a checkpoint: a picture with one row per class, or tensors for other programs.",
    discussion: """
      Without --classes, --per-class and --seed, it draws the samples of the run's own grids. Weights, seed, class and number \
      within the class determine a sample.
      """)

  @Option(help: ArgumentHelp("A checkpoint, or a run directory for its newest.", valueName: "DIR"))
  var checkpoint: String

  @Flag(help: "Of a run directory, the checkpoint that is kept for its score in place of the newest.")
  var best = false

  @Option(help: ArgumentHelp("Picture to write.", valueName: "FILE.png"))
  var out: String?

  @Option(
    help: ArgumentHelp(
      "File for latents, labels and unrounded pixels, with or without --out (docs/checkpoints.md).",
      valueName: "FILE.safetensors"))
  var tensors: String?

  @Option(
    help: ArgumentHelp(
      "Names, labels and ranges of classes, such as 0-3,7; exact names first (default: up to 16).", valueName: "LIST")
  )
  var classes: String?

  @Option(help: "Samples per class (default: 10, or 8 if there are more than 10 classes).", transform: Int.reading)
  var perClass: Int?

  @Option(help: "Random seed of the latent vectors (default: from the run).", transform: UInt64.reading)
  var seed: UInt64?

  @Option(help: "average: the moving average of the generator's weights; raw: the trained weights.")
  var weights: CheckpointSampler.Version = .average

  @OptionGroup var output: OutputOptions

  @OptionGroup var convolutions: ConvolutionOption

  @OptionGroup var threads: ThreadsOption

  mutating func validate() throws {
    guard out != nil || tensors != nil else {
      throw ValidationError("expected --out FILE.png or --tensors FILE.safetensors, the file to write")
    }
    guard out != tensors else { throw ValidationError("expected two different files after --out and --tensors") }
    if let perClass, !(1...1_000_000).contains(perClass) {
      throw ValidationError("expected --per-class from 1 to 1000000 and found \(perClass)")
    }
  }

  func run() throws {
    guard Launch.isRoot else { return }
    BLASLibrary.useCallingThread()
    let sampler = try CheckpointSampler(
      .existing(in: checkpoint, isBest: best, logger: .console), version: weights, seed: seed,
      convolutions: convolutions.conv,
      threads: threads.threads)
    let selection = try SampleSelection(
      classes: classes, perClass: perClass, of: sampler.configuration.classes, names: sampler.manifest.classNames)
    try sampler.write(selection, picture: out, tensors: tensors, isForced: output.force)
    // Not behind a picture that goes to standard output.
    guard ![out, tensors].contains(where: { $0.map { Directory.isSame($0, "/dev/stdout") } ?? false }) else { return }
    Console.say("rows: \(selection.rows(names: sampler.manifest.classNames))".shown)
  }
}
