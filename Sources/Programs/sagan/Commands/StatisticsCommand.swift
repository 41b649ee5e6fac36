import ArgumentParser
import BLAS
import Configuration
import DataParallel
import Datasets
import Evaluation
import Files
import Logging

/// `sagan statistics`.
struct StatisticsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "statistics",
    abstract:
      "Write mean and covariance of images' features, as pytorch-fid, clean-fid and evaluate --reference read them.",
    discussion: """
      The file holds mu and sigma in double precision. To share the images among ranks, start it with cluster/launch or mpirun: the \
      file has the same bytes. See docs/evaluation.md.
      """)

  @Option(help: ArgumentHelp("\(DataSpecification.kinds).", valueName: "DATA"))
  var data: String?

  @Option(
    help: ArgumentHelp(
      "Images of a folder, a zip file or a .npz file instead of a data set.", valueName: "DIR|FILE"),
    completion: .file())
  var images: String?

  @Option(help: ArgumentHelp("File to write.", valueName: "FILE.npz"), completion: .file(extensions: ["npz"]))
  var out: String

  @Option(
    help: "Rows and columns of the data set's images (default: 32 for fashion-mnist and cifar10).",
    transform: Int.reading)
  var resolution: Int?

  @Option(
    help: ArgumentHelp("Images to take, chosen by chance (default: all).", valueName: "N"), transform: Int.reading)
  var samples: Int?

  @Option(
    help: ArgumentHelp("Prepare images as another program does: \(ScoringTool.list).", valueName: "TOOL"))
  var like: ScoringTool?

  @Option(
    help: ArgumentHelp(
      "Network of the features: inception or lite0; or classifier, trained on the data set (default: inception).",
      valueName: "NAME"))
  var extractor: ExtractorOption?

  @Option(help: "Images that pass through a network at a time; decides no bit (default: 64).", transform: Int.reading)
  var batch = 64

  @Option(help: ArgumentHelp("Folder for caches.", valueName: "DIR"), completion: .directory)
  var cache = "cache"

  @OptionGroup var output: OutputOptions

  @OptionGroup var threads: ThreadsOption

  mutating func validate() throws {
    guard (data == nil) != (images == nil) else {
      throw ValidationError("expected either --data DATA or --images DIR, the images to take")
    }
    for (option, value, range) in [
      ("--samples", samples ?? 2, 2...10_000_000), ("--resolution", resolution ?? 32, 1...1024),
      ("--batch", batch, 1...4096),
    ] where !range.contains(value) {
      throw ValidationError("expected \(option) from \(range.lowerBound) to \(range.upperBound) and found \(value)")
    }
    if images != nil, resolution != nil {
      throw ValidationError("expected no --resolution beside --images, whose files have a size of their own")
    }
    try ExtractorOption.check(extractor, like: like)
    if let data, resolution == nil, try DataSpecification(parsing: data).nativeResolution == nil {
      throw ValidationError("expected --resolution N beside --data \(data): its images have no size of their own")
    }
  }

  func run() throws {
    BLASLibrary.useCallingThread()
    try Launch.checkLauncher()
    let subject: StatisticsRun.Options.Subject =
      if let data {
        .data(data, resolution: try resolution ?? DataSpecification(parsing: data).nativeResolution ?? 32)
      } else { .images(images ?? "") }
    var options = StatisticsRun.Options(
      subject, extractor: extractor?.choice ?? .inception(nil), out: out)
    (options.samples, options.tool, options.batch, options.threads) = (samples, like, batch, threads.threads)
    (options.cache, options.isForced) = (cache, output.force)
    try Launch.run(threads: threads.threads) { [options] replicas in
      try replicas.agree { try Console.neverWait() }
      let teller = ProgressTeller { if replicas.isRoot { Console.complain($0) } }
      let logger = ConsoleLog.complaining(isRoot: replicas.isRoot)
      let text = try StatisticsRun(options, replicas: replicas, logger: logger, progress: teller.report).write()
      try replicas.agree {
        // Not behind a file that goes to standard output.
        if replicas.isRoot, !Directory.isSame(options.out, "/dev/stdout") { Console.say(text.shown) }
      }
    }
  }
}
