import ArgumentParser
import Foundation
import MPI
import Training

/// The command `sagan`.
struct Sagan: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sagan",
    abstract: "Trains class-conditional generative adversarial networks on CPUs, on one core or many ranks.",
    version: ProgramVersion.description, subcommands: [TrainCommand.self, SampleCommand.self])
}

@main
enum Main {
  static func main() {
    do {
      var command = try Sagan.parseAsRoot()
      try command.run()
    } catch let error as any ReportedError {
      Launch.exit(saying: error.description, exitCode: error.exitCode)
    } catch where Sagan.exitCode(for: error) == .failure {
      Launch.exit(saying: "unexpected error: \(error)", exitCode: 70)
    } catch {
      Launch.exit(Sagan.fullMessage(for: error), exitCode: Sagan.exitCode(for: error).rawValue)
    }
  }
}
