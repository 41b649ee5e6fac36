import Configuration
import Checkpoints
import Datasets
import Files
import Runs
import Sampling
import ArgumentParser
import BLAS
import Foundation
import Logging

extension AttentionCommand.Network: ExpressibleByArgument {}

/// `sagan attention`.
struct AttentionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attention",
    abstract: "Draw what attention looks at: the attention maps of some points of samples or real images.",
    discussion: """
      One row an image: the image with its query points, then for each point the map of its attention over the image, with an \
      arrow to where most of it gathers; one block for each attention layer. The weights are those of the forward pass itself.
      """)

  /// Whose attention.
  enum Network: String, CaseIterable {
    case generator, discriminator
  }

  @Option(help: ArgumentHelp("A checkpoint, or a run directory for its newest.", valueName: "DIR"))
  var checkpoint: String

  @Flag(help: "Of a run directory, the checkpoint that is kept for its score in place of the newest.")
  var best = false

  @Option(help: ArgumentHelp("Picture to write.", valueName: "FILE.png"))
  var out: String?

  @Option(
    help: ArgumentHelp(
      "File for images, weights and query points, with or without --out (docs/attention.md).",
      valueName: "FILE.safetensors"))
  var tensors: String?

  @Option(help: "generator: attention while it draws samples; discriminator: while it looks at real images.")
  var network: Network = .generator

  @Option(
    help: ArgumentHelp(
      "Names, labels and ranges of classes, such as 0-3,7; exact names first (default: up to 16).", valueName: "LIST"))
  var classes: String?

  @Option(help: "Images per class (default 1).", transform: Int.reading)
  var perClass: Int?

  @Option(
    help: """
      Random seed of the latent vectors (default: from the run); with --network discriminator, which images of a class \
      (default: the first).
      """, transform: UInt64.reading)
  var seed: UInt64?

  @Option(help: "Query points an image, spread over what attention tells apart (default 5).", transform: Int.reading)
  var queries: Int?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Query points at these pixels, counted from the upper left corner, such as --at 8,20 16,4.", valueName: "X,Y"))
  var at: [String] = []

  @Option(help: "average: the moving average of the generator's weights; raw: the trained weights.")
  var weights: CheckpointSampler.Version?

  @Option(help: "Enlarge images by a whole factor (default: to about 128 pixels).", transform: Int.reading)
  var scale: Int?

  @OptionGroup var data: DataOptions

  @OptionGroup var output: OutputOptions

  @OptionGroup var convolutions: ConvolutionOption

  @OptionGroup var threads: ThreadsOption

  mutating func validate() throws {
    guard out != nil || tensors != nil else {
      throw ValidationError("expected --out FILE.png or --tensors FILE.safetensors, the file to write")
    }
    guard out != tensors else { throw ValidationError("expected two different files after --out and --tensors") }
    if let perClass, !(1...10_000).contains(perClass) {
      throw ValidationError("expected --per-class from 1 to 10000 and found \(perClass)")
    }
    if let scale, !(1...64).contains(scale) {
      throw ValidationError("expected --scale from 1 to 64 and found \(scale)")
    }
    guard queries == nil || at.isEmpty else {
      throw ValidationError("--queries lets the program choose points and --at names them; leave out one of the two")
    }
    _ = try points()
    if network == .generator {
      for (option, value) in [("--data", data.data), ("--cache", data.cache)] {
        guard let value else { continue }
        throw ValidationError(
          "expected --network discriminator, which looks at real images, beside \(option) \(value)".shown)
      }
    } else if weights != nil {
      throw ValidationError("--weights is for --network generator: the discriminator has no average")
    }
  }

  /// The query points.
  private func points() throws -> AttentionPoints {
    guard at.isEmpty else {
      guard at.count <= AttentionPoints.most else {
        throw ValidationError("expected at most \(AttentionPoints.most) points after --at and found \(at.count)")
      }
      return .at(try at.map(Self.pixel))
    }
    let count = queries ?? 5
    guard (1...AttentionPoints.most).contains(count) else {
      throw ValidationError("expected --queries from 1 to \(AttentionPoints.most) and found \(count)")
    }
    return .spread(count)
  }

  private static func pixel(_ text: String) throws -> AttentionPoints.Pixel {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let x = parts[0], let y = parts[1], (0..<1 << 16).contains(x), (0..<1 << 16).contains(y)
    else { throw ValidationError("expected points such as 8,20 (column, row) after --at and found '\(text)'".shown) }
    return .init(x: x, y: y)
  }

  func run() throws {
    guard Launch.isRoot else { return }
    BLASLibrary.useCallingThread()
    let found = try Checkpoint.existing(in: checkpoint, isBest: best, logger: .console)
    let configuration = try found.configuration()
    let selection = try SampleSelection(
      classes: classes, perClass: perClass ?? 1, of: configuration.classes, names: found.manifest.classNames)
    let shown =
      switch network {
      case .generator:
        try CheckpointSampler(
          found, version: weights ?? .average, seed: seed, convolutions: convolutions.conv, threads: threads.threads
        ).attention(selection)
      case .discriminator: try discriminatorAttention(found, selection)
      }
    try shown.write(try points(), scale: scale, picture: out, tensors: tensors, isForced: output.force)
    // Not behind a picture that goes to standard output.
    guard ![out, tensors].contains(where: { $0.map { Directory.isSame($0, "/dev/stdout") } ?? false }) else { return }
    Console.say("rows: \(selection.rows(names: found.manifest.classNames))".shown)
  }

  private func discriminatorAttention(_ found: Checkpoint, _ selection: SampleSelection) throws -> AttentionSet {
    let judge = try CheckpointJudge(found, convolutions: convolutions.conv, threads: threads.threads)
    let (images, name) = try found.openImages(data.choice(), threads: threads.threads, logger: .console)
    return try judge.attention(on: images, name, selection, seed: seed)
  }
}
