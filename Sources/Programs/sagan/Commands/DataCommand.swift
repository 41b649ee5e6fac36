import ArgumentParser
import BLAS
import Checkpoints
import DataParallel
import Datasets
import Files
import Packing

/// `sagan data`.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Prepare images for training.", subcommands: [DataPackCommand.self])
}

/// `sagan data pack`.
struct DataPackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pack",
    abstract: "Decode and resize all images of a data set into one file, to train from it with --data packed:FILE.",
    discussion: """
      To share the images among ranks, on one host or several, start it with cluster/launch or mpirun: the file has the same bytes. \
      What a killed one has left, the next one goes on with. See docs/data.md.
      """)

  @Option(help: ArgumentHelp("\(DataSpecification.kinds).", valueName: "DATA"))
  var data: String

  @Option(help: ArgumentHelp("File to write.", valueName: "FILE"), completion: .file())
  var out: String

  @Option(help: "Rows and columns of the images, which are those of the preset to train.", transform: Int.reading)
  var side: Int

  @Option(help: "Channels, 1 or 3 (default: as in the data, for folders 3).", transform: Int.reading)
  var channels: Int?

  @Option(help: ArgumentHelp("Filter that images are resized with (default: bilinear).", valueName: "NAME"))
  var resize: String?

  @Option(
    help: ArgumentHelp(
      "Whether images are turned as their files say: apply or ignore (default: apply).", valueName: "RULE"))
  var orientation: String?

  @Flag(help: "Leave images out that cannot be read; without it, they end the command.")
  var skipBadImages = false

  @OptionGroup var output: OutputOptions

  @OptionGroup var threads: ThreadsOption

  mutating func validate() throws {
    guard (1...1024).contains(side) else { throw ValidationError("expected --side from 1 to 1024 and found \(side)") }
    if let channels, channels != 1, channels != 3 {
      throw ValidationError("expected --channels 1 or 3 and found \(channels)")
    }
  }

  func run() throws {
    BLASLibrary.useCallingThread()
    try Launch.checkLauncher()
    try Checkpoint.checkOutside(out)
    var form = try PackOptions.form(side: side, channels: channels, resize: resize, orientation: orientation)
    form.skipsBadImages = skipBadImages
    var options = PackOptions(try DataSpecification(parsing: data), form, out: out)
    (options.threads, options.isForced) = (threads.threads, output.force)
    try Launch.run(threads: threads.threads) { [options] replicas in
      try replicas.agree { try Console.neverWait() }
      let teller = PackTeller()
      let outcome = try PackRun(options, replicas: replicas, report: teller.tell).run()
      if let images = outcome.images { tell(images, outcome, ranks: replicas.size) }
    }
  }

  /// Says what was made, and what is odd about it.
  private func tell(_ images: any ImageDataset, _ outcome: PackRun.Outcome, ranks: Int) {
    var line = "\(images.description); fingerprint \(images.fingerprint)"
    if outcome.prepared > 0 {
      let speed = grouped(Int((Double(outcome.prepared) / max(outcome.seconds, 1e-3)).rounded()))
      line +=
        "; \(grouped(outcome.prepared)) prepared in \(timeText(seconds: outcome.seconds)), \(speed) images/s on \(counted(ranks, "rank"))"
    }
    Console.say(line.shown)
    var summary = images.summary
    summary.findings = outcome.findings
    for line in summary.lines(classNames: images.classNames) { Console.say(line.shown) }
    for warning in summary.warnings(classNames: images.classNames) { Console.complain("warning: \(warning.shown)") }
  }
}

/// Tells people every ten seconds how far a pack has come.
private final class PackTeller {
  private static let interval = Duration.seconds(10)
  private var next = ContinuousClock.now + interval

  func tell(_ progress: PackRun.Progress) {
    if case .goingOn(let done, let total) = progress {
      return Console.complain("going on after \(grouped(done)) of \(grouped(total)) images, which are in the file")
    }
    guard ContinuousClock.now >= next else { return }
    next = .now + Self.interval
    switch progress {
    case .prepared(let done, let total, let speed):
      let left = timeText(seconds: Double(total - done) / max(speed, 1e-9))
      Console.complain(
        "prepared \(grouped(done)) of \(grouped(total)) images, \(grouped(Int(speed.rounded()))) images/s, about \(left) left"
      )
    case .checked(let done, let total):
      Console.complain("read \(grouped(done)) of \(grouped(total)) images again")
    case .goingOn: break
    }
  }
}
