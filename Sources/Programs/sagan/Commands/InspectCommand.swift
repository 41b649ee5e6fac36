import Checkpoints
import ArgumentParser
import BLAS
import Logging

/// `sagan inspect`.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract:
      "Show what a checkpoint holds: step, settings, shape and norm of each tensor, spectral norm of each layer.",
    discussion: """
      The norm of a tensor is its Euclidean length. A layer's stored σ is compared with uᵀWv of its stored vectors, which \
      must be equal, and with the weight's largest singular value, which σ approximates. The command changes nothing.
      """)

  @Argument(help: "A checkpoint, a run directory for its newest, or a safetensors file.")
  var path: String

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    guard Launch.isRoot else { return }
    BLASLibrary.useCallingThread()
    let inspection = try Inspection(path, logger: .console)
    try Console.deliver((json ? inspection.json : "\(inspection)") + "\n")
  }
}
