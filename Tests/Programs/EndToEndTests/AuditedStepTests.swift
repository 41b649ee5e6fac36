import Formats
import Testing

/// What `sagan audit` says of a step is what the run then does: equal bytes of all that a checkpoint holds.
///
/// Each value of a setting stands beside each other value in one of the cases. Attention on maps of 128 pixels would take most of
/// the time; that it may stand behind the last block is tested on maps of 32 and 64.
@Suite struct AuditedSteps {
  @Test(arguments: AuditCase.pairs) func theAuditIsTheStepThatTrainingMakes(audited: AuditCase) throws {
    let scratch = try Scratch()
    expectSuccess(try Program.run(audited.training(scratch.at("run"), steps: 1)))
    let file = scratch.at("audit.safetensors")
    expectSuccess(
      try Program.run(
        ["audit", "--checkpoint", scratch.at("run"), "--out", file] + audited.way, ranks: audited.ranks))
    // On another number of ranks, and by the usual way to take sums.
    expectSuccess(
      try Program.run(
        audited.training(scratch.at("next"), steps: 2) + ["--resume", scratch.at("run")], ranks: 3 - audited.ranks))
    try expectSameStep(file, scratch.at("next/checkpoints/step-00000002"))
  }

  /// Steps that a run makes without an audit beside them, and with all that it measures and draws in between.
  @Test func severalStepsAreThoseOfTheRun() throws {
    let scratch = try Scratch()
    let settings = ["discriminator-updates=2", "average-start=1", "initial-gamma=0.5"].flatMap { ["--set", $0] }
    func train(_ out: String, steps: Int, every: Int, _ more: [String] = []) throws {
      let often = ["log-every", "sample-every", "audit-every"].flatMap { ["--set", "\($0)=\(every)"] }
      let arguments = ["train", "--preset", "tiny", "--out", scratch.at(out), "--steps", "\(steps)"]
      expectSuccess(try Program.run(arguments + settings + often + more))
    }
    try train("run", steps: 2, every: 1)
    expectSuccess(
      try Program.run(
        ["audit", "--checkpoint", scratch.at("run"), "--steps", "4", "--out", scratch.at("audits")], ranks: 2))
    try train("often", steps: 6, every: 1, ["--resume", scratch.at("run")])
    try train("seldom", steps: 6, every: 1000, ["--resume", scratch.at("run")])
    for run in ["often", "seldom"] {
      try expectSameStep(scratch.at("audits/step-00000006.safetensors"), scratch.at(run + "/checkpoints/step-00000006"))
    }
    #expect(try scratch.tree("audits").keys.sorted() == (3...6).map { "step-0000000\($0).safetensors" })
  }

  /// The whole file, the parts of each shard included, is the same however it is taken.
  @Test(arguments: ["none", "differentiable"]) func auditsHaveTheSameBytesHoweverTheyAreTaken(augment: String) throws {
    let (scratch, audits) = (try Scratch(), try Scratch())
    expectSuccess(
      try Program.run(
        ["train", "--preset", "tiny", "--augment", augment, "--out", scratch.at("run"), "--steps", "1"]))
    func audit(_ name: String, _ options: [String], ranks: Int?) throws {
      expectSuccess(
        try Program.run(
          ["audit", "--checkpoint", scratch.at("run"), "--parts", "--attention", "--out", audits.at(name)]
            + options, ranks: ranks))
    }
    try audit("alone", [], ranks: nil)
    try audit("threads", ["--threads", "2"], ranks: nil)
    try audit("groups", ["--shards-at-once", "1"], ranks: nil)
    try audit("ranks", ["--overlap", "polling"], ranks: 2)
    try audit("many", ["--shards-at-once", "1", "--overlap", "thread"], ranks: 4)
    try audit("grouped", ["--shards-at-once", "1", "--reduction", "gather"], ranks: 2)
    let files = try audits.tree()
    #expect(files.count == 6)
    for (name, bytes) in files { #expect(bytes == files["alone"], "\(name)") }
  }
}

/// Compares an audit with the checkpoint after its step, bit by bit.
private func expectSameStep(_ audit: String, _ checkpoint: String) throws {
  let file = try SafetensorsFile(path: audit)
  let last =
    "d\(file.names.compactMap { $0.hasPrefix("d") ? $0.dropFirst().prefix { $0.isNumber } : nil }.compactMap { Int($0) }.max() ?? 0)"
  var count = 0
  func compare(_ name: String, _ prefix: (String) -> String) throws {
    let other = try SafetensorsFile(path: checkpoint + "/" + name + ".safetensors")
    for tensor in other.names {
      count += 1
      let (found, expected) = (try file.floats(prefix(tensor)), try other.floats(tensor))
      #expect(found.map(\.bitPattern) == expected.map(\.bitPattern), "\(prefix(tensor)) and \(tensor) of \(name)")
    }
  }
  try compare("generator") { "g/updated/" + $0 }
  try compare("discriminator") { "\(last)/updated/" + $0 }
  try compare("generator-average") { "g/average/" + $0 }
  try compare("state") {
    // generator-adam-v/linear.weight is g/adam-v/linear.weight.
    let update = $0.hasPrefix("generator") ? "g" : last
    return update + $0.drop { $0 != "-" }.replacing("-adam", with: "/adam", maxReplacements: 1)
  }
  #expect(count > 100)
}

/// One configuration, and one way to take its audit.
struct AuditCase: Hashable, CustomTestStringConvertible {
  /// Those whose networks are of different shapes, then the others.
  ///
  /// Where the other columns decide head, width and attention, the presets `acgan…` are
  /// `sngan-projection…`, and `photos64` is `sagan64`; one case of each follows the pairs.
  private static let presets = [
    "sagan128", "sagan64", "sagan32", "sngan-projection128", "sngan-projection32", "fashion32", "tiny", "acgan128",
    "acgan32", "photos64",
  ]
  private static let paired = 7
  private static let columns: [[String]] = [
    presets, ["projection", "classifier"], ["shard", "global"],
    ["none", "8", "16", "32", "64", "8,16", "residual 8,16"],
    ["none", "4", "8", "16", "32", "64", "8,16", "residual 8,16"], ["both", "generator", "discriminator", "neither"],
    ["1", "2"], ["1", "2"],
    ["none", "polling", "thread"],
  ]

