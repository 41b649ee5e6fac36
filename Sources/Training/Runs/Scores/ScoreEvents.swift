internal import Checkpoints
package import Files
internal import Formats
internal import Foundation

/// Scores of finished steps for TensorBoard, in a folder of their own in the run directory.
///
/// TensorBoard reads the newest file of a folder alone, which has to remain the one of the run that may still train.
package enum ScoreEvents {
  /// The folder.
  package static let folderName = "scores"

  /// Writes the scores of a step, `score/NAME`, into a file of their own.
  ///
  /// - Parameters:
  ///   - scores: Names and values.
  ///   - step: The step of the checkpoint that was scored.
  ///   - run: The run directory.
  /// - Throws: `FileError` if it cannot be written.
  package static func write(
    _ scores: [(name: String, value: Double)], step: Int, toRun run: String
  ) throws(FileError) {
    let folder = try Folder(run).made(folderName)
    let (now, process) = (Date.now.timeIntervalSince1970, ProcessInfo.processInfo)
    let file = try AppendedFile(
      "\(TensorBoardFile.namePrefix)\(Int(now)).\(process.hostName).\(process.processIdentifier).0", in: folder,
      isNew: true)
    let values = scores.map { (tag: "score/" + $0.name, value: TensorBoardEvent.Value.scalar(Float($0.value))) }
    try file.append(
      TensorBoardEvent.version(time: now).record
        + TensorBoardEvent.summary(values, step: step, time: now).record)
    try file.flush()
  }
}
