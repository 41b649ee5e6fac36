import ArgumentParser
import BLAS
import Checkpoints
import Configuration
import DataParallel
import Evaluation
import Files
import Foundation
import Logging
import Reports
import Sampling

/// `sagan evaluate`.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Score generated images: Inception Score, Fréchet and kernel distance, precision, recall and others.",
    discussion: """
      Scores are named after the network that makes the features, as in fd_classifier. To share the work among ranks, start it with \
      cluster/launch or mpirun: the scores have the same bits. See docs/evaluation.md.
      """)

  @Option(
    help: ArgumentHelp(
      "Score the samples of a checkpoint, or of a run directory's newest.", valueName: "RUN|CHECKPOINT"),
    completion: .directory)
  var checkpoint: String?

  @Flag(help: "Of a run directory, the checkpoint that is kept for its score in place of the newest.")
  var best = false

  @Option(help: "average: the moving average of the generator's weights; raw: the trained weights.")
  var weights: CheckpointSampler.Version = .average

  @Option(
    help: ArgumentHelp(
      "Score the JPEG and PNG images of a folder or zip file, the arrays of a .npz file, or cifar10:DIR or fashion-mnist.",
      valueName: "DIR|FILE|DATA"),
    completion: .file())
  var images: String?

  @OptionGroup var data: DataOptions

  @Option(
    help: ArgumentHelp(
      "Compare with other images, or with a .npz file of mu and sigma, instead of a data set.", valueName: "DIR|FILE"),
    completion: .file())
  var reference: String?

  @Option(
    help: ArgumentHelp(
      "Give the figures of another program: \(ScoringTool.list); takes --extractor inception.", valueName: "TOOL"))
  var like: ScoringTool?

  @Option(
    help: ArgumentHelp("Images to score (default: 10000, or all of --images).", valueName: "N"), transform: Int.reading)
  var samples: Int?

  @Option(
    help: ArgumentHelp("Images of the reference, chosen by chance (default: all).", valueName: "N"),
    transform: Int.reading)
  var referenceSamples: Int?

  @Option(
    help: ArgumentHelp(
      "Scores, with commas between: \(ScoreFamily.list) (default: all that can be had).", valueName: "LIST"))
  var metrics: String?

  @Option(help: "Splits of the Inception Score (default: 10).", transform: Int.reading)
  var splits: Int?

  @Option(help: "Subsets of the kernel distance of --like (default: 100).", transform: Int.reading)
  var kidSubsets: Int?

  @Option(help: "Images of either side in such a subset (default: 1000).", transform: Int.reading)
  var kidSubsetSize: Int?

  @Option(
    help: ArgumentHelp(
      """
      Network of the features: classifier, trained on the data set; inception or lite0 (default: the run's, else classifier; inception with \
      --like).
      """,
      valueName: "NAME"))
  var extractor: ExtractorOption?

  @Option(help: "Random seed of the latent vectors (default: from the run).", transform: UInt64.reading)
  var seed: UInt64?

  @Option(help: "Images that pass through a network at a time; decides no score (default: 64).", transform: Int.reading)
  var batch = 64

  @Flag(help: "Print the scores as JSON.")
  var json = false

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Compare two evaluations: files of --json, or run directories for their last.", valueName: "A B"))
  var compare: [String] = []

  @Option(
    help: ArgumentHelp(
      "Print an evaluation that was made before: a file of --json, or a run directory's last.", valueName: "RUN|FILE"),
    completion: .directory)
  var show: String?

  @OptionGroup var convolutions: ConvolutionOption

  @OptionGroup var threads: ThreadsOption

  mutating func validate() throws {
    if !compare.isEmpty {
      guard compare.count == 2 else {
        throw ValidationError("expected two evaluations after --compare and found \(compare.count)")
      }
      return
    }
    if show != nil { return }
    guard (checkpoint == nil) != (images == nil) else {
      throw ValidationError("expected either --checkpoint RUN or --images DIR, the images to score")
    }
    for (option, value, range) in [
      ("--samples", samples ?? 2, 2...10_000_000), ("--reference-samples", referenceSamples ?? 2, 2...10_000_000),
      ("--splits", splits ?? 10, 1...10_000), ("--batch", batch, 1...4096),
      ("--kid-subsets", kidSubsets ?? 1, 1...100_000), ("--kid-subset-size", kidSubsetSize ?? 2, 2...1_000_000),
    ] where !range.contains(value) {
      throw ValidationError(
        "expected \(option) from \(range.lowerBound) to \(range.upperBound) and found \(value)")
    }
    if let metrics, ScoreFamily.reading(metrics) == nil {
      throw ValidationError(
        "expected --metrics as some of \(ScoreFamily.list) with commas between and found '\(metrics)'")
    }
    if images != nil, data.data == nil, reference == nil {
      throw ValidationError("expected --data DATA or --reference DIR, what the images are compared with")
    }
    guard !best || checkpoint != nil else {
      throw ValidationError("expected --checkpoint RUN beside --best, the run that keeps a checkpoint for its score")
    }
    try ExtractorOption.check(extractor, like: like)
    if like == .adm, splits != nil {
      throw ValidationError("expected no --splits beside --like adm, which takes 5,000 images for a split")
    }
    if kidSubsets ?? kidSubsetSize != nil, like?.families.contains(.kernel) != true {
      throw ValidationError(
        "expected --kid-subsets and --kid-subset-size beside --like of a program that takes subsets: torch-fidelity, clean-fid or "
          + "stylegan3; otherwise the kernel distance is that of all images")
    }
  }
}

