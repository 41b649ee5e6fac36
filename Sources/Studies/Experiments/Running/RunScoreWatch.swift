internal import Checkpoints
internal import Evaluation
internal import Files
internal import Reports

/// Finds out that a run which another process makes has taken scores.
struct RunScoreWatch {
  private let run: String
  private var byteCount: Int
  private var lastStep: Int

  /// A watch on a run directory, which may not be there yet; scores that are there are no news.
  init(_ run: String) {
    self.run = run
    (byteCount, lastStep) = (Self.byteCount(run), 0)
    lastStep = steps().last?.step ?? 0
  }

  /// Steps that were scored since the last call, with their scores in words.
  mutating func news() -> [(step: Int, words: String)] {
    let now = Self.byteCount(run)
    guard now != byteCount else { return [] }
    byteCount = now
    let found = steps().filter { $0.step > lastStep }
    lastStep = found.last?.step ?? lastStep
    return found
  }

  private static func byteCount(_ run: String) -> Int { FileStatus(run + "/" + RunFiles.evaluations)?.byteCount ?? 0 }

  private func steps() -> [(step: Int, words: String)] {
    ((try? RunScoresFile(ofRun: run))?.evaluations ?? []).compactMap { evaluation in
      guard let step = evaluation.protocolLine["step"].flatMap({ Int($0) }) else { return nil }
      let words = ScoreKind.allCases.compactMap { kind in
        evaluation.scores.first { kind.isName($0.name) }.map { "\(kind.rawValue) \(fixed($0.value, 3))" }
      }
      return (step, words.joined(separator: ", "))
    }
  }
}
