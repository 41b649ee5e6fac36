import Configuration
import Experiments
import Files
import Foundation
import Testing

/// The tables as data: what rows are, and in what they differ.
@Suite struct ExperimentTablesTests {
  /// A catalogue with photographs, on a scale's own data or others.
  private static func catalogue(
    _ scale: ExperimentScale, data: String? = nil, changes: [NamedText] = []
  ) throws -> ExperimentCatalogue {
    ExperimentCatalogue(
      scale: scale, data: try ExperimentData(data, at: scale),
      photographs: try .photographs("folder:data/photographs", reference: "folder:data/photographs-reference"),
      extractor: "classifier", changes: changes)
  }

  private static func plan(_ scale: ExperimentScale, data: String? = nil, changes: [NamedText] = []) throws -> RunPlan {
    try RunPlan(
      try catalogue(scale, data: data, changes: changes).tables(ExperimentName.allCases), seeds: scale.numbers.seeds)
  }

  /// The settings of a table's rows, in its order.
  private static func settings(_ plan: RunPlan, _ table: Int) throws -> [TrainingSettings] {
    try plan.tables[table].rows.indices.map { row in
      let key = plan.key(row: row, table: table)
      return try #require(plan.runs.first { $0.key == key }).settings
    }
  }

  @Test(arguments: ExperimentScale.allCases, [nil, "cifar10:data/cifar", "folder:data/imagenet"])
  func allRowsAreSettingsThatFit(scale: ExperimentScale, data: String?) throws {
    let plan = try Self.plan(scale, data: data)
    // Rows that are equal are one run: Table 1's attention at 16×16, at 32 pixels, and its row without attention.
    let rows = plan.tables.reduce(0) { $0 + $1.rows.count }
    let is32 = scale != .paper || data?.hasPrefix("cifar10") == true
    // At 128 pixels it is attention at 64×64.
    let shared = 2
    #expect(plan.runs.count == (rows - shared) * scale.numbers.seeds, "\(rows) rows")
    #expect(plan.tables.count == (scale == .small ? 4 : 3))
    let heights = is32 ? 2 : 4
    #expect(plan.tables[2].rows.count == 1 + 2 * heights)
    for run in plan.runs {
      #expect(run.settings.evaluateEvery.map { run.settings.steps / $0 >= 8 } == true, "\(run.label)")
      #expect(run.settings.steps.isMultiple(of: try #require(run.settings.evaluateEvery)), "\(run.label)")
    }
  }

