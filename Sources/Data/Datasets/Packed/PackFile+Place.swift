internal import Files
internal import Formats

/// What lies where a pack is made, before anything is written.
extension PackFile {
  /// Whether a pack of these images is there already, whole.
  ///
  /// - Parameters:
  ///   - images: The images.
  ///   - path: Where the pack would be.
  /// - Returns: Whether it is.
  package static func isFinished(_ images: ImagePreparation, at path: String) -> Bool {
    guard isPack(path), (try? SafetensorsFile(path: path))?.metadata["key"] == images.key else { return false }
    let place = Directory.split(path)
    if let folder = try? Folder(place.folder) { tidy(place.name, in: folder) }
    return true
  }

  /// Whether a file is a whole pack.
  static func isPack(_ path: String) -> Bool {
    (try? SafetensorsFile(path: path))?.metadata["format"] == PackedImages.format
  }

  /// Removes what a process has left that was killed just as it gave a pack its name: the other name, and the record.
  static func tidy(_ name: String, in folder: Folder) {
    if folder.holds(PackRecord.partName(name)), folder.holds(name), isPack(folder.path(of: name)),
      let own = FileStatus(folder.path(of: name)), let part = FileStatus(folder.path(of: PackRecord.partName(name))),
      part.isSame(as: own)
    {
      try? folder.remove(PackRecord.partName(name))
    }
    if !folder.hasAnything(PackRecord.partName(name)), PackRecord(name, in: folder) != nil {
      try? folder.remove(PackRecord.name(name))
    }
  }

  /// Refuses a file that is where the record goes and that is none.
  static func checkRecord(_ name: String, in folder: Folder) throws(FileError) {
    guard folder.hasAnything(PackRecord.name(name)), PackRecord(name, in: folder) == nil, !isMarked(name, in: folder)
    else {
      return
    }
    throw FileError(
      .cannotCreate,
      "expected nothing at '\(folder.path(of: PackRecord.name(name)))', or the record of a pack that is not finished, and found another file; "
        + "choose another name")
  }

  /// Whether a pack is being made under a name.
  private static func isMarked(_ name: String, in folder: Folder) -> Bool {
    folder.holds(PackRecord.partName(name))
      && (try? InputFile(path: folder.path(of: PackRecord.partName(name))).head(8)) == mark
  }

  static func checkSpace(_ byteCount: Int, for name: String, in folder: Folder) throws(FileError) {
    let missing = byteCount - (FileStatus(folder.path(of: PackRecord.partName(name)))?.byteCount ?? 0)
    guard let free = DiskSpace.freeBytes(at: folder.path(of: ".")), free < missing else { return }
    throw FileError(
      .cannotCreate,
      "the images need \(grouped(missing)) more bytes at '\(folder.path(of: name))', where \(grouped(free)) are free; free space there "
        + "or choose another place")
  }
}
