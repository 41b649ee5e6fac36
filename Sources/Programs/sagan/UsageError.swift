import Configuration
import Files
import ArgumentParser
import Foundation

/// What is wrong with a command line, in one sentence with the name that may have been meant.
struct UsageError: ReportedError {
  let exitCode: Int32
  private let message: String
  private let command: any ParsableCommand.Type
  /// What follows the command's name.
  private let options: [String]

  /// A fault that the parser found in `arguments`.
  init(_ error: any Error, in arguments: [String]) {
    exitCode = Sagan.exitCode(for: error).rawValue
    // The parser gives a list of values one line each.
    let text = Sagan.message(for: error).replacingOccurrences(of: ":\n  - ", with: ": ")
    message = text.replacingOccurrences(of: "\n  - ", with: ", ")
    var command: any ParsableCommand.Type = Sagan.self
    var rest = arguments[...]
    while let next = command.configuration.subcommands.first(where: { $0.configuration.commandName == rest.first }) {
      command = next
      rest = rest.dropFirst()
    }
    self.command = command
    options = Array(rest)
  }

  var description: String { (unknownOption ?? unknownCommand ?? message) + " (see --help)" }

  private var unknownOption: String? {
    let own = options.prefix { $0 != "--" }.filter { $0.hasPrefix("--") }.map { $0.dropFirst(2).prefix { $0 != "=" } }
    let known = OptionNames.of(command)
    guard let name = own.first(where: { !known.contains(String($0)) }) else { return nil }
    let settings = command == TrainCommand.self ? TrainingSettings.settingKeys : []
    guard let nearest = NearestName.find(String(name), among: known + settings) else { return nil }
    return "unknown option '--\(name)'; did you mean "
      + (known.contains(nearest) ? "'--\(nearest)'?" : "'--set \(nearest)=VALUE'?")
  }

  private var unknownCommand: String? {
    let commands = command.configuration.subcommands.compactMap { $0.configuration.commandName }
    guard let name = options.first, !name.hasPrefix("-"), !commands.isEmpty,
      let nearest = NearestName.find(name, among: commands + ["help"])
    else { return nil }
    return "unknown command '\(name)'; did you mean '\(nearest)'?"
  }
}

/// The long options of a command, as the parser describes them to other programs.
private enum OptionNames {
  private struct Description: Decodable {
    struct Command: Decodable { let arguments: [Argument]? }
    struct Argument: Decodable { let names: [Name]? }
    struct Name: Decodable { let kind, name: String }
    let command: Command
  }

  static func of(_ command: any ParsableCommand.Type) -> [String] {
    let description = try? JSONDecoder().decode(Description.self, from: Data(command._dumpHelp().utf8))
    let names = (description?.command.arguments ?? []).flatMap { $0.names ?? [] }
    return names.filter { $0.kind == "long" }.map(\.name) + ["help", "version"]
  }
}
