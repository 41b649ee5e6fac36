import Evaluation
import Foundation
import Reports
import Testing

@Suite struct EvaluationTextTests {
  private func evaluation(_ value: Double) -> Evaluation {
    func score(_ name: String, isBetterHigh: Bool?) -> Score {
      Score(name, value, standardError: 0.1, isBetterHigh: isBetterHigh)
    }
    return Evaluation(
      EvaluationProtocol(),
      [score("is", isBetterHigh: true), score("fid", isBetterHigh: false), score("is_deviation", isBetterHigh: nil)])
  }

  @Test func foreignTextIsEscaped() {
    var line = EvaluationProtocol()
    line.add("x\u{1B}[31m", "y\u{1B}")
    let evaluation = Evaluation(
      line, [Score("fd\u{1B}", 1)], classes: [ClassScores("a\u{1B}", generated: 1, reference: 2)],
      warnings: ["w\u{1B}"])
    for text in [EvaluationText.report(evaluation), EvaluationText.comparison(evaluation, evaluation)] {
      #expect(!text.contains("\u{1B}"), Comment(rawValue: text.debugDescription))
    }
  }

  @Test func arrowsStandWhereMoreOrLessIsBetter() {
    let names = EvaluationText.report(evaluation(1)).split(separator: "\n").compactMap {
      $0.split(separator: "  ").first.map { $0.trimmingCharacters(in: .whitespaces) }
    }
    for name in ["is ↑", "fid ↓", "is_deviation"] { #expect(names.contains(name), "\(names)") }
  }

  @Test func aDifferenceIsGoodOrBadWhereMoreOrLessIsBetter() {
    let lines = EvaluationText.comparison(evaluation(1), evaluation(2)).split(separator: "\n").map(String.init)
    #expect(lines.count == 3)
    for (line, verdict) in zip(lines, ["the second is better", "the first is better", "they differ"]) {
      #expect(line.hasSuffix(verdict), "\(line)")
    }
  }
}
