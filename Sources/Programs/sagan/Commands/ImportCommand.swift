public import ArgumentParser
import BLAS
import Configuration
import Files
public import Interchange
import Logging

/// `sagan import`.
struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract:
      "Make a run of the weights of another program: BigGAN-PyTorch, StudioGAN, mimicry, or this one's own in a file of PyTorch.",
    discussion: """
      The weights decide the networks; --preset, --config and --set may decide the rest. Networks that sagan does not have are \
      refused by name. Files are read as data, and nothing in them is run. docs/interchange.md says what becomes of what.
      """)

  @Option(name: .customLong("from"), help: ArgumentHelp("Whose weights they are: \(Peer.names).", valueName: "PROGRAM"))
  var peer: Peer

  @Argument(
    help: ArgumentHelp("The generator's file, or that of its moving average (.pth or safetensors).", valueName: "FILE"),
    completion: .file())
  var file: String

  @Option(
    help: ArgumentHelp(
      "The discriminator's file; none for random numbers (default: the one beside FILE that is named like it).",
      valueName: "FILE|none"), completion: .file())
  var discriminator: String?

  @Option(
    help: ArgumentHelp(
      "The file of the generator's moving average; none for a copy of the generator (default: the one beside FILE that is named "
        + "like it).", valueName: "FILE|none"), completion: .file())
  var average: String?

  @Option(help: ArgumentHelp("Run directory.", valueName: "DIR"), completion: .directory)
  var out: String

  @OptionGroup var options: SettingOptions

  @OptionGroup var threads: ThreadsOption

  func run() throws {
    guard Launch.isRoot else { return }
    BLASLibrary.useCallingThread()
    func choice(_ text: String?) -> PeerFiles.Choice { text.map { $0 == "none" ? .none : .file($0) } ?? .beside }
    let files = PeerFiles(file, discriminator: choice(discriminator), average: choice(average), of: peer)
    let sources = try options.sources(continuing: nil, flags: [])
    let run = try ImportRun(peer, files, sources, logger: .console)
    for line in try run.write(to: out, threads: threads.threads) { Console.say(line.shown) }
    Console.say("wrote '\(out)': sample from it with --checkpoint, train from it with sagan train --from".shown)
  }
}

extension Peer: ExpressibleByArgument {
  /// All names.
  static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
