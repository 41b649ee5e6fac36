package import Configuration

/// A run that rows of tables want, with one seed.
package struct PlannedRun: Sendable {
  /// What tells it from others, but for its seed.
  package let key: RunKey
  /// The seed.
  package let seed: Int
  /// What progress calls it.
  package let label: String
  /// All its settings.
  package let settings: TrainingSettings
  /// What `sagan train` gets, but for directory, threads and progress.
  package let arguments: [String]
  /// Its data.
  package let data: ExperimentData

  /// The name of its folders.
  package var name: String { "\(key)-s\(seed)" }
}

/// The runs of tables: rows that are equal have one.
package struct RunPlan: Sendable {
  /// The tables.
  package let tables: [ExperimentTable]
  /// Seeds of each row.
  package let seeds: Int
  /// The runs, all rows of a seed before the next seed: a report of one seed can be had early.
  package let runs: [PlannedRun]
  private let keys: [[RunKey]]

  /// Makes a plan.
  ///
  /// - Parameters:
  ///   - tables: The tables.
  ///   - seeds: Seeds of each row.
  ///   - environment: What the environment says of settings that nobody chooses.
  /// - Throws: `ConfigurationError` where a row's settings do not fit together, as by what the user has changed.
  package init(_ tables: [ExperimentTable], seeds: Int, environment: [SettingAssignment] = [])
    throws(ConfigurationError)
  {
    (self.tables, self.seeds) = (tables, seeds)
    var first: [PlannedRun] = []
    var keys: [[RunKey]] = []
    for table in tables {
      var own: [RunKey] = []
      for row in table.rows {
        let settings = try Self.settings(of: row, on: table.data, environment)
        let key = RunKey(settings, on: table.data)
        own.append(key)
        guard !first.contains(where: { $0.key == key }) else { continue }
        let words = row.settings.filter { $0.name != "seed" }.flatMap { ["--set", "\($0.name)=\($0.value)"] }
        first.append(
          PlannedRun(
            key: key, seed: 0, label: row.label, settings: settings,
            arguments: ["--preset", row.preset, "--data", table.data.text] + words, data: table.data))
      }
      keys.append(own)
    }
    self.keys = keys
    runs = (0..<seeds).flatMap { seed in
      first.map { run in
        var settings = run.settings
        settings.seed = UInt64(seed)
        return PlannedRun(
          key: run.key, seed: seed, label: run.label, settings: settings,
          arguments: run.arguments + ["--seed", "\(seed)"], data: run.data)
      }
    }
  }

  /// Numbers of ranks that can make every run.
  package func ranksForAll() -> [Int] {
    let most = runs.map(\.settings.shards).min() ?? 1
    return (1...most).filter { ranks in runs.allSatisfy { (try? $0.settings.validate(ranks: ranks)) != nil } }
  }

  /// The key of a row.
  ///
  /// - Parameters:
  ///   - row: Its place in the table.
  ///   - table: The table's place.
  /// - Returns: The key.
  package func key(row: Int, table: Int) -> RunKey { keys[table][row] }

  private static func settings(
    of row: ExperimentRow, on data: ExperimentData, _ environment: [SettingAssignment]
  ) throws(ConfigurationError) -> TrainingSettings {
    let assignments =
      [SettingAssignment(key: "data", value: data.text, origin: "the experiment's data")]
      + row.settings.map { SettingAssignment(key: $0.name, value: $0.value, origin: "--set \($0.name)=\($0.value)") }
    let settings = try SettingSources(preset: row.preset, environment: environment, assignments: assignments).settings()
    try settings.validate()
    return settings
  }
}
