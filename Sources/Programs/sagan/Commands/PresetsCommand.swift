import Reports
import Configuration
import ArgumentParser

/// `sagan presets`.
struct PresetsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "presets", abstract: "List the presets, or print the settings of one as YAML for --config.")

  @Argument(help: ArgumentHelp("A preset.", valueName: "NAME"), completion: .list(TrainingSettings.presetNames))
  var name: String?

  mutating func validate() throws {
    if let name, !TrainingSettings.presetNames.contains(name) {
      throw ValidationError(TrainingSettings.unknownPreset(name, origin: ""))
    }
  }

  func run() throws {
    guard Launch.isRoot else { return }
    try Console.deliver(
      try name.map { try TrainingSettings.preset(named: $0).yaml() } ?? "\(PresetList())\n")
  }
}
