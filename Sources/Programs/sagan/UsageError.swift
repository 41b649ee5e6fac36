import Configuration
import Files
import ArgumentParser
import Foundation

/// What is wrong with a command line, in one sentence with the name that may have been meant.
struct UsageError: ReportedError {
  let exitCode: Int32
  private let message: String
  private let command: any ParsableCommand.Type

  /// A fault that the parser found in `arguments`.
  init(_ error: any Error, in arguments: [String]) {
    exitCode = Sagan.exitCode(for: error).rawValue
    // The parser gives a list of values one line each.
    message = Sagan.message(for: error).replacingOccurrences(of: ":\n  - ", with: ": ")
      .replacingOccurrences(of: "\n  - ", with: ", ")
    var command: any ParsableCommand.Type = Sagan.self
    for name in arguments where !name.hasPrefix("-") {
      guard let next = command.configuration.subcommands.first(where: { $0.configuration.commandName == name }) else {
        break
      }
      command = next
    }
    self.command = command
  }

  var description: String { (unknownOption ?? unknownCommand ?? unfitValue ?? message) + " (see --help)" }

  /// What was expected instead of a value: what its kind says, one of a few words, or else a number.
  private var unfitValue: String? {
    guard let match = message.wholeMatch(of: /The value '(.*)' is invalid for '(--[a-z-]+) <.*>'(.*)/) else {
      return nil
    }
    var expected = "expected a number"
    if let own = match.3.wholeMatch(of: /: (expected .*)/) { expected = String(own.1) }
    if let words = match.3.wholeMatch(of: /\. Please provide one of (.*)\./) {
      expected = "expected " + words.1.replacing(" and ", with: " or ")
    }
    return "\(expected) after \(match.2) and found '\(match.1)'"
  }

  private var unknownOption: String? {
    guard let match = message.firstMatch(of: /^Unknown option '--([^'=]+)/) else { return nil }
    let name = String(match.1)
    let options = Sagan.helpMessage(for: command).matches(of: /--([a-z][-a-z]+)/).map { String($0.1) }
    let settings = command == TrainCommand.self ? TrainingSettings.settingKeys : []
    let start = "unknown option '--\(name)'; did you mean "
    guard let nearest = NearestName.find(name, among: options + settings) else { return nil }
    return start + (options.contains(nearest) ? "'--\(nearest)'?" : "'--set \(nearest)=VALUE'?")
  }

  private var unknownCommand: String? {
    guard command == Sagan.self, let match = message.firstMatch(of: /^Unexpected argument '([^']*)'/) else {
      return nil
    }
    let name = String(match.1)
    let commands = Sagan.configuration.subcommands.compactMap { $0.configuration.commandName }
    guard let nearest = NearestName.find(name, among: commands) else { return nil }
    return "unknown command '\(name)'; did you mean '\(nearest)'?"
  }
}
