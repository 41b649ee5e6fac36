import Checkpoints
import Runs
public import ArgumentParser
import BLAS
import DataParallel
import Datasets
import Foundation
import Logging

extension Audit.Precision: ExpressibleByArgument {}

/// `sagan audit`.
struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Record the training steps after a checkpoint in full, for replay in another program.",
    discussion: """
      The code that trains makes the steps: new parameters and moments are those that the run itself would reach. The file \
      has the same bytes on any number of ranks. docs/audit.md lists its contents.
      """)

  @Option(help: ArgumentHelp("A checkpoint, or a run directory for its newest.", valueName: "DIR"))
  var checkpoint: String

  @Option(
    help: "Real images of a discriminator update; the generator's batch follows (default: from the run).",
    transform: Int.reading)
  var batch: Int?

  @Option(help: "Shards that a batch is cut into (default: from the checkpoint).", transform: Int.reading)
  var shards: Int?

  @Option(
    help: "Number of steps to record; above 1, --out names a folder, which gets a file for each step (default: 1).",
    transform: Int.reading)
  var steps = 1

  @Flag(help: "Also record the gradients of each shard.")
  var parts = false

  @Flag(help: "Also record the attention weights: queries × keys numbers for each sample.")
  var attention = false

  @Option(help: "Precision of all numbers; training uses single.")
  var precision = Audit.Precision.single

  @OptionGroup var data: DataOptions

  @Option(help: ArgumentHelp("The file to write.", valueName: "FILE.safetensors"))
  var out: String

  @OptionGroup var output: OutputOptions

  @OptionGroup var convolutions: ConvolutionOption

  @OptionGroup var threads: ThreadsOption

  @OptionGroup var sharing: StepOptions

  mutating func validate() throws {
    guard (1...1_000_000).contains(steps) else {
      throw ValidationError("expected --steps from 1 to 1000000 and found \(steps)")
    }
  }

  func run() throws {
    BLASLibrary.useCallingThread()
    let choice = try data.choice()
    let assignments =
      [assignment("batch", batch.map(String.init)), assignment("shards", shards.map(String.init))].compactMap { $0 }
      + convolutions.assignments
    // The checkpoint need be on the first rank's host alone.
    let found = Launch.isRoot ? try Checkpoint.existing(in: checkpoint, logger: .console) : nil
    var audit = Audit()
    (audit.steps, audit.precision, audit.isForced) = (steps, precision, output.force)
    (audit.hasParts, audit.hasAttention) = (parts, attention)
    (audit.threads, audit.shardsAtOnce, audit.overlap) = (
      threads.threads, sharing.shardsAtOnce, sharing.overlap.overlap
    )
    try Launch.run { replicas in
      try audit.write(found, data: choice, assignments, over: replicas.summing(by: sharing.reduction), to: out)
    }
  }
}
