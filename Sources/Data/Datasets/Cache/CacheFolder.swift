internal import Files

/// The folder that caches lie in.
struct CacheFolder {
  /// Where it is.
  let path: String
  /// The folder as such.
  let folder: Folder
  /// The folders that were made for it, outermost first.
  private let created: [String]

  /// Makes the folder and those above it, unless they are there.
  init(_ path: String) throws(DatasetError) {
    self.path = path
    do throws(FileError) {
      created = try Directory.create(path)
      folder = try Folder(path)
    } catch {
      throw DatasetError(
        .file(.cannotCreate),
        "cannot make the folder '\(path)' for decoded images; check the rights or choose another place with --cache DIR"
      )
    }
  }

  /// Removes what was made, if there is nothing in it.
  func removeIfEmpty() {
    for folder in created.reversed() { Directory.removeIfEmpty(folder) }
  }

  /// Checks that a file of a size would fit.
  func checkSpace(for byteCount: Int, images: Int) throws(DatasetError) {
    guard let free = DiskSpace.freeBytes(at: path), free < byteCount else { return }
    throw DatasetError(
      .file(.cannotCreate),
      "\(images) decoded images need \(byteCount) bytes in '\(path)', where \(free) are free; free space "
        + "there or choose another place with --cache DIR")
  }
}
