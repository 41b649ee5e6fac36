internal import Files

/// What a table of the report says: our numbers, then the published ones under a heading of their own.
struct ResultBlocks {
  private let result: TableResult
  private let scale: ExperimentScale
  private let seeds: Int

  init(_ result: TableResult, scale: ExperimentScale, seeds: Int) {
    (self.result, self.scale, self.seeds) = (result, scale, seeds)
  }

  /// The blocks.
  var blocks: [ReportBlock] {
    var blocks: [ReportBlock] = [.paragraph(result.table.name.purpose), .paragraph(conditions)]
    blocks.append(.table(label: "Scores", head: scoreHead, rows: result.rows.map(scoreRow)))
    blocks.append(.paragraph(evaluationWords))
    if result.runs.contains(where: { $0.closingLast != nil }) { blocks += closing }
    if let sentence = verdict { blocks.append(.paragraph(sentence)) }
    if result.table.name == .table2, let block = equalSeconds { blocks += block }
    blocks += further
    blocks += published
    return blocks
  }

  // MARK: Our scores

  private var conditions: String {
    let data = result.table.data
    let runs = result.runs
    let fields = runs.first?.protocolLine ?? []
    let extractor = fields.first { $0.name == "extractor" }?.value ?? "not known yet"
    let samples = fields.first { $0.name == "samples" }.map { Int($0.value).map(grouped) ?? $0.value } ?? "?"
    return
      "Ours: \(data.text) at \(data.resolution)×\(data.resolution), \(scale.words). FD, IS and accuracy are of \(samples) samples, "
      + "with features of \(extractor). Values are means over seeds ± standard deviation. Less FD is better, more IS and accuracy are."
      + (data.isPhotographs
        ? " Classes are photographs and images are crops of them: these scores compare arms, and are never quoted."
        : "")
  }

  private var scoreHead: [String] {
    let classes = Set(result.runs.map(\.classes))
    let chance = classes.count == 1 ? classes.first.map { " (chance \(fixed(1 / Double($0), 3)))" } : nil
    return [
      "", "runs", "steps", "images seen", "FD, best of run", "FD, last", "IS, best of run", "IS, last",
      "accuracy, last" + (chance ?? ""),
    ]
  }

  private func scoreRow(_ row: RowResult) -> [String] {
    guard let run = row.runs.first else {
      return [row.row.label, "not run yet"] + scoreHead.dropFirst(2).map { _ in "–" }
    }
    func words(_ statistics: SeedStatistics?, _ digits: Int) -> String { statistics?.words(digits) ?? "–" }
    return [
      row.row.label, row.runs.count < seeds ? "\(row.runs.count) of \(seeds)" : "\(row.runs.count)",
      grouped(run.steps), grouped(run.steps * run.imagesPerStep), words(row.best(.frechet), 2),
      words(row.last(.frechet), 2), words(row.best(.inceptionScore), 3), words(row.last(.inceptionScore), 3),
      words(row.last(.accuracy), 3),
    ]
  }

  private var evaluationWords: String {
    let counts = Set(result.runs.map(\.evaluations.count)).sorted()
    guard let most = counts.last else { return "No run has finished yet." }
    let words = counts.count == 1 ? "\(most)" : "\(counts[0]) to \(most)"
    return
      "Best of run is the best of \(words) evaluations, each score for itself, as the papers report it; last is after the last step. The "
      + "best of several noisy values is better than any of them deserves: compare it with what was picked as often."
  }

  /// The sentence about which row has the best scores, as the numbers have it.
  private var verdict: String? {
    let ranked = result.rows.compactMap { row in row.best(.frechet).map { (row: row, value: $0) } }
      .sorted { $0.value.mean < $1.value.mean }
    guard ranked.count > 1, let first = ranked.first else { return nil }
    let second = ranked[1]
    let difference =
      switch first.value.differs(from: second.value) {
      case true?: "the difference is more than two standard errors"
      case false?: "the difference is less than two standard errors, which other seeds may turn round"
      case nil: "one seed does not tell whether other seeds would agree"
      }
    var words =
      "Here \(first.row.row.label) has the lowest FD, \(first.value.words(2)); next is \(second.row.row.label) with "
      + "\(second.value.words(2)): \(difference)."
    let best = result.rows.compactMap { row in row.best(.inceptionScore).map { (row: row, value: $0) } }
      .max { $0.value.mean < $1.value.mean }
    if let best { words += " \(best.row.row.label) has the highest IS, \(best.value.words(3))." }
    if result.table.name == .table2, first.row.row.label != "SAGAN" {
      words += " SAGAN, the best system of the paper's table, is not the best one here."
    }
    if ranked.count < result.rows.count { words += " Rows that were not run yet may change this." }
    return words
  }

