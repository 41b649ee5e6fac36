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

  @Option(help: "Threads.")
  var threads = 1

  mutating func validate() throws {
    guard threads >= 1 && threads <= 1024 else {
      throw ValidationError("expected --threads from 1 to 1024 and found \(threads)")
    }
  }

  func run() throws {
    guard Launch.isRoot else { return }
    BLASLibrary.useCallingThread()
    try SampleGrid.write(checkpoint: checkpoint, to: out, threads: threads)
  }
}
