import Evaluation
import Files
import Foundation
import TestSupport
import Testing

@Suite struct EvaluationResultTests {
  private let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  private func evaluation(_ value: Double, error: Double? = 1, samples: Int = 100) -> Evaluation {
    var line = EvaluationProtocol()
    line.add("generated", "a name with \u{1B}[31m and\nlines")
    line.add("samples", samples)
    return Evaluation(
      line, [Score("fd_classifier", value, corrected: value - 1, standardError: error)],
      classes: [
        ClassScores("a", generated: 2, reference: 3, frechet: 1),
        ClassScores("b", generated: 2, reference: 3, frechet: 7),
      ], warnings: ["few"])
  }

  @Test func whatIsWrittenReadsBack() throws {
    let path = folder.path + "/e.json"
    let written = evaluation(12.5)
    _ = try OutputFile.write(Array(EvaluationFile.text(written).utf8), to: path)
    #expect(try EvaluationFile.read(path) == written)
  }

  /// A run's file holds several; a kill may have torn the last.
  @Test func aRunsLastEvaluationCounts() throws {
    try EvaluationFile.append(evaluation(1), toRun: folder.path)
    try EvaluationFile.append(evaluation(2), toRun: folder.path)
    #expect(try EvaluationFile.read(folder.path) == evaluation(2))
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.path + "/" + EvaluationFile.name))
    try file.seekToEnd()
    try file.write(contentsOf: Data("{\"classes\":[{\"acc".utf8))
    try file.close()
    #expect(try EvaluationFile.read(folder.path) == evaluation(2))
  }

  @Test(arguments: ["", "{}", "[]", "{\"format\":\"sagan evaluation 2\"}", "\u{0}", "no"])
  func somethingElseIsRefused(text: String) throws {
    let path = folder.path + "/e.json"
    _ = try OutputFile.write(Array(text.utf8), to: path)
    expectError(65, mentions: [path, "sagan evaluate --json"]) { try EvaluationFile.read(path) }
  }

  @Test func aRunThatWasNotEvaluatedSaysHow() {
    expectError(66, mentions: ["sagan evaluate --checkpoint", EvaluationFile.name]) {
      try EvaluationFile.read(folder.path)
    }
    expectError(66, mentions: ["nothing-here"]) { try EvaluationFile.read(folder.path + "/nothing-here") }
  }

  @Test func scoresAreToldApartByTheirErrors() {
    func score(_ value: Double, _ error: Double?) -> Score { Score("x", value, standardError: error) }
    #expect(score(10, 1).differs(from: score(12, 1)) == false)
    #expect(score(10, 1).differs(from: score(13, 1)) == true)
    #expect(score(10, nil).differs(from: score(13, 1)) == nil)
  }

  @Test(arguments: [true, false, nil]) func aDirectionReadsBackIfThereIsOne(isBetterHigh: Bool?) throws {
    let score = Score("is_x_deviation", 0.5, isBetterHigh: isBetterHigh)
    let text = JSONText.encode(score)
    #expect(text.contains("is_better_high") == (isBetterHigh != nil))
    #expect(try JSONText.decode(Score.self, from: Array(text.utf8)) == score)
    let null = text.replacing("{", with: "{\"is_better_high\":null,", maxReplacements: 1)
    if isBetterHigh == nil { #expect(try JSONText.decode(Score.self, from: Array(null.utf8)) == score) }
  }

  @Test func protocolsNameTheFirstFieldThatDiffers() {
    let (first, second) = (evaluation(1).protocolLine, evaluation(1, samples: 200).protocolLine)
    #expect(first.difference(from: first) == nil)
    #expect(first.difference(from: second)?.name == "samples")
    #expect(first.difference(from: second, apartFrom: ["samples"]) == nil)
    var longer = first
    longer.add("splits", 10)
    #expect(first.difference(from: longer)?.name == "splits")
    #expect(first.difference(from: longer)?.first == nil)
    #expect(!first.line.contains("\u{1B}") && !first.line.contains("\n"))
  }

  @Test func classesInTroubleComeFirst() { #expect(evaluation(1).classesByTrouble.map(\.name) == ["b", "a"]) }

  @Test(arguments: [
    ("is", [ScoreFamily.inceptionScore]), ("fid,kid", [.frechet, .kernel]), ("fd,fd", [.frechet]),
    ("prdc", [.precisionRecall, .densityCoverage]), ("all", ScoreFamily.allCases),
  ])
  func familiesAreRead(text: String, families: [ScoreFamily]) { #expect(ScoreFamily.reading(text) == Set(families)) }

  @Test(arguments: ["", "is,", ",", "IS", "fid kid", "lpips"])
  func otherFamiliesAreRefused(text: String) { #expect(ScoreFamily.reading(text) == nil) }
}
