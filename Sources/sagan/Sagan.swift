import ArgumentParser
import Foundation
import MPI
import Training

/// The command `sagan`.
struct Sagan: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sagan",
    abstract: "Trains class-conditional generative adversarial networks on CPUs, on one core or many ranks.",
    version: ProgramVersion.description,
    subcommands: [TrainCommand.self, SampleCommand.self, AgreementCommand.self, AuditCommand.self])
}

@main
enum Main {
  static func main() {
    do {
      var command = try Sagan.parseAsRoot()
      try command.run()
    } catch let error as any ReportedError {
      Launch.exit(saying: error.sentence, exitCode: error.exitCode)
    } catch {
      // Help, the version and faults of usage have codes of their own; `failure` is for errors the parser does not know.
      let code = Sagan.exitCode(for: error)
      guard code != .failure else { Launch.exit(saying: "unexpected error: \(error)", exitCode: 70) }
      guard code == .success else { Launch.exit(saying: sentence(for: error), exitCode: code.rawValue) }
      Launch.exit(Sagan.fullMessage(for: error), exitCode: 0)
    }
  }

  /// What is wrong with the command line, on one line: the parser gives a list of values one line each.
  private static func sentence(for error: any Error) -> String {
    Sagan.message(for: error).replacingOccurrences(of: ":\n  - ", with: ": ")
      .replacingOccurrences(of: "\n  - ", with: ", ") + " (see --help)"
  }
}
