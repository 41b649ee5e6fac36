import Checkpoints
import Sampling
import ArgumentParser
import BLAS
import Datasets
import Evaluation
import Files
import Foundation
import Logging

/// `sagan agreement`.
struct AgreementCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agreement",
    abstract: "Classify samples by their nearest real images; report how many match the requested class.",
    discussion: """
      Images are compared pixel by pixel. This suits small pictures in fixed positions, such as Fashion-MNIST's.
      """)

  @Option(help: ArgumentHelp("A checkpoint, or a run directory for its newest.", valueName: "DIR"))
  var checkpoint: String

  @OptionGroup var data: DataOptions

  @Option(help: "Number of samples, drawn with the averaged weights; classes take turns.", transform: Int.reading)
  var samples = 1000

  @Option(help: "Number of nearest real images that vote for a class.", transform: Int.reading)
  var neighbours = 5

  @OptionGroup var convolutions: ConvolutionOption

  @OptionGroup var threads: ThreadsOption

  mutating func validate() throws {
    for (option, value, most) in [("--samples", samples, 1_000_000), ("--neighbours", neighbours, 10_000)] {
      guard !(1...most).contains(value) else { continue }
      throw ValidationError("expected \(option) from 1 to \(most) and found \(value)")
    }
  }

  func run() throws {
    guard Launch.isRoot else { return }
    BLASLibrary.useCallingThread()
    let drawn = try CheckpointSamples(
      .existing(in: checkpoint, logger: .console), count: samples, data: try data.choice(),
      convolutions: convolutions.conv, threads: threads.threads)
    let source = try drawn.openData(threads: threads.threads)
    let agreement = try ClassAgreement(of: drawn.images, labels: drawn.labels, in: source, neighbours: neighbours)
    withExtendedLifetime(drawn) {}
    var lines = [
      "class agreement: \(percent(agreement.share)) of \(samples) samples match the requested class, by a vote of "
        + "their \(neighbours) nearest of \(source.count) training images"
    ]
    lines += zip(source.classNames, agreement.sharePerClass).map { "  \(percent($1))  \($0.shown)" }
    try Console.deliver(lines.joined(separator: "\n") + "\n")
  }

  private func percent(_ share: Double) -> String { String(format: "%5.1f %%", 100 * share) }
}
