internal import Formats
internal import Tensors

#if canImport(Glibc)
  internal import Glibc
#endif

/// Checks that can be made before the first step, so that a run does not fail hours later.
extension RunDirectory {
  /// Checks that files can be created at `path`, or that it can be created itself.
  static func checkRights(_ path: String) throws(FormatError) {
    let place = Directory.nearest(path)
    guard faccessat(AT_FDCWD, place, W_OK | X_OK, AT_EACCESS) != 0 else { return }
    throw FormatError(
      .cannotCreate,
      "cannot write in '\(path)': \(String(cString: strerror(errno))); check the rights or choose another --out")
  }

  /// Checks that the disk has room for the checkpoints that a run will have at a time, and a picture.
  ///
  /// - Parameters:
  ///   - path: Where the run writes or will write.
  ///   - files: What a checkpoint holds.
  ///   - configuration: Says when checkpoints are written and how many are kept.
  ///   - step: The last step made.
  /// - Throws: `FormatError` of kind `cannotCreate` with the numbers of bytes.
  static func checkSpace(
    _ path: String, for files: [CheckpointFile], _ configuration: TrainingConfiguration, after step: Int
  ) throws(FormatError) {
    guard let free = Directory.freeBytes(path) else { return }
    let there = CheckpointFolder(path + "/" + checkpointsName).count
    let coming = configuration.checkpoints(after: step)
    // A new checkpoint is whole before an old one goes.
    let added = min(
      coming, max(1, configuration.keepCheckpoints + 1 - there) + configuration.lastingCheckpoints(after: step))
    let picture = 160 * configuration.resolution * configuration.resolution * configuration.imageChannels
    let needed = added * files.reduce(0) { $0 + $1.byteCount } + min(coming, 1) * picture
    guard free < needed else { return }
    throw FormatError(
      .cannotCreate,
      "expected \(grouped(needed)) bytes free for \(added) checkpoints and samples in '\(path)' and found "
        + "\(grouped(free)); free space there, keep fewer checkpoints (--set keep=…), or choose another --out")
  }
}

extension TrainingConfiguration {
  /// How many checkpoints a run writes after `step`.
  fileprivate func checkpoints(after step: Int) -> Int {
    guard step < steps else { return 0 }
    return steps / checkpointEvery - step / checkpointEvery + (steps.isMultiple(of: checkpointEvery) ? 0 : 1)
  }

  /// How many of them stay for good.
  fileprivate func lastingCheckpoints(after step: Int) -> Int {
    guard keepEvery > 0, step < steps else { return 0 }
    return steps / keepEvery - step / keepEvery
  }
}

extension CheckpointFolder {
  /// Checks that the disk has room for one more checkpoint.
  func checkRoom(for contents: CheckpointContents) throws(FormatError) {
    let needed = contents.files.reduce(0) { $0 + $1.byteCount }
    guard let free = Directory.freeBytes(path), free < needed else { return }
    throw FormatError(
      .cannotCreate,
      "cannot write a checkpoint in '\(path)/': No space left on device, expected \(grouped(needed)) bytes free and "
        + "found \(grouped(free)); free space there and continue with --resume auto")
  }
}

extension Directory {
  /// The bytes that may still be written to the disk of `path`, which need not exist; nil where the system does not say.
  fileprivate static func freeBytes(_ path: String) -> Int? {
    var system = statvfs()
    guard statvfs(nearest(path), &system) == 0 else { return nil }
    return Int(clamping: system.f_bavail) * Int(clamping: system.f_frsize)
  }
}

extension CheckpointFile {
  /// The file's length, nearly: its numbers, and a generous header.
  fileprivate var byteCount: Int {
    parts.reduce(0) { $0 + 4 * $1.arena.layout.parameterCount + 256 * ($1.arena.layout.entries.count + 8) }
  }
}