extension EvaluateCommand {
  func run() throws {
    BLASLibrary.useCallingThread()
    if !compare.isEmpty {
      guard Launch.isRoot else { return }
      return try Console.deliver(
        EvaluationText.comparison(try EvaluationFile.read(compare[0]), try EvaluationFile.read(compare[1])))
    }
    if let show {
      guard Launch.isRoot else { return }
      return try deliver(try EvaluationFile.read(show))
    }
    try Launch.checkLauncher()
    let options = try options()
    try Launch.run(threads: threads.threads) { replicas in
      try replicas.agree { try Console.neverWait() }
      let teller = ProgressTeller { if replicas.isRoot { Console.complain($0) } }
      // Scores alone go to standard output.
      let logger = ConsoleLog.complaining(isRoot: replicas.isRoot)
      let (evaluation, run) = try EvaluationRun(options, replicas: replicas, logger: logger, progress: teller.report)
        .evaluate()
      try replicas.agree {
        guard replicas.isRoot else { return }
        // What took minutes is shown even if the run directory cannot be written to.
        try deliver(evaluation)
        if let run { try EvaluationFile.append(evaluation, toRun: run) }
      }
    }
  }

  private func deliver(_ evaluation: Evaluation) throws {
    try Console.deliver(json ? EvaluationFile.text(evaluation) : EvaluationText.report(evaluation))
  }

  private func options() throws -> EvaluationOptions {
    let subject: EvaluationOptions.Subject =
      checkpoint.map { .checkpoint($0, weights: weights) } ?? .images(images ?? "")
    var request = ScoreRequest(metrics.flatMap(ScoreFamily.reading) ?? [], like: like)
    request.splits = splits ?? request.splits
    request.kernelSubsets = kidSubsets ?? request.kernelSubsets
    request.kernelSubsetSize = kidSubsetSize ?? request.kernelSubsetSize
    var options = EvaluationOptions(
      subject, samples: samples ?? (checkpoint == nil ? 0 : 10_000), request: request,
      extractor: extractor?.choice)
    options.isBest = best
    options.data = try data.choice()
    options.cache = data.cache
    options.reference = reference
    options.referenceSamples = referenceSamples
    options.seed = seed
    options.batch = batch
    options.threads = threads.threads
    options.convolutions = convolutions.conv
    return options
  }
}
