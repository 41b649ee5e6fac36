import Checkpoints
import Sampling
import ArgumentParser
import BLAS
import Datasets
import Evaluation
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

  @Option(help: "Number of samples, drawn with the averaged weights; classes take turns.")
  var samples = 1000

  @Option(help: "Number of nearest real images that vote for a class.")
  var neighbours = 5

  @OptionGroup var convolutions: ConvolutionOption

  @OptionGroup var threads: ThreadsOption

  mutating func validate() throws {
    guard samples >= 1, neighbours >= 1 else {
      throw ValidationError(
        "expected --samples and --neighbours from 1 and found \(samples) and \(neighbours)")
    }
  }

  func run() throws {
    guard Launch.isRoot else { return }
    BLASLibrary.useCallingThread()
    let drawn = try CheckpointSamples(
      .existing(in: checkpoint, logger: .console), count: samples, data: try data.choice(),
      convolutions: convolutions.conv, threads: threads.threads)
    let source = try drawn.openData(threads: threads.threads)
    let agreement = ClassAgreement(of: drawn.images, labels: drawn.labels, in: source, neighbours: neighbours)
    withExtendedLifetime(drawn) {}
    var lines = [
      "class agreement: \(percent(agreement.share)) of \(samples) samples match the requested class, by a vote of "
        + "their \(neighbours) nearest of \(source.count) training images"
    ]
    lines += zip(source.classNames, agreement.sharePerClass).map { "  \(percent($1))  \($0)" }
    try Console.deliver(lines.joined(separator: "\n") + "\n")
  }

  private func percent(_ share: Double) -> String { String(format: "%5.1f %%", 100 * share) }
}