  /// Which value each column has.
  private let choice: [Int]

  private func value(_ column: Int) -> String { Self.columns[column][choice[column]] }

  var testDescription: String { choice.indices.map(value).joined(separator: " ") }
  var ranks: Int { Int(value(6)) ?? 1 }
  private var groups: Int { Int(value(7)) ?? 1 }

  /// Every other case, whatever its values.
  private var isAugmenting: Bool { choice.reduce(0, +) % 2 == 1 }

  private var resolution: Int { value(0).hasSuffix("128") ? 128 : value(0).hasSuffix("64") ? 64 : 32 }

  private var isPossible: Bool {
    let (generator, discriminator) = (attention(3), attention(4))
    return generator.largest <= resolution && discriminator.largest <= resolution / 2
      && (discriminator.maps != "4" || resolution > 32) && (value(2) == "shard" || groups == 1)
  }

  /// The kind and the maps that a column asks for, and the height of the largest of these.
  private func attention(_ column: Int) -> (kind: String, maps: String, largest: Int) {
    let words = value(column).split(separator: " ").map(String.init)
    let maps = words[words.count - 1]
    return (
      words.count > 1 ? words[0] : "attention", maps, maps.split(separator: ",").compactMap { Int($0) }.max() ?? 8
    )
  }

  func training(_ out: String, steps: Int) -> [String] {
    let isNormalized = [
      value(5) != "discriminator" && value(5) != "neither", value(5) != "generator" && value(5) != "neither",
    ]
    let (generator, discriminator) = (attention(3), attention(4))
    let settings = [
      "head=\(value(1))", "batch-norm=\(value(2))", "generator-attention=\(generator.maps)",
      "generator-attention-kind=\(generator.kind)", "discriminator-attention=\(discriminator.maps)",
      "discriminator-attention-kind=\(discriminator.kind)", "generator-spectral-norm=\(isNormalized[0])",
      "discriminator-spectral-norm=\(isNormalized[1])", "width=8", "initial-gamma=0.5", "average-start=1",
      "average-decay=0.5", "classes=10", "augment=\(isAugmenting ? "differentiable" : "none")",
    ]
    return [
      "train", "--preset", value(0), "--data", "synthetic", "--out", out, "--steps", "\(steps)", "--shards", "4",
      "--batch", "4",
    ] + settings.flatMap { ["--set", $0] }
  }

  /// How the audit is taken, of which it knows nothing.
  var way: [String] {
    ["--overlap", value(8)] + (groups == 1 ? [] : ["--shards-at-once", "\(4 / ranks / groups)"])
  }

  /// Cases that have every possible pair of values, each the one that adds most pairs to those before, and one of each further preset.
  static let pairs: [AuditCase] = {
    var choices: [[Int]] = [[]]
    for column in columns { choices = choices.flatMap { row in column.indices.map { row + [$0] } } }
    let possible = choices.map(AuditCase.init).filter(\.isPossible)
    var rows = possible.filter { $0.choice[0] < paired }.map { ($0, Set($0.pairs)) }
    var missing = rows.reduce(into: Set<Int>()) { $0.formUnion($1.1) }
    var result: [AuditCase] = []
    while !missing.isEmpty {
      // Rows without anything new are not looked at again.
      var best = (row: 0, count: 0)
      rows = rows.filter { !$0.1.isDisjoint(with: missing) }
      for (index, row) in rows.enumerated() {
        let count = row.1.count { missing.contains($0) }
        if count > best.count { best = (index, count) }
        if count == row.1.count { break }
      }
      result.append(rows[best.row].0)
      missing.subtract(rows[best.row].1)
    }
    return result + (paired..<presets.count).compactMap { preset in possible.first { $0.choice[0] == preset } }
  }()

  private var pairs: [Int] {
    choice.indices.flatMap { a in
      (a + 1..<choice.count).map { b in ((a * 16 + choice[a]) * 16 + b) * 16 + choice[b] }
    }
  }
}
