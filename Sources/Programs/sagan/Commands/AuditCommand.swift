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
    abstract: "Record the steps that follow a checkpoint in full, to be replayed by another program.",
    discussion: """
      The steps are made by the code that trains: new parameters and moments are those of the run's next checkpoint. The \
      file has the same bytes on any number of ranks. docs/audit.md lists what it holds.
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
    help: "How many steps to record; with more than one, --out names a folder for a file of each.",
    transform: Int.reading)
  var steps = 1

  @Flag(help: "Record the gradients of each shard, too.")
  var parts = false

  @Flag(help: "Record the weights of attention, too: queries × keys numbers for each sample.")
  var attention = false

  @Option(help: "Precision of all numbers: single is that of training.")
  var precision = Audit.Precision.single

  @OptionGroup var data: DataOptions

  @Option(help: ArgumentHelp("The file to write.", valueName: "FILE.safetensors"))
  var out: String

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
    (audit.steps, audit.precision) = (steps, precision)
    (audit.hasParts, audit.hasAttention) = (parts, attention)
    (audit.threads, audit.shardsAtOnce, audit.overlap) = (
      threads.threads, sharing.shardsAtOnce, sharing.overlap.overlap
    )
    try Launch.run { replicas in
      try audit.write(found, data: choice, assignments, over: replicas.summing(by: sharing.reduction), to: out)
    }
  }
}
