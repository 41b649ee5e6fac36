import ArgumentParser
import BLAS
import Datasets
import Foundation
import Logging
import Training

/// `sagan audit`.
struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Write down the two updates that follow a checkpoint in full, to be replayed by another program.")

  @Option(help: ArgumentHelp("A checkpoint, or a run directory for its newest.", valueName: "DIR"))
  var checkpoint: String

  @Option(help: "Real images of the discriminator's update; the generator's batch follows.")
  var batch: Int

  @Option(help: "Parts that a batch is cut into; else the checkpoint's.")
  var shards: Int?

  @OptionGroup var data: DataOptions

  @Option(help: ArgumentHelp("The file to write.", valueName: "FILE.safetensors"))
  var out: String

  @OptionGroup var convolutions: ConvolutionOption

  @OptionGroup var threads: ThreadsOption

  func run() throws {
    guard Launch.isRoot else { return }
    BLASLibrary.useCallingThread()
    var assignments = [SettingAssignment(key: "batch", value: "\(batch)", origin: "--batch")]
    if let shards { assignments.append(SettingAssignment(key: "shards", value: "\(shards)", origin: "--shards")) }
    try Audit.write(
      .existing(in: checkpoint, logger: .console), data: try data.choice(), assignments + convolutions.assignments,
      to: out,
      threads: threads.threads)
  }
}
