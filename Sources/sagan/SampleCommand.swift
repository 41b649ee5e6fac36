import ArgumentParser
import BLAS
import Foundation
import Training

/// `sagan sample`.
struct SampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample", abstract: "Draw a grid of samples of a checkpoint's averaged generator, one row per class.")

  @Option(help: ArgumentHelp("A checkpoint, or a run directory for its newest.", valueName: "DIR"))
  var checkpoint: String

  @Option(help: ArgumentHelp("The picture to write.", valueName: "FILE.png"))
  var out: String

  @OptionGroup var threads: ThreadsOption

  func run() throws {
    guard Launch.isRoot else { return }
    BLASLibrary.useCallingThread()
    try SampleGrid.write(checkpoint: checkpoint, to: out, threads: threads.threads)
  }
}
