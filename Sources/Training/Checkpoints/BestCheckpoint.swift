package import Files

/// The checkpoint that a run keeps for its score, as the file `best` beside `latest` names it.
package struct BestCheckpoint: Codable, Hashable, Sendable {
  /// Its step.
  package let step: Int
  /// The score's name, for instance `fd_classifier`.
  package let score: String
  /// The score.
  package let value: Double
  /// The checksum of all that the score depends on beside the generator: others cannot be compared with it.
  package let conditions: String

  /// The checkpoint of a step with a score.
  package init(step: Int, score: String, value: Double, conditions: String) {
    (self.step, self.score, self.value, self.conditions) = (step, score, value, conditions)
  }
}

extension CheckpointFolder {
  static let bestName = "best"
  /// Two entries of a few numbers and words.
  private static let bestLimit = 4096

  /// The checkpoint that is kept for its score.
  ///
  /// - Parameter counts: Whether the checkpoint of a step counts; where it does not, the one before it is meant.
  /// - Returns: `nil` where none was kept, or it is there no longer.
  /// - Throws: `FileError` if the file cannot be read, or is none of this program.
  package func best(where counts: (Int) -> Bool = { _ in true }) throws(FileError) -> BestCheckpoint? {
    let place = path + "/" + Self.bestName
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try InputFile(path: place).bytes(limit: Self.bestLimit)
    } catch {
      guard error.kind == .missing else { throw error }
      return nil
    }
    guard let entries = try? JSONText.decode([BestCheckpoint].self, from: bytes) else {
      throw FileError(
        .malformed, "expected the name of a checkpoint in '\(place)' and found something else; remove the file")
    }
    let steps = Set(try steps())
    return entries.first { steps.contains($0.step) && counts($0.step) }
  }

  /// Lets `best` name a checkpoint that will be written next.
  ///
  /// Until it is there, the one before it counts: whatever a kill leaves, the file names a checkpoint that exists.
  ///
  /// - Parameters:
  ///   - best: The new one.
  ///   - previous: The one so far.
  /// - Throws: `FileError` if it cannot be written.
  package func setBest(_ best: BestCheckpoint, after previous: BestCheckpoint?) throws(FileError) {
    let folder = try made()
    let entries = [best] + (previous.map { [$0] } ?? [])
    try OutputFile.write(Array((JSONText.encode(entries) + "\n").utf8), to: Self.bestName, in: folder)
    try folder.flush()
  }
}

extension Checkpoint {
  /// The checkpoint that a run keeps for its score.
  ///
  /// - Parameter run: A run directory.
  /// - Returns: The checkpoint, and why it is kept.
  /// - Throws: `CheckpointError` if there is none, or it is damaged.
  package static func best(ofRun run: String) throws(CheckpointError) -> (checkpoint: Checkpoint, best: BestCheckpoint)
  {
    let folder = CheckpointFolder(run + "/" + RunFiles.checkpoints)
    let best: BestCheckpoint?
    do throws(FileError) { best = try folder.best() } catch { throw CheckpointError(error) }
    guard let best else {
      throw CheckpointError(
        .missing,
        "expected a checkpoint that is kept for its score in '\(run)' and found none; leave out --best for the newest, or train "
          + "with --evaluate-every N")
    }
    return (try Checkpoint(path: folder.path + "/" + CheckpointFolder.name(step: best.step)), best)
  }
}
