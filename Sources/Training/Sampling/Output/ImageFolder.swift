internal import Checkpoints
internal import Files
internal import Images

/// A folder that is filled with PNG files, in folders of their classes.
///
/// A file has the number of its sample for a name and appears whole or not at all. No file is ever removed.
final class ImageFolder {
  private let path: String
  private let folder: Folder
  private let classes: ClassFolders
  private let isForced: Bool
  /// Folders that were not there before, the outermost first.
  private let made: [String]
  private var open: (label: Int, folder: Folder)?

  /// Prepares a folder.
  ///
  /// - Parameters:
  ///   - path: Where it is or shall be.
  ///   - classes: The folders of the classes.
  ///   - isForced: Whether there may be files in it, and whether those of the names that are needed are replaced.
  /// - Throws: `FileError` of kind `cannotCreate`.
  init(_ path: String, _ classes: ClassFolders, isForced: Bool) throws(FileError) {
    (self.path, self.classes, self.isForced) = (path, classes, isForced)
    try Checkpoint.checkOutside(path + "/images")
    made = try Directory.create(path)
    folder = try Folder(path)
    let count = try folder.names().count
    guard count == 0 || isForced else {
      throw FileError(
        .cannotCreate,
        "expected an empty folder or none at '\(path)' and found \(count == 1 ? "a file" : "\(grouped(count)) files") in it; "
          + "choose another name, or add --force, which replaces files of the same names and leaves the others")
    }
  }

  /// Removes the folders that were made, unless there is something in them.
  func removeIfEmpty() { for path in made.reversed() { Directory.removeIfEmpty(path) } }

  /// Writes a sample.
  ///
  /// - Parameters:
  ///   - sample: Its class is the folder, its number the file.
  ///   - pixels: Rows from the top, channels fastest.
  ///   - side: Height and width.
  ///   - channels: 1 or 3.
  /// - Throws: `FileError` of kind `cannotCreate`.
  func write(_ sample: Sample, _ pixels: [UInt8], side: Int, channels: Int) throws(FileError) {
    let file = try PartialFile(Self.name(sample.number), in: try folder(of: sample.label), isReplacing: isForced)
    let bytes = try PNG.encode(pixels: pixels, width: side, height: side, channels: channels)
    try file.write(bytes, at: 0)
    // A kill leaves what the system has been given; `finish` is for power cuts.
    try file.finish(isFlushed: false)
  }

  /// Makes all samples certain to survive a power cut.
  func finish() { Folder.flushAll() }

  /// Six digits, so that names have the order of numbers.
  private static func name(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(6 - digits.count, 0)) + digits + ".png"
  }

  private func folder(of label: Int) throws(FileError) -> Folder {
    if let open, open.label == label { return open.folder }
    let own = try folder.made(classes[label])
    open = (label, own)
    return own
  }
}
