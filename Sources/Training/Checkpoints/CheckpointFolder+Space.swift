internal import Tensors
internal import Files

extension CheckpointFolder {
  /// Checks that the disk has room for one more checkpoint.
  func checkRoom(for contents: CheckpointContents) throws(FileError) {
    let needed = contents.files.reduce(0) { $0 + $1.byteCount }
    guard let free = DiskSpace.freeBytes(at: path), free < needed else { return }
    throw FileError(
      .cannotCreate,
      "cannot write a checkpoint in '\(path)/': No space left on device, expected \(grouped(needed)) bytes free and "
        + "found \(grouped(free)); free space there and continue with --resume auto")
  }
}

extension CheckpointFile {
  /// The file's length, nearly: its numbers, and a generous header.
  package var byteCount: Int {
    parts.reduce(0) { $0 + 4 * $1.arena.layout.parameterCount + 256 * ($1.arena.layout.entries.count + 8) }
  }
}