  private var closing: [ReportBlock] {
    let data = result.table.data
    let kinds: [(kind: ScoreKind, digits: Int)] = [
      (.frechet, 2), (.intraFrechet, 2), (.inceptionScore, 3), (.precision, 3), (.recall, 3), (.accuracy, 3),
    ]
    func table(
      _ label: String, _ path: KeyPath<FinishedRun, FinishedRun.Evaluation?>
    ) -> ReportBlock? {
      let rows = result.rows.map { row in
        kinds.map { kind in SeedStatistics(row.runs.compactMap { $0[keyPath: path]?[kind.kind] })?.words(kind.digits) }
      }
      let columns = kinds.indices.filter { column in rows.contains { $0[column] != nil } }
      guard !columns.isEmpty else { return nil }
      return .table(
        label: label, head: [label] + columns.map { kinds[$0].kind.rawValue },
        rows: zip(result.rows, rows).map { row, values in [row.row.label] + columns.map { values[$0] ?? "–" } })
    }
    let against =
      data.reference.map { "Against images that training never saw (\($0))" } ?? "Against the training images"
    return [
      .paragraph(
        "\(against), with all scores that the network of features gives, after the last step and at the checkpoint whose FD along the way "
          + "was best. Precision is the share of generated images that are like real ones, recall the share of real images that are like "
          + "generated ones."
      )
    ] + [table("last step", \.closingLast), table("best checkpoint", \.closingBest)].compactMap(\.self)
  }

  // MARK: Other comparisons

  /// The scores at the time when the fastest system had ended.
  private var equalSeconds: [ReportBlock]? {
    let times = result.rows.compactMap { $0.seconds?.mean }
    guard times.count > 1, let least = times.min() else { return nil }
    let rows = result.rows.map { row -> [String] in
      func words(_ kind: ScoreKind, _ digits: Int) -> String { row.value(kind, within: least)?.words(digits) ?? "–" }
      return [
        row.row.label, row.seconds.map { $0.words(0) } ?? "–", words(.frechet, 2), words(.inceptionScore, 3),
        words(.accuracy, 3),
      ]
    }
    return [
      .paragraph(
        "The table above compares at equal numbers of real images. At equal seconds: the last evaluation that each system had reached when "
          + "the fastest one ended, after \(fixed(least, 0)) s of training, evaluations left out:"),
      .table(
        label: "Scores at equal seconds", head: ["", "seconds of the whole run", "FD", "IS", "accuracy"], rows: rows),
    ]
  }

  /// Factors of attention, sizes and troubles.
  private var further: [ReportBlock] {
    let rows = result.rows.filter { !$0.runs.isEmpty }.map { row -> [String] in
      let run = row.runs[0]
      let gammas = row.gammas.map { "\($0.name) \($0.value.words(3))" }.joined(separator: ", ")
      return [
        row.row.label, grouped(run.generatorParameters), grouped(run.discriminatorParameters),
        gammas.isEmpty ? "–" : gammas, row.seconds?.words(0) ?? "–",
      ]
    }
    var blocks: [ReportBlock] = []
    if !rows.isEmpty {
      blocks.append(
        .table(
          label: "Networks",
          head: ["", "parameters of G", "parameters of D", "attention's factor γ at the end", "seconds of training"],
          rows: rows))
    }
    let troubles = result.rows.flatMap { row in row.troubles.map { "\(row.row.label), \($0)" } }
    if !result.runs.isEmpty {
      blocks.append(
        troubles.isEmpty
          ? .paragraph("No run of this table collapsed, as far as diversity, losses and scores tell.")
          : .paragraph("What went wrong in training, as diversity, losses and scores tell it:"))
    }
    if !troubles.isEmpty { blocks.append(.list(troubles)) }
    return blocks
  }

  // MARK: Published scores

  private var published: [ReportBlock] {
    var names: [String] = []
    for row in result.table.rows {
      for score in row.published where !names.contains(score.name) { names.append(score.name) }
    }
    let notes = result.table.rows.compactMap { row in row.note.map { "\(row.label): \($0)" } }
    var blocks: [ReportBlock] = [
      .heading(
        level: 3, "The published \(names.isEmpty ? "result" : "numbers"): other data, other scale, other features")
    ]
    blocks.append(
      .paragraph(
        "\(result.table.publishedHeading). These cannot be compared with the numbers above, only their order and the differences between "
          + "rows can."))
    if !names.isEmpty {
      blocks.append(
        .table(
          label: "Published scores", head: [""] + names,
          rows: result.table.rows.map { row in
            [row.label] + names.map { name in row.published.first { $0.name == name }?.value ?? "–" }
          }))
    }
    if !notes.isEmpty { blocks.append(.list(notes)) }
    return blocks
  }
}
