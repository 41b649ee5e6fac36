internal import Checkpoints
package import Files
internal import Runs

/// Evaluations in files: what `--json` prints, and a line of a run's `evaluations.jsonl`.
package enum EvaluationFile {
  /// The file of a run directory.
  package static let name = RunFiles.evaluations
  /// The most bytes that are read: a million lines.
  private static let limit = 1 << 30

  /// An evaluation as one line of JSON.
  package static func text(_ evaluation: Evaluation) -> String { JSONText.encode(evaluation) + "\n" }

  /// Appends an evaluation to those of a run, and shows it to TensorBoard.
  ///
  /// - Parameters:
  ///   - evaluation: What to append.
  ///   - run: The run directory.
  /// - Throws: `FileError` if it cannot be written.
  package static func append(_ evaluation: Evaluation, toRun run: String) throws(FileError) {
    let file = try AppendedFile(name, in: try Folder(run))
    try file.append(Array(text(evaluation).utf8))
    try file.flush()
    guard let step = evaluation.protocolLine["step"].flatMap({ Int($0) }) else { return }
    try ScoreEvents.write(evaluation.scores.flatMap(\.metrics), step: step, toRun: run)
  }

  /// The evaluations of the run directory around a checkpoint; none where there is no such directory or file.
  ///
  /// - Parameter checkpoint: The checkpoint's folder.
  /// - Returns: What can be read, in the order in which it was made.
  /// - Throws: `FileError` if the file cannot be read.
  package static func evaluations(around checkpoint: String) throws(FileError) -> [Evaluation] {
    guard let run = RunFiles.around(checkpoint), FileStatus(run + "/" + name) != nil else { return [] }
    return try InputFile(path: run + "/" + name).bytes(limit: limit).split(separator: UInt8(ascii: "\n"))
      .compactMap { try? JSONText.decode(Evaluation.self, from: Array($0)) }
  }

  /// The evaluation in a file, or the last one of a run.
  ///
  /// - Parameter path: A file, or a run directory.
  /// - Returns: The evaluation.
  /// - Throws: `FileError` where there is none.
  package static func read(_ path: String) throws(FileError) -> Evaluation {
    let isRun = FileStatus(path)?.isFolder == true
    let place = isRun ? path + "/" + name : path
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try InputFile(path: place).bytes(limit: limit)
    } catch {
      guard isRun, error.kind == .missing else { throw error }
      throw FileError(
        .missing,
        "expected '\(name)' in '\(path)' and found none; evaluate the run first: sagan evaluate --checkpoint "
          + path.quotedForShell)
    }
    let lines = bytes.split(separator: UInt8(ascii: "\n"))
    // A kill may have torn the last line of a run's file.
    for line in isRun ? Array(lines.suffix(2).reversed()) : Array(lines.prefix(1)) {
      if let evaluation = try? JSONText.decode(Evaluation.self, from: Array(line)) { return evaluation }
    }
    throw FileError(
      .malformed, "expected an evaluation in '\(place)', as sagan evaluate --json prints it, and found something else")
  }
}
