/// What the finished runs of a row found, over its seeds.
struct RowResult: Sendable {
  /// The row.
  let row: ExperimentRow
  /// What tells its runs from others.
  let key: RunKey
  /// The records that there are, in the order of seeds.
  let runs: [FinishedRun]

  /// The best value of each run, as the paper reports it: the best of all evaluations.
  func best(_ kind: ScoreKind) -> SeedStatistics? {
    SeedStatistics(
      runs.compactMap { run in
        let values = run.evaluations.compactMap { $0[kind] }
        return kind.isBetterHigh ? values.max() : values.min()
      })
  }

  /// The value after the last step of each run.
  func last(_ kind: ScoreKind) -> SeedStatistics? { SeedStatistics(runs.compactMap { $0.evaluations.last?[kind] }) }

  /// The value of another score where each run has its best Fréchet distance.
  func atBest(_ kind: ScoreKind) -> SeedStatistics? { SeedStatistics(runs.compactMap { Self.best($0)?[kind] }) }

  /// The value at the last evaluation that a run had reached after so many seconds of training.
  func value(_ kind: ScoreKind, within seconds: Double) -> SeedStatistics? {
    SeedStatistics(
      runs.compactMap { run in run.evaluations.last { ($0.seconds ?? .infinity) <= seconds * (1 + 1e-9) }?[kind] })
  }

  /// Seconds of training.
  var seconds: SeedStatistics? { SeedStatistics(runs.map(\.seconds)) }

  /// The evaluation with the best Fréchet distance.
  static func best(_ run: FinishedRun) -> FinishedRun.Evaluation? {
    run.evaluations.filter { $0[.frechet] != nil }.min { ($0[.frechet] ?? 0) < ($1[.frechet] ?? 0) }
  }

  /// Attention's factors after the last step, in the mean over seeds, by network.
  var gammas: [(name: String, value: SeedStatistics)] {
    let prefix = "attention/gamma/"
    let names = Set(runs.flatMap { $0.curves.map(\.name).filter { $0.hasPrefix(prefix) } }).sorted()
    return names.compactMap { name in
      SeedStatistics(runs.compactMap { $0.last(name) }).map { (String(name.dropFirst(prefix.count)), $0) }
    }
  }

  /// How training went wrong, as far as its numbers tell: a sentence for each run in which it did.
  var troubles: [String] {
    runs.flatMap { run -> [String] in
      var result = run.warnings.map { "seed \(run.seed), step \($0.step): \($0.sentence)" }
      if let best = Self.best(run), let value = best[.frechet], let last = run.evaluations.last?[.frechet],
        last > Self.relapse * value
      {
        result.append(
          "seed \(run.seed): the FD after the last step is \(last > 2 * value ? "more than twice" : "half as much again as") its best, "
            + "which it had at step \(best.step)")
      }
      return result
    }
  }

  /// An FD that grows by more than this factor is told.
  private static let relapse = 1.5
}

/// A table with what its rows found.
struct TableResult: Sendable {
  let table: ExperimentTable
  let rows: [RowResult]

  /// Joins a table with records.
  ///
  /// - Parameters:
  ///   - place: Its place in the plan.
  ///   - plan: The plan.
  ///   - records: The records of its runs, by name.
  init(_ place: Int, of plan: RunPlan, _ records: [String: FinishedRun]) {
    table = plan.tables[place]
    rows = plan.tables[place].rows.enumerated().map { index, row in
      let key = plan.key(row: index, table: place)
      return RowResult(row: row, key: key, runs: (0..<plan.seeds).compactMap { records["\(key)-s\($0)"] })
    }
  }

  /// The records of all rows.
  var runs: [FinishedRun] { rows.flatMap(\.runs) }
}
