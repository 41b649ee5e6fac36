import Foundation
import Testing

/// The commands, presets and exit codes that the README and docs/ tell users about.
@Suite struct Documentation {
  private static func text(_ path: String) throws -> String {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return String(decoding: try Data(contentsOf: package.appendingPathComponent(path)), as: UTF8.self)
  }

  @Test func presetsOfTheReadmeAreWhatADryRunPrints() throws {
    let rows = try Self.text("README.md").split(separator: "\n").filter { $0.hasPrefix("| `") }
    let presets = try Program.run(["presets"]).output.split(separator: "\n").dropFirst()
    #expect(rows.count >= 9 && rows.count == presets.count)
    for row in rows {
      let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      let preset = cells[0].trimmingCharacters(in: ["`"])
      #expect(presets.contains { $0.hasPrefix(preset + " ") })
      let outcome = try Program.run(["train", "--preset", preset, "--data", "synthetic", "--dry-run"])
      expectSuccess(outcome)
      let counts = cells[2].components(separatedBy: "; ")
      if counts.count == 2 {
        #expect(outcome.output.contains("generator \(counts[0]), discriminator \(counts[1])\n"), "\(row)")
      }
      let batches = cells[3].components(separatedBy: ", ")
      if batches.count == 2 {
        #expect(
          outcome.output.contains("generator \(batches[0]), discriminator \(batches[1]), in \(cells[4]) shards"),
          "\(row)")
      }
    }
  }

  @Test func everyOptionInTheReadmeExists() throws {
    let readme = try Self.text("README.md")
    var help = ""
    for command in ["train", "presets", "sample", "agreement", "audit"] {
      help += try Program.run([command, "--help"]).output
    }
    // The launcher's and make's own are none of the program's.
    let others: Set = ["--oversubscribe", "--bind-to", "--mca", "--map-by", "--help", "--version"]
    for word in Set(readme.matches(of: /--[a-z][-a-z]+/).map { String($0.output) }) where !others.contains(word) {
      #expect(help.contains(word), "\(word) is in the README and in no command's help")
    }
  }

  @Test func commandsOfTheReadmeRun() throws {
    let scratch = try Scratch()
    let lines = try Self.text("README.md").replacingOccurrences(of: "\\\n", with: " ").split(separator: "\n")
    let commands = lines.filter { $0.hasPrefix("    ") && $0.contains(".build/release/sagan ") }
    #expect(commands.count >= 6)
    // What the first command would leave, but for its size and the number of images.
    expectSuccess(
      try Program.run([
        "train", "--preset", "tiny", "--data", "synthetic:count=200", "--out", scratch.at("runs/mine"), "--steps", "1",
      ]))
    for command in commands {
      let words = command.split(separator: "#")[0].components(separatedBy: ".build/release/sagan ")[1]
        .split(separator: " ").map(String.init)
        .map { $0.hasPrefix("runs/") || $0.contains(/\.[a-z]+$/) ? scratch.at($0) : $0 }
      expectSuccess(try Program.run(words + (words.first == "train" ? ["--dry-run"] : [])))
    }
    #expect(scratch.holds("runs/audit.safetensors"))
    #expect(scratch.holds("grid.png"))
  }

  @Test func everySettingIsExplained() throws {
    let rows = try Self.text("docs/configuration.md").split(separator: "\n").filter { $0.hasPrefix("| `") }
    let settings = try Program.run(["presets", "sagan128"]).output.split(separator: "\n")
    for (row, setting) in zip(rows, settings) {
      let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      #expect(cells.count == 4 && !cells[1].isEmpty && !cells[3].isEmpty, "\(row)")
      #expect(cells[0] + cells[2] == setting.split(separator: ": ").map { "`\($0)`" }.joined(), "\(row)")
    }
    // The remaining rows are of options that are no settings.
    let help = try Program.run(["train", "--help"]).output
    #expect(rows.count > settings.count + 5)
    for row in rows.dropFirst(settings.count) {
      let option = try #require(row.firstMatch(of: /--[a-z-]+/)).output
      #expect(help.contains("  \(option) ") && !settings.contains { $0.hasPrefix(option.dropFirst(2) + ":") }, "\(row)")
    }
  }

  @Test func commandsOfTheConfigurationPageRun() throws {
    let scratch = try Scratch()
    expectSuccess(
      try Program.run(["train", "--preset", "tiny", "--out", scratch.at("runs/mine"), "--steps", "1"]))
    let lines = try Self.text("docs/configuration.md").split(separator: "\n").filter { $0.hasPrefix("    sagan ") }
    #expect(lines.count >= 4)
    for line in lines {
      let command = line.replacing("    sagan", with: Program.path)
      expectSuccess(try RunningCommand(["bash", "-c", String(command)], in: scratch).wait())
    }
    #expect(scratch.holds("runs/again/config.yaml") && scratch.holds("mine.yaml"))
  }
}
