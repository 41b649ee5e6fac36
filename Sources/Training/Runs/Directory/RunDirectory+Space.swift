package import Checkpoints
package import Configuration
package import Files

/// Checks that can be made before the first step, so that a run does not fail hours later.
extension RunDirectory {
  /// Checks that files can be created at `path`, or that it can be created itself.
  static func checkRights(_ path: String) throws(FileError) {
    do {
      try Directory.checkRights(path)
    } catch {
      throw FileError(.cannotCreate, "cannot write in '\(path)': \(error); check the rights or choose another --out")
    }
  }

  /// Checks that the disk has room for the checkpoints that a run will have at a time, and a picture.
  ///
  /// - Parameters:
  ///   - path: Where the run writes or will write.
  ///   - files: What a checkpoint holds.
  ///   - configuration: Says when checkpoints are written and how many are kept.
  ///   - step: The last step made.
  /// - Throws: `FileError` of kind `cannotCreate` with the numbers of bytes.
  package static func checkSpace(
    _ path: String, for files: [CheckpointFile], _ configuration: TrainingConfiguration, after step: Int
  ) throws(FileError) {
    guard let free = DiskSpace.freeBytes(at: path) else { return }
    let there = try CheckpointFolder(path + "/" + RunFiles.checkpoints).steps().count
    let coming = configuration.settings.checkpoints(after: step)
    // A new checkpoint is whole before an old one goes.
    let added = min(
      coming, max(1, configuration.keepCheckpoints + 1 - there) + configuration.settings.lastingCheckpoints(after: step)
    )
    let picture = 160 * configuration.resolution * configuration.resolution * configuration.imageChannels
    let needed = added * files.reduce(0) { $0 + $1.byteCount } + min(coming, 1) * picture
    guard free < needed else { return }
    throw FileError(
      .cannotCreate,
      "expected \(grouped(needed)) bytes free for \(added) checkpoints and samples in '\(path)' and found "
        + "\(grouped(free)); free space there, keep fewer checkpoints (--set keep=…), or choose another --out")
  }
}

extension TrainingSettings {
  /// How many checkpoints a run writes after `step`.
  fileprivate func checkpoints(after step: Int) -> Int {
    guard step < steps else { return 0 }
    // Time may make any step due.
    guard let every = checkpointEvery.steps, checkpointEvery.time == nil else { return steps - step }
    return steps / every - step / every + (steps.isMultiple(of: every) ? 0 : 1)
  }

  /// How many of them stay for good.
  fileprivate func lastingCheckpoints(after step: Int) -> Int {
    guard let keepEvery, step < steps else { return 0 }
    return steps / keepEvery - step / keepEvery
  }
}
