import Files
import Runs
import ArgumentParser
import BLAS
import Foundation
import MPI

/// The command `sagan`.
struct Sagan: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sagan",
    abstract: "Train class-conditional generative adversarial networks on CPUs, on one core or many ranks.",
    version: ProgramVersion.description,
    subcommands: [
      TrainCommand.self, PresetsCommand.self, SampleCommand.self, AttentionCommand.self, InspectCommand.self,
      ImportCommand.self, ExportCommand.self, EvaluateCommand.self, StatisticsCommand.self, ReportCommand.self,
      AuditCommand.self, DataCommand.self, CacheCommand.self,
      BenchCommand.self, ExperimentCommand.self,
    ])
}

@main
enum Main {
  static func main() {
    BLASLibrary.useKernelsOfBuild()
    Console.secureStandardFiles()
    if let fault = ArgumentTextError() { Launch.exit(saying: fault.sentence, exitCode: fault.exitCode) }
    StopSignals.begin()
    if let fault = EnvironmentError() { Launch.exit(saying: fault.sentence, exitCode: fault.exitCode) }
    let arguments = DashedValues.joined(in: Array(CommandLine.arguments.dropFirst()))
    do {
      var command = try Sagan.parseAsRoot(arguments)
      try command.run()
      Console.flush()
    } catch let error as OutputLostError where error.hasReaderGone {
      Foundation.exit(error.exitCode)
    } catch let error as any ReportedError {
      Launch.exit(saying: error.sentence, exitCode: error.exitCode)
    } catch {
      // Help, the version and faults of usage have codes of their own; `failure` is for errors the parser does not know.
      let code = Sagan.exitCode(for: error)
      guard code != .failure else { Launch.exit(saying: "unexpected error: \(error)", exitCode: 70) }
      guard code == .success else {
        let fault = UsageError(error, in: arguments)
        Launch.exit(saying: fault.sentence, exitCode: fault.exitCode)
      }
      Launch.exit(Sagan.fullMessage(for: error), exitCode: 0)
    }
  }
}
