import Foundation
import Testing

/// The commands, presets and exit codes that the README and docs/ tell users about.
@Suite struct Documentation {
  private static func text(_ path: String) throws -> String {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return String(decoding: try Data(contentsOf: package.appendingPathComponent(path)), as: UTF8.self)
  }

  @Test func theREADMEsTableOfPresetsIsWhatADryRunPrints() throws {
    let rows = try Self.text("README.md").split(separator: "\n").filter { $0.hasPrefix("| `") && $0.contains("×") }
    let help = try Program.run(["train", "--help"]).output
    #expect(rows.count >= 9)
    for row in rows {
      let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      let preset = cells[0].trimmingCharacters(in: ["`"])
      #expect(help.contains(preset))
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

  @Test func everyOptionInTheREADMEExists() throws {
    let readme = try Self.text("README.md")
    var help = ""
    for command in ["train", "sample", "audit"] { help += try Program.run([command, "--help"]).output }
    // The launcher's and make's own are none of the program's.
    let others: Set = ["--oversubscribe", "--bind-to", "--mca", "--map-by", "--help", "--version"]
    for word in Set(readme.matches(of: /--[a-z][-a-z]+/).map { String($0.output) }) where !others.contains(word) {
      #expect(help.contains(word), "\(word) is in the README and in no command's help")
    }
  }

  @Test func theCommandsOfTheREADMERun() throws {
    let scratch = try Scratch()
    let lines = try Self.text("README.md").replacingOccurrences(of: "\\\n", with: " ").split(separator: "\n")
    let commands = lines.filter { $0.hasPrefix("    ") && $0.contains(".build/release/sagan ") }
    #expect(commands.count >= 5)
    for command in commands {
      // The program's own words, with its directories moved here, and small enough for a test.
      let words = command.split(separator: "#")[0].components(separatedBy: ".build/release/sagan ")[1]
        .split(separator: " ").map(String.init)
        .map { $0.hasPrefix("runs/") || $0.hasSuffix(".png") ? scratch.at($0) : $0 }
      let small = words.first == "train" ? ["--dry-run"] : []
      if words.first == "sample" {
        // What the README's first command would have left.
        let run = ["train", "--preset", "tiny", "--out", scratch.at("runs/mine"), "--steps", "1"]
        expectSuccess(try Program.run(run))
      }
      expectSuccess(try Program.run(words + small))
    }
    #expect(scratch.holds("grid.png"))
  }
}