  /// Runs take hours: as long as a table is the same, those that are finished are not made again by later versions.
  @Test func recordsThatAreKeptAreRunsOfTheTables() throws {
    let root = URL(fileURLWithPath: #filePath).pathComponents.dropLast(4).joined(separator: "/")
    let records = root.replacingOccurrences(of: "//", with: "/") + "/docs/reproduction/records"
    let kept = try Directory.names(in: records).compactMap(\.self).filter { !$0.hasPrefix(".") }
    let planned = Set(try Self.plan(.small).runs.map(\.name))
    #expect(!kept.isEmpty && kept.allSatisfy(planned.contains), "\(Set(kept).subtracting(planned).sorted())")
  }

  /// A setting that came later changes keys where it is not as usual.
  @Test(arguments: ["orientation=ignore", "generator-upsampling=bilinear"])
  func laterSettingsCountWhereTheyDiffer(change: String) throws {
    let parts = change.split(separator: "=").map(String.init)
    let usual = try Self.plan(.small).runs.map(\.name)
    let changed = try Self.plan(.small, changes: [NamedText(parts[0], parts[1])]).runs.map(\.name)
    #expect(usual.count == changed.count && Set(usual).isDisjoint(with: changed))
  }

  /// The keys in which settings differ from others.
  private static func differences(_ a: TrainingSettings, _ b: TrainingSettings) -> Set<String> {
    let (first, second) = (a.values, b.values)
    return Set(first.keys.filter { first[$0] != second[$0] })
  }

  @Test(arguments: ExperimentScale.allCases) func armsDifferInTheNamedSettingAlone(scale: ExperimentScale) throws {
    let plan = try Self.plan(scale)
    let arms = try Self.settings(plan, 1)
    #expect(Self.differences(arms[0], arms[1]) == ["generator-spectral-norm"])
    #expect(Self.differences(arms[1], arms[2]) == ["generator-learning-rate", "discriminator-learning-rate"])
    #expect(arms.allSatisfy { $0.discriminatorUpdates == 1 && $0.generatorAttention.isEmpty })
    #expect(arms[0].generatorLearningRate == arms[0].discriminatorLearningRate)
    #expect((arms[2].generatorLearningRate, arms[2].discriminatorLearningRate) == (1e-4, 4e-4))
    let places = Set(["generator-attention", "discriminator-attention"])
    let kinds = Set(["generator-attention-kind", "discriminator-attention-kind"])
    for table in plan.tables.indices where plan.tables[table].name == .table1 {
      let rows = try Self.settings(plan, table)
      let heights = (rows.count - 1) / 2
      if plan.tables[table].data.isPhotographs {
        #expect(rows.allSatisfy { $0.decayStart == $0.steps / 2 && $0.decayEnd == $0.steps })
      }
      for row in 1...heights {
        #expect(Self.differences(rows[0], rows[row]) == places)
        #expect(Self.differences(rows[row], rows[row + heights]) == kinds)
        #expect(rows[row].generatorAttention == [4 << row] && rows[row].discriminatorAttention == [4 << row])
      }
    }
  }

  @Test(arguments: [ExperimentScale.quick, .small]) func systemsSeeEqualNumbersOfImages(scale: ExperimentScale) throws {
    let rows = try Self.settings(try Self.plan(scale), 0)
    #expect(Set(rows.map { $0.steps * $0.batch * $0.discriminatorUpdates }).count == 1)
    #expect(Set(rows.map { Double($0.evaluateEvery ?? 0) / Double($0.steps) }).count == 1)
    for path in [\TrainingSettings.width, \.batch, \.shards, \.evaluateSamples, \.latentSize] {
      #expect(Set(rows.map { $0[keyPath: path] }).count == 1)
    }
    // What was published of each: updates, rates, the discriminator's shape, and the end of a decay with the run.
    #expect(rows.map(\.discriminatorUpdates) == [5, 5, 1])
    #expect(rows.map(\.thinDiscriminator) == [true, true, false])
    #expect(rows.map(\.generatorSpectralNorm) == [false, false, true])
    #expect(rows.map(\.generatorLearningRate) == [2e-4, 2e-4, 1e-4])
    #expect(rows.map(\.discriminatorLearningRate) == [2e-4, 2e-4, 4e-4])
    #expect(rows.map(\.generatorBatch) == [32, 32, 16])
    #expect(rows.map { $0.decayEnd ?? 0 } == [rows[0].steps, rows[1].steps, 0])
  }

  @Test func thePapersScaleHasThePublishedSettings() throws {
    let rows = try Self.settings(try Self.plan(.paper, data: "folder:data/imagenet"), 0)
    #expect(rows.map(\.preset) == ["acgan128", "sngan-projection128", "sagan128"])
    #expect(rows.map(\.steps) == [450_000, 450_000, 1_000_000])
    #expect(rows[2].generatorAttention == [64] && rows[2].discriminatorAttention == [64])
    for row in rows {
      let preset = try TrainingSettings.preset(named: row.preset)
      let own: Set = [
        "data", "evaluate-every", "evaluate-samples", "evaluate-extractor", "generator-attention",
        "discriminator-attention",
      ]
      #expect(Self.differences(row, preset).isSubset(of: own), "\(Self.differences(row, preset))")
    }
    let small = try Self.settings(try Self.plan(.paper, data: "cifar10:data/cifar"), 0)
    #expect(small.map(\.preset) == ["acgan32", "sngan-projection32", "sagan32"])
    #expect(small.map(\.steps) == [50_000, 50_000, 100_000] && small.map(\.width) == [64, 64, 64])
  }

  @Test func equalRowsAreOneRun() throws {
    let plan = try Self.plan(.small)
    #expect(plan.key(row: 2, table: 0) == plan.key(row: 2, table: 2), "SAGAN has attention at 16×16")
    #expect(plan.key(row: 2, table: 1) == plan.key(row: 0, table: 2), "two rates without attention")
    #expect(plan.key(row: 0, table: 2) != plan.key(row: 0, table: 3), "photographs are other data")
    #expect(Set(plan.runs.map(\.name)).count == plan.runs.count)
    // Every seed of the same row, and in turns.
    #expect(plan.runs.prefix(plan.runs.count / 3).allSatisfy { $0.seed == 0 && $0.settings.seed == 0 })
    #expect(plan.runs.last?.settings.seed == 2)
  }

  @Test func keysFollowWhatDecidesScores() throws {
    func key(_ changes: [NamedText] = [], data: String = "folder:/here/images") throws -> RunKey {
      try Self.plan(.quick, data: data, changes: changes).key(row: 2, table: 0)
    }
    let usual = try key()
    #expect(try key() == usual)
    // A folder may lie elsewhere, and what is written meanwhile decides nothing.
    #expect(try key(data: "folder:there/images") == usual)
    #expect(try key([NamedText("keep", "7")]) == usual)
    for change in [
      NamedText("beta2", "0.999"), NamedText("steps", "320"), NamedText("evaluate-samples", "500"),
      NamedText("generator-attention", "8"),
    ] {
      #expect(try key([change]) != usual, "\(change)")
    }
    #expect(try key(data: "folder:/here/others") != usual)
  }

  @Test func stepsOfAllSystemsFollow() throws {
    let rows = try Self.settings(
      try Self.plan(.quick, changes: [NamedText("steps", "100"), NamedText("width", "8")]), 0)
    #expect(rows.map(\.steps) == [20, 20, 100])
    #expect(rows.map(\.decayEnd) == [20, 20, nil])
    #expect(rows.map { $0.evaluateEvery ?? 0 } == [2, 2, 12])
    #expect(rows.allSatisfy { $0.width == 8 })
  }

  /// Tables 1 and 2 of arXiv 1805.08318.
  @Test func publishedScoresAreThePapers() throws {
    let tables = try Self.catalogue(.paper, data: "folder:data/imagenet").tables(ExperimentName.allCases)
    func scores(_ table: ExperimentTable, _ name: String) -> [String?] {
      table.rows.map { row in row.published.first { $0.name == name }?.value }
    }
    #expect(scores(tables[0], "IS") == ["28.5", "36.8", "52.52"])
    #expect(scores(tables[0], "FID") == [nil, "27.62", "18.65"])
    #expect(scores(tables[0], "intra FID") == ["260.0", "92.4", "83.7"])
    let fid = ["22.96", "22.98", "22.14", "18.28", "18.65", "42.13", "22.40", "27.33", "28.82"]
    let inception = ["42.87", "43.15", "45.94", "51.43", "52.52", "23.17", "44.49", "38.50", "38.96"]
    #expect(scores(tables[2], "FID") == fid && scores(tables[2], "IS") == inception)
    #expect(tables[0].rows[0].note?.contains("stopped when it collapsed") == true)
    let cifar = try Self.catalogue(.small, data: "cifar10:data/cifar").tables([.table2])
    #expect(scores(cifar[0], "FID") == [nil, "17.5", "9.4"] && cifar[0].publishedHeading.contains("CIFAR-10"))
  }

  @Test func namesAreRead() {
    #expect(ExperimentName.reading("all") == ExperimentName.allCases)
    #expect(ExperimentName.reading("table1,table2") == [.table2, .table1])
    for text in ["", "table3", "table1,", "all,table1", "Table1"] { #expect(ExperimentName.reading(text) == nil) }
  }
}
