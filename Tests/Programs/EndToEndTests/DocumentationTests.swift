import Foundation
import TestSupport
import Testing

/// The commands, presets and exit codes that the README and docs/ tell users about.
@Suite struct Documentation {
  /// Every document for users.
  static let documents =
    ["README.md", "cluster/README.md", "hostfiles/README.md"]
    + [
      "architecture", "attention", "audit", "clusters", "configuration", "checkpoints", "data", "evaluation",
      "exit-codes", "interchange", "metrics", "performance", "recipes", "report",
      "recovery",
      "reproducibility",
      "reproduction",
      "sampling",
      "security",
    ]
    .map { "docs/\($0).md" }

  private static let package = Program.package

  private static func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: package.appendingPathComponent(path)), as: UTF8.self)
  }

  @Test func presetsOfTheReadmeAreWhatADryRunPrints() throws {
    let section = try Self.text("README.md").components(separatedBy: "\n## ").first { $0.hasPrefix("Presets") }
    let rows = try #require(section).split(separator: "\n").filter { $0.hasPrefix("| `") }
    let presets = try Program.run(["presets"]).output.split(separator: "\n").dropFirst()
    #expect(rows.count >= 9 && rows.count == presets.count)
    for row in rows {
      let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      try #require(cells.count == 5, "\(row)")
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

  @Test(arguments: documents) func everyOptionExists(document: String) throws {
    var help = ""
    for command in [
      "train", "sample", "attention", "inspect", "presets", "evaluate", "statistics", "audit", "report", "cache",
      "data pack", "import", "export",
      "bench step",
      "bench kernels",
      "bench allreduce",
      "bench scaling",
      "bench project",
      "experiment run",
      "experiment report",
    ] {
      help += try Program.run(command.split(separator: " ").map(String.init) + ["--help"]).output
    }
    // Those of launchers, schedulers, other programs and the project's scripts are none of the program's.
    let others: Set = [
      "--oversubscribe", "--bind-to", "--mca", "--mpi", "--cpus", "--map-by", "--hostfile", "--help", "--version",
      "--mount", "--signal",
      "--requeue", "--cpu-list", "--pairs", "--ranks", "--ranks-per-node", "--interface", "--bind", "--nodes",
      "--ntasks-per-node", "--cpus-per-task", "--time", "--start", "--file", "--tag", "--filename", "--follow",
      "--logdir", "--configuration", "--filter", "--disable-testable-imports", "--disable-xctest",
      "--hier", "--mybn", "--cross",
      "--binary", "--before", "--cores", "--precisions", "--variants", "--pictures",
    ]
    let words = Set(try Self.text(document).matches(of: /[^-\w](--[a-z][-a-z]+)/).map { String($0.output.1) })
    #expect(!words.isEmpty)
    for word in words where !others.contains(word) {
      #expect(help.contains(word), "\(word) is in \(document) and in no command's help")
    }
  }

  /// Runs every command that a document shows; training is only planned, and benchmarks are cut short.
  @Test(arguments: documents) func everyCommandRuns(document: String) throws {
    let commands = try Self.commands(document)
    if document == "README.md" { #expect(commands.count >= 12) }
    guard !commands.isEmpty else { return }
    let scratch = try Scratch()
    // What the README's first command would leave, but for its size and the number of images.
    expectSuccess(
      try Program.run(
        [
          "train", "--preset", "tiny", "--data", "synthetic:count=200", "--out", "runs/mine", "--steps", "1",
          "--evaluate-every", "1", "--evaluate-samples", "100",
        ],
        in: scratch))
    // A run to compare it with, and one that a document calls by what it was trained on.
    for name in ["runs/other", "runs/photographs"] {
      try FileManager.default.copyItem(atPath: scratch.at("runs/mine"), toPath: scratch.at(name))
    }
    try Self.makePhotographs(in: scratch)
    if document == "docs/data.md" { try Self.copyOtherFiles(to: scratch) }
    // Weights as BigGAN-PyTorch saves them.
    for (fixture, name) in [("G", "G_best0"), ("G_ema", "G_ema_best0"), ("D", "D_best0")] {
      try scratch.write(try Fixtures.bytes(fixture + ".pth", in: "interchange"), to: "weights/\(name).pth")
    }
    // Benchmarks of clusters start in the project's folder, with a hostfile of one's own.
    for folder in ["cluster", "docs"] {
      try FileManager.default.createSymbolicLink(
        atPath: scratch.at(folder), withDestinationPath: Self.package.appendingPathComponent(folder).path)
    }
    try scratch.write(Array("localhost slots=4\n".utf8), to: "hostfiles/mine")
    // Experiments of which nothing has run yet.
    let experiment =
      #"{"format":"sagan experiment 1","scale":"quick","data":"fashion-mnist","extractor":"classifier","photograph_extractor":"classifier","changes":[],"seeds":1}"#
    try scratch.write(Array(experiment.utf8), to: "experiments/quick/experiment.json")
    for command in commands {
      let plans = command.hasPrefix("train ") && !command.contains("--print-config") && !command.contains("--dry-run")
      let cut =
        [
          "bench step": " --preset tiny --steps 1", "bench kernels": " --preset tiny --budget 0",
          // Of options that are given twice the last ones count.
          "bench scaling": " --preset tiny --batch 4 --steps 1 --rounds 1 --sum-bytes 1000 --hostfile hostfiles/mine "
            + "--interface lo --bind none",
        ]
        .first { command.hasPrefix($0.key) }
      // A shell, since some commands write to a file.
      let line = "\"$0\" " + command + (plans ? " --dry-run" : cut?.value ?? "")
      expectSuccess(try RunningCommand(["bash", "-c", line, Program.path], in: scratch).wait())
    }
    if document == "README.md" {
      for name in ["grid.png", "runs/audit.safetensors", "runs/samples.safetensors"] { #expect(scratch.holds(name)) }
    }
  }

  /// What follows the program's name in lines that are set as code, with or without the program's folder.
  private static func commands(_ document: String) throws -> [String] {
    let lines = try text(document).replacingOccurrences(of: "\\\n", with: " ").components(separatedBy: "\n")
    return lines.compactMap { line in
      guard line.hasPrefix("    "), let start = line.firstRange(of: /(^ +|\/)sagan (?=[-a-z])/) else { return nil }
      // A comment, another program's command, or that a shell shall not wait: tests do.
      let command = line[start.upperBound...].components(separatedBy: " #")[0].components(separatedBy: " &&")[0]
      return command.hasSuffix(" &") ? String(command.dropLast(2)) : command
    }
  }

  /// A folder of two classes in the place where `make photographs` puts its crops.
  private static func makePhotographs(in scratch: Scratch) throws {
    expectSuccess(try Program.run(["sample", "--checkpoint", "runs/mine", "--out", "picture.png"], in: scratch))
    let picture = try scratch.bytes("picture.png")
    for name in ["Aqua/0000.png", "Dune/0000.png"] { try scratch.write(picture, to: "data/photographs/" + name) }
  }

  /// Files of other programs under the names that documents give them.
  private static func copyOtherFiles(to scratch: Scratch) throws {
    try FileManager.default.createDirectory(atPath: scratch.at("shards"), withIntermediateDirectories: false)
    for (fixture, name) in [
      "planar.hdf5": "ILSVRC128.hdf5", "shards-000.tar": "shards/photos-000.tar",
      "shards-001.tar": "shards/photos-001.tar",
      "records-encoded": "imagenet", "stylegan.zip": "ffhq.zip", "named.npz": "images.npz",
    ] {
      try FileManager.default.copyItem(
        atPath: package.path + "/Tests/Fixtures/data/" + fixture, toPath: scratch.at(name))
    }
  }

  @Test(arguments: ["tiny", "sagan32"], 0..<3) func lossesBeginAsTheMetricsSay(preset: String, seed: Int) throws {
    let rows = try Self.text("docs/metrics.md").split(separator: "\n")
    let row = try #require(rows.first { $0.hasPrefix("| `") && $0.contains("`\(preset)`") })
    let range = try #require(row.firstMatch(of: /\| ([0-9.]+) to ([0-9.]+) \|/)?.output)
    let scratch = try Scratch()
    expectSuccess(
      try Program.run(
        ["train", "--preset", preset, "--data", "synthetic", "--seed", "\(seed)", "--batch", "8", "--steps", "1"]
          + ["--out", scratch.at("run")]))
    let loss = try #require(
      try scratch.text("run/metrics.jsonl").firstMatch(of: /"loss\/discriminator":([0-9.]+)/)?.output.1)
    let value = try #require(Double(loss))
    // The ends are what some seed gave on one processor; others round otherwise.
    let (least, most) = (try #require(Double(range.1)), try #require(Double(range.2)))
    #expect(0.95 * least <= value && value <= 1.05 * most, "\(preset) begins at \(value)")
  }

  /// Checks that a row of the table has the values that the program expects of its setting, in other words.
  private static func expectRange(_ row: Substring) throws {
    let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    let key = cells[0].trimmingCharacters(in: ["`"])
    let outcome = try Program.run(["train", "--preset", "tiny", "--print-config", "--set", key + "="])
    let sentence = try #require(outcome.errors.firstMatch(of: /expected (.*) for [a-z0-9-]+ and found ''/), "\(row)")
    let expected = String(sentence.output.1).replacing(
      /^(a whole number|a number|one) (from|of) |^a number (?=above)/, with: ""
    )
    .replacing(" or a whole number from ", with: ", ").replacing(" or ", with: ", ")
    var documented = cells[1].replacing("`", with: "")
    for (short, long) in [("10⁶", "1000000"), ("10⁹", "1000000000"), ("2⁶⁴ − 1", "\(UInt64.max)")] {
      documented = documented.replacing(short, with: long)
    }
    #expect(documented == expected, "\(row)")
  }

  @Test func everySettingIsExplained() throws {
    let rows = try Self.text("docs/configuration.md").split(separator: "\n").filter { $0.hasPrefix("| `") }
    let settings = try Program.run(["presets", "sagan128"], under: Program.withoutChoice).output.split(separator: "\n")
    for (row, setting) in zip(rows, settings) {
      let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      #expect(cells.count == 4 && !cells[1].isEmpty && !cells[3].isEmpty, "\(row)")
      #expect(cells[0] + cells[2] == setting.split(separator: ": ").map { "`\($0)`" }.joined(), "\(row)")
    }
    for row in rows.prefix(settings.count) where !row.hasPrefix("| `preset`") && !row.hasPrefix("| `data`") {
      try Self.expectRange(row)
    }
    // The remaining rows are of options that are no settings.
    let help = try Program.run(["train", "--help"]).output
    #expect(rows.count > settings.count + 5)
    for row in rows.dropFirst(settings.count) {
      let option = try #require(row.firstMatch(of: /--[a-z-]+/)).output
      #expect(help.contains("  \(option) ") && !settings.contains { $0.hasPrefix(option.dropFirst(2) + ":") }, "\(row)")
    }
  }
}
