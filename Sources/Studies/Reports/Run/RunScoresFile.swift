internal import Checkpoints
package import Evaluation
package import Files

/// All evaluations of a run.
package struct RunScoresFile: Sendable {
  /// The evaluations, in the order in which they were made.
  package let evaluations: [Evaluation]
  /// What a reader should know of the file.
  package let notes: [String]

  /// The most evaluations that are kept: the last ones.
  private static let most = 1000
  /// The most bytes of a line: scores of ten thousand classes.
  private static let longest = 1 << 22

  /// Reads `evaluations.jsonl`.
  ///
  /// - Parameter run: The run directory.
  /// - Throws: `FileError` if there is no such file, or it cannot be read.
  package init(ofRun run: String) throws(FileError) {
    var lines = LineReader(try InputFile(path: run + "/" + RunFiles.evaluations), limit: Self.longest)
    var found: [Evaluation] = []
    var (damaged, count) = (0, 0)
    while let line = try lines.next() {
      guard !line.bytes.isEmpty else { continue }
      guard line.isWhole, let evaluation = try? JSONText.decode(Evaluation.self, from: line.bytes) else {
        if line.isEnded { damaged += 1 }
        continue
      }
      count += 1
      if found.count == 2 * Self.most { found.removeFirst(Self.most) }
      found.append(evaluation)
    }
    evaluations = Array(found.suffix(Self.most))
    var notes: [String] = []
    if damaged > 0 { notes.append("evaluations.jsonl has \(counted(damaged, "line")) that hold no evaluation") }
    if count > Self.most { notes.append("of \(grouped(count)) evaluations the last \(grouped(Self.most)) are shown") }
    self.notes = notes
  }
}
