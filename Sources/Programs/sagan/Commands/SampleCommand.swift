public import ArgumentParser
import BLAS
import Checkpoints
import Configuration
import DataParallel
import Evaluation
import Files
import Foundation
import Logging
import Sampling

extension CheckpointSampler.Version: ExpressibleByArgument {}

/// `sagan sample`.
struct SampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample",
    abstract:
      "Draw samples from a checkpoint: a picture with one row per class, single images, or arrays for other programs.",
    discussion: """
      Without --classes, --per-class and --seed, it draws the samples of the run's own grids. Weights, seed, class and number \
      within the class determine a sample. See docs/sampling.md.
      """)

  @Option(help: ArgumentHelp("A checkpoint, or a run directory for its newest.", valueName: "DIR"))
  var checkpoint: String

  @Flag(
    help: "Of a run directory, the checkpoint that is kept for its score in place of the newest.")
  var best = false

  @Option(
    help: ArgumentHelp("Picture to write.", valueName: "FILE.png"),
    completion: .file(extensions: ["png"]))
  var out: String?

  @Option(
    help: ArgumentHelp(
      "Folder for one PNG file per sample, in folders of their classes.", valueName: "DIR"),
    completion: .directory)
  var images: String?

  @Option(
    help: ArgumentHelp(
      "File for the samples' bytes, arr_0, and classes, arr_1.", valueName: "FILE.npz"),
    completion: .file(extensions: ["npz"]))
  var npz: String?

  @Option(
    help: ArgumentHelp(
      "File for latents, labels and unrounded pixels (docs/checkpoints.md).",
      valueName: "FILE.safetensors"),
    completion: .file(extensions: ["safetensors"]))
  var tensors: String?

  @Option(
    help: ArgumentHelp(
      "Names, labels and ranges of classes, such as 0-3,7; exact names first (default: up to 16; all with --images or --npz).",
      valueName: "LIST")
  )
  var classes: String?

  @Option(
    help:
      "Samples per class (default: 10, or 8 if there are more than 10 classes); rows per class with --interpolate and --neighbours (default: 1).",
    transform: Int.reading)
  var perClass: Int?

  @Option(
    help: "Random seed of the latent vectors (default: from the run).", transform: UInt64.reading)
  var seed: UInt64?

  @Option(help: "average: the moving average of the generator's weights; raw: the trained weights.")
  var weights: CheckpointSampler.Version = .average

  @OptionGroup var pictures: PictureOptions

  @OptionGroup var latents: LatentOptions

  @OptionGroup var output: OutputOptions

  @OptionGroup var convolutions: ConvolutionOption

  @OptionGroup var threads: ThreadsOption

  mutating func validate() throws {
    let files = [out, tensors, images, npz].compactMap { $0 }
    guard !files.isEmpty else {
      throw ValidationError(
        "expected --out FILE.png, --images DIR, --npz FILE.npz or --tensors FILE.safetensors, the file to write"
      )
    }
    guard Set(files).count == files.count else {
      throw ValidationError("expected different files after --out, --images, --npz and --tensors")
    }
    if let perClass, !(1...1_000_000).contains(perClass) {
      throw ValidationError("expected --per-class from 1 to 1000000 and found \(perClass)")
    }
    try pictures.check(hasPicture: out != nil, hasOthers: files.count > (out == nil ? 0 : 1))
  }
}

extension SampleCommand {
  func run() throws {
    guard Launch.isRoot else { return }
    BLASLibrary.useCallingThread()
    let found = try Checkpoint.existing(in: checkpoint, isBest: best, logger: .console)
    let sampler = try CheckpointSampler(
      found, version: weights, seed: seed, truncation: latents.truncation,
      standingPasses: latents.standingStatistics,
      convolutions: convolutions.conv, threads: threads.threads)
    let isRows = pictures.interpolate != nil || pictures.neighbours != nil
    let selection = try SampleSelection(
      classes: classes, perClass: perClass ?? (isRows ? 1 : nil),
      isComplete: images != nil || npz != nil,
      of: sampler.configuration.classes, names: sampler.manifest.classNames)
    let teller = ProgressTeller(Console.complain)
    sampler.reportStanding = { teller.report("standing statistics", $0, of: $1) }
    let report = { (done: Int, total: Int) in teller.report("samples", done, of: total) }
    if latents.truncation != nil, latents.standingStatistics == nil {
      Console.complain(
        "batch norm keeps the statistics of latent vectors without truncation; --standing-statistics 100 computes those of truncated ones"
      )
    }
    let rows: String
    if let kind = pictures.interpolate, let out {
      let interpolation = try Interpolation(
        kind, selection, steps: pictures.steps ?? PictureOptions.usualSteps)
      try sampler.write(
        interpolation, picture: out, style: pictures.style, isForced: output.force, report: report)
      rows = interpolation.description(names: sampler.manifest.classNames)
    } else if let count = pictures.neighbours, let out {
      let picture = try ComparisonPicture(
        sampler, selection, columns: 2 * count, path: out, style: pictures.style,
        isForced: output.force)
      let samples = try sampler.pixels(of: selection, report: report)
      try picture.write(samples, try neighbours(of: samples, count, found, sampler, teller))
      rows = selection.rows(names: sampler.manifest.classNames)
    } else {
      var outputs = SampleOutputs()
      (outputs.picture, outputs.tensors, outputs.images, outputs.arrays) = (
        out, tensors, images, npz
      )
      (outputs.style, outputs.isForced) = (pictures.style, output.force)
      try sampler.write(selection, outputs, report: report)
      rows = selection.rows(names: sampler.manifest.classNames)
    }
    // Not behind a picture that goes to standard output.
    guard
      ![out, tensors, npz].contains(where: {
        $0.map { Directory.isSame($0, "/dev/stdout") } ?? false
      })
    else {
      return
    }
    Console.say("rows: \(rows)".shown)
  }

  private func neighbours(
    of samples: [[UInt8]], _ count: Int, _ checkpoint: Checkpoint, _ sampler: CheckpointSampler,
    _ teller: ProgressTeller
  ) throws -> [Companions] {
    var options = EvaluationOptions(
      .checkpoint(checkpoint.path, weights: weights), samples: samples.count,
      request: ScoreRequest([]),
      extractor: pictures.extractor?.choice)
    options.data = try pictures.data.choice()
    options.cache = pictures.data.cache
    options.threads = threads.threads
    return try EvaluationRun(
      options, replicas: .alone(), logger: ConsoleLog.complaining(isRoot: true),
      progress: teller.report
    ).neighbours(of: samples, count: count, checkpoint, sampler)
  }
}
