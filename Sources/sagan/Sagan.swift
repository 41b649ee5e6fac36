import ArgumentParser
import BLAS
import Foundation
import Kernels
import MPI
import Training

/// The command `sagan`.
struct Sagan: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sagan",
    abstract: "Trains class-conditional generative adversarial networks on CPUs, on one core or many ranks.",
    version: ProgramVersion.description,
    subcommands: [
      TrainCommand.self, PresetsCommand.self, SampleCommand.self, InspectCommand.self, AgreementCommand.self,
      AuditCommand.self, BenchCommand.self,
    ])
}

/// What is wrong with the environment's variables.
struct EnvironmentFault: ReportedError {
  let exitCode: Int32 = 64
  let description: String

  /// A fault, if there is one.
  init?() {
    let (name, algorithms) = (ConvolutionAlgorithm.variable, ConvolutionAlgorithm.allCases)
    guard let value = ProcessInfo.processInfo.environment[name], ConvolutionAlgorithm(rawValue: value) == nil else {
      return nil
    }
    let known = algorithms.map(\.rawValue).joined(separator: " or ")
    description = "the environment's \(name) is '\(value)', not \(known); change it, or unset it"
  }
}

@main
enum Main {
  static func main() {
    BLASLibrary.useKernelsOfBuild()
    Console.secureStandardFiles()
    if let fault = EnvironmentFault() { Launch.exit(saying: fault.sentence, exitCode: fault.exitCode) }
    do {
      var command = try Sagan.parseAsRoot()
      try command.run()
    } catch let error as any ReportedError {
      Launch.exit(saying: error.sentence, exitCode: error.exitCode)
    } catch {
      // Help, the version and faults of usage have codes of their own; `failure` is for errors the parser does not know.
      let code = Sagan.exitCode(for: error)
      guard code != .failure else { Launch.exit(saying: "unexpected error: \(error)", exitCode: 70) }
      guard code == .success else {
        let fault = UsageFault(error, in: Array(CommandLine.arguments.dropFirst()))
        Launch.exit(saying: fault.sentence, exitCode: fault.exitCode)
      }
      Launch.exit(Sagan.fullMessage(for: error), exitCode: 0)
    }
  }
}
