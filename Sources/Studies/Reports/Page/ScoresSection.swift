internal import Checkpoints
internal import Evaluation
internal import Files

/// The scores of runs with the protocols that they were taken by.
struct ScoresSection {
  private let runs: [RunRecord]

  /// Rows of a table at most.
  private static let rows = 40
  /// Classes that are shown of each run.
  private static let classes = 20

  init(_ runs: [RunRecord]) { self.runs = runs }

  /// The section.
  var html: HTML {
    guard runs.contains(where: { !$0.evaluations.isEmpty }) else {
      return .section(
        "scores", "Scores",
        """
        <p>There are no scores. <code>sagan evaluate --checkpoint RUN</code> takes some, and so does \
        <code>sagan train --evaluate-every N</code>.</p>

        """)
    }
    var content = runs.count > 1 ? comparison : .empty
    for run in runs {
      if runs.count > 1 { content += "<h3>\(run.name)</h3>\n" }
      content += run.evaluations.isEmpty ? "<p>There are no scores.</p>\n" : scores(run)
    }
    return .section("scores", "Scores", content)
  }

  /// What is judged, rather than how.
  private static let subjects: Set<String> = ["generated", "step"]

  /// Evaluations that can be compared, those of the last one's protocol first.
  private static func groups(_ evaluations: [Evaluation]) -> [[Evaluation]] {
    var groups: [[EvaluationProtocol.Field]: [Evaluation]] = [:]
    var order: [[EvaluationProtocol.Field]] = []
    for evaluation in evaluations {
      let key = evaluation.protocolLine.fields.filter { !subjects.contains($0.name) }
      if groups[key] == nil { order.append(key) }
      groups[key, default: []].append(evaluation)
    }
    return order.reversed().compactMap { groups[$0] }
  }

  private func scores(_ run: RunRecord) -> HTML {
    let groups = Self.groups(run.evaluations)
    var content = HTML.empty
    for group in groups.prefix(10) {
      content += table(group, run)
      guard let last = group.last else { continue }
      for warning in last.warnings { content += "<p>Note: \(warning)</p>\n" }
      let fields = last.protocolLine.fields.map { field -> HTML in "<dt>\(field.name)</dt><dd>\(field.value)</dd>\n" }
      content += .details("Protocol", "<dl class=\"facts\">\n\(fields)</dl>\n")
      content += classes(last)
    }
    if groups.count > 10 {
      content += "<p class=\"faint\">Evaluations by \(groups.count - 10) earlier protocols are left out.</p>\n"
    }
    return content
  }

  private func table(_ all: [Evaluation], _ run: RunRecord) -> HTML {
    let places = GridChoice.places(all.map { _ in 1 }, within: Self.rows)
    let shown = places.map { all[$0] }
    var names: [Score] = []
    for evaluation in shown {
      for score in evaluation.scores where !names.contains(where: { $0.name == score.name }) { names.append(score) }
    }
    names = Array(names.prefix(24))
    let rows = shown.map { evaluation -> [HTML] in
      let step = evaluation.protocolLine["step"] ?? "–"
      let isKept = run.best.map { String($0.step) == step } ?? false
      let kept: HTML = isKept ? " <span class=\"faint\">★ kept</span>" : .empty
      let head: HTML = "\(Int(step).map(grouped) ?? step)\(kept)"
      return [head] + names.map { name in evaluation[name.name].map { cell($0, isBest: isBest($0, of: all)) } ?? "–" }
    }
    let last = all.last?.protocolLine
    let samples = last?["samples"].flatMap { Int($0) }.map(grouped) ?? "?"
    let extractor = last?["extractor"] ?? "?"
    let thinned = shown.count < all.count ? ", \(shown.count) of \(all.count) evaluations" : ""
    let caption = "\(samples) samples, features of \(extractor)\(thinned); in bold the best of its column"
    return "<p class=\"faint\">\(caption); corrected values with their standard errors where there are some.</p>\n"
      + .table("Scores of \(run.name)", head: ["step"] + names.map(Self.head), rows: rows)
  }

  private static func head(_ score: Score) -> HTML {
    guard let isBetterHigh = score.isBetterHigh else { return "\(score.name)" }
    let (arrow, words) = isBetterHigh ? ("↑", "more is better") : ("↓", "less is better")
    return "\(score.name) <span aria-hidden=\"true\">\(arrow)</span><span class=\"hidden\">(\(words))</span>"
  }

  private func cell(_ score: Score, isBest: Bool) -> HTML {
    let value = EvaluationText.digits(score.best)
    let error: HTML =
      score.standardError.map { " <span class=\"faint\">± \(EvaluationText.digits($0))</span>" } ?? .empty
    return isBest ? "<strong>\(value)</strong>\(error)" : "\(value)\(error)"
  }

  private func isBest(_ score: Score, of all: [Evaluation]) -> Bool {
    guard let isBetterHigh = score.isBetterHigh, all.count > 1 else { return false }
    let values = all.compactMap { $0[score.name]?.best }
    return score.best == (isBetterHigh ? values.max() : values.min())
  }

  /// Classes in trouble first.
  private func classes(_ evaluation: Evaluation) -> HTML {
    let classes = evaluation.classesByTrouble
    guard !classes.isEmpty else { return .empty }
    let rows = classes.prefix(Self.classes).map { one -> [HTML] in
      func percent(_ share: Double?) -> HTML { share.map { "\(EvaluationText.digits(100 * $0)) %" } ?? "–" }
      return [
        "\(one.name)", "\(grouped(one.generated))", "\(grouped(one.reference))",
        one.frechet.map { "\(EvaluationText.digits($0))" } ?? "–", percent(one.accuracy), percent(one.recall),
      ]
    }
    let rest = classes.count - rows.count
    let more: HTML = rest > 0 ? "<p class=\"faint\">… and \(grouped(rest)) better ones.</p>\n" : .empty
    let head: [HTML] = ["class", "generated", "reference", "Fréchet distance", "accuracy", "recall"]
    return .details(
      "Classes of the last evaluation, those in trouble first", .table("Classes", head: head, rows: rows) + more)
  }

  // MARK: Several runs

  private var comparison: HTML {
    let last = runs.compactMap { run in run.evaluations.last.map { (run, $0) } }
    guard last.count > 1, let first = last.first else { return .empty }
    for (run, evaluation) in last.dropFirst() {
      let apart = Self.subjects.union(["weights", "seed"])
      if let difference = first.1.protocolLine.difference(from: evaluation.protocolLine, apartFrom: apart) {
        return """
          <p>The last scores of \(first.0.name) and \(run.name) cannot be compared: their protocols differ first in \
          \(difference.name) (\(difference.first ?? "none") and \(difference.second ?? "none")).</p>

          """
      }
    }
    var names: [Score] = []
    for (_, evaluation) in last {
      for score in evaluation.scores where !names.contains(where: { $0.name == score.name }) { names.append(score) }
    }
    let evaluations = last.map(\.1)
    let rows = names.map { name -> [HTML] in
      [Self.head(name)] + evaluations.map { $0[name.name].map { cell($0, isBest: isBest($0, of: evaluations)) } ?? "–" }
    }
    let head: [HTML] =
      ["last evaluation"]
      + last.map { run, evaluation in "\(run.name)<br>step \(evaluation.protocolLine["step"] ?? "–")" }
    return .table("Last scores of all runs", head: head, rows: rows)
  }
}
