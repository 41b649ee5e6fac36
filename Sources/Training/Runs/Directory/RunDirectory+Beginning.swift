package import Checkpoints
package import Configuration
internal import Files

extension RunDirectory {
  /// Checks that the numbers of a run without a checkpoint were its own, which can be drawn again, and not imported.
  ///
  /// - Throws: `FileError` of kind `malformed`.
  func checkImport() throws(FileError) {
    guard FileStatus(folder.path(of: RunFiles.imported)) != nil else { return }
    throw FileError(
      .malformed,
      "expected a whole checkpoint in '\(folder.path(of: RunFiles.checkpoints))' and found none, and imported weights cannot be drawn "
        + "again; import them once more, into another --out")
  }

  /// Makes the directory, which holds nothing yet, that of a run that begins with given numbers.
  ///
  /// Settings come last: whatever a kill leaves before them is not taken for a run that could begin from random numbers.
  ///
  /// - Parameters:
  ///   - configuration: The run's.
  ///   - contents: Its state at step 0.
  ///   - note: A further file, with its name.
  /// - Throws: A `ReportedError` if something cannot be written.
  package func begin(
    _ configuration: TrainingConfiguration, with contents: CheckpointContents, note: (name: String, text: String)
  ) throws {
    try checkpoints.write(contents, keep: 1)
    try OutputFile.write(Array(note.text.utf8), to: note.name, in: folder)
    try write(configuration)
  }
}
