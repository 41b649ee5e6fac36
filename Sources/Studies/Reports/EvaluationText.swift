package import Evaluation
internal import Files

/// An evaluation for people: classes in trouble first, scores with errors, what to know, and the protocol on one line.
package enum EvaluationText {
  /// Classes that are shown where there are many.
  private static let shownClasses = 10

  /// The lines of a report.
  ///
  /// - Parameter evaluation: What to tell.
  /// - Returns: Text with a line end behind each line.
  package static func report(_ evaluation: Evaluation) -> String {
    var lines = classes(evaluation)
    lines += TextTable.lines(
      [["score", "value", "corrected", "± error"]] + evaluation.scores.map(row), rightFrom: 1)
    lines.append("")
    for warning in evaluation.warnings { lines.append("warning: \(warning.shown)") }
    lines.append("protocol: \(evaluation.protocolLine.line)")
    return lines.joined(separator: "\n") + "\n"
  }

  /// Two evaluations side by side, and whether they can be told apart.
  ///
  /// - Parameters:
  ///   - first: An evaluation.
  ///   - second: Another one.
  /// - Returns: Text with a line end behind each line.
  package static func comparison(_ first: Evaluation, _ second: Evaluation) -> String {
    var lines: [String] = []
    if let difference = first.protocolLine.difference(from: second.protocolLine, apartFrom: subjects) {
      lines.append(
        "The protocols differ first in '\(difference.name)': \(difference.first ?? "none") and "
          + "\(difference.second ?? "none"). These scores cannot be compared.".shown)
      return lines.joined(separator: "\n") + "\n"
    }
    let rows = first.scores.compactMap { score -> [String]? in
      guard let other = second[score.name] else { return nil }
      let verdict =
        switch score.differs(from: other) {
        case nil: "no error known"
        case false?: "cannot be told apart"
        case true?: better(score, other)
        }
      return [
        score.name, digits(score.best), score.standardError.map { "± " + digits($0) } ?? "", digits(other.best),
        other.standardError.map { "± " + digits($0) } ?? "", verdict,
      ]
    }
    return TextTable.lines(rows, rightFrom: 1).joined(separator: "\n") + "\n"
  }

  /// Fields of a protocol that say what is judged.
  private static let subjects: Set<String> = ["generated", "step", "weights", "seed"]

  private static func better(_ first: Score, _ second: Score) -> String {
    guard let isBetterHigh = first.isBetterHigh else { return "they differ" }
    return (first.best > second.best) == isBetterHigh ? "the first is better" : "the second is better"
  }

  private static func row(_ score: Score) -> [String] {
    [
      score.name + (score.isBetterHigh.map { $0 ? " ↑" : " ↓" } ?? ""), digits(score.value),
      score.corrected.map(digits) ?? "",
      score.standardError.map(digits) ?? "",
    ]
  }

  private static func classes(_ evaluation: Evaluation) -> [String] {
    let classes = evaluation.classesByTrouble
    guard !classes.isEmpty else { return [] }
    let shown = classes.prefix(shownClasses)
    let rows = shown.map { one in
      [
        one.name, grouped(one.generated), grouped(one.reference), one.frechet.map(digits) ?? "",
        one.accuracy.map(percent) ?? "", one.recall.map(percent) ?? "",
      ]
    }
    let head = ["class", "generated", "reference", "fd", "accuracy", "recall"]
    // Columns without a number say nothing.
    let used = head.indices.filter { column in column < 3 || rows.contains { !$0[column].isEmpty } }
    let rest = classes.count - shown.count
    return TextTable.lines([used.map { head[$0] }] + rows.map { row in used.map { row[$0] } }, rightFrom: 1)
      + (rest > 0 ? ["… and \(rest) better \(rest == 1 ? "class" : "classes")"] : []) + [""]
  }

  /// Five digits that count.
  package static func digits(_ number: Double) -> String {
    let size = abs(number)
    let places = size >= 1000 ? 1 : size >= 100 ? 2 : size >= 10 ? 3 : size >= 0.01 || size == 0 ? 4 : 7
    return fixed(number, places)
  }

  private static func percent(_ share: Double) -> String { fixed(100 * share, 1) + " %" }

  /// A number with so many digits behind the point.
  private static func fixed(_ number: Double, _ places: Int) -> String {
    guard abs(number) < 1e15 else { return "\(number)" }
    var power = 1
    for _ in 0..<places { power *= 10 }
    guard abs(number) * Double(power) < 9e18 else { return "\(number)" }
    let scaled = Int((abs(number) * Double(power)).rounded())
    let (whole, rest) = scaled.quotientAndRemainder(dividingBy: power)
    let digits = places == 0 ? "" : "." + String(rest + power).dropFirst()
    return (number < 0 && scaled > 0 ? "-" : "") + "\(whole)" + digits
  }
}
