internal import Foundation
package import Formats

#if canImport(Glibc)
  internal import Glibc
#endif

/// What a run does with folders, each call flushed to disk or replaced as a whole.
package enum Directory {
  /// Creates a folder and those above it, unless it is there.
  package static func create(_ path: String) throws(FormatError) {
    var code = mkdir(path, 0o777) == 0 ? 0 : errno
    if code == ENOENT {
      try create(split(path).folder)
      code = mkdir(path, 0o777) == 0 ? 0 : errno
    }
    if code == 0 { return }
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw FormatError(
        .cannotCreate,
        "cannot create the folder '\(path)': \(String(cString: strerror(code))); check the rights or choose another "
          + "place")
    }
  }

  /// The folder that something lies in, and its name there.
  ///
  /// Foundation's own functions for this trap on paths of one character.
  static func split(_ path: String) -> (folder: String, name: String) {
    let names = path.split(separator: "/")
    let root = path.hasPrefix("/") ? "/" : ""
    guard let name = names.last else { return (root.isEmpty ? "." : root, "") }
    let folder = root + names.dropLast().joined(separator: "/")
    return (folder.isEmpty ? "." : folder, String(name))
  }

  /// The folder at `path`, or the nearest one above it that is there.
  static func nearest(_ path: String) -> String {
    var status = stat()
    var place = path
    while stat(place, &status) != 0, place != ".", place != "/" { place = split(place).folder }
    return place
  }

  /// Whether two paths lead to the same thing.
  static func isSame(_ a: String, _ b: String) -> Bool {
    var (first, second) = (stat(), stat())
    return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev
      && first.st_ino == second.st_ino
  }

  /// Makes the names in a folder certain to survive a power cut.
  static func flush(_ path: String) throws(FormatError) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("open", path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure("flush", path) }
  }

  /// Gives a folder another name; what was there before ends up as `aside`.
  static func rename(_ path: String, to other: String, aside: String) throws(FormatError) {
    // Folders cannot be replaced in one step: for an instant nothing has the name.
    if FileManager.default.fileExists(atPath: other) { try rename(other, to: aside) }
    try rename(path, to: other)
  }

  /// Gives something another name, which nothing else has.
  static func rename(_ path: String, to other: String) throws(FormatError) {
    guard Glibc.rename(path, other) == 0 else { throw failure("rename", path) }
  }

  /// What the names of unfinished files and folders end with.
  static let partialSuffix = ".partial"

  /// Removes what a killed process left unfinished in a folder.
  static func removePartial(_ path: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    for name in names where name.hasSuffix(partialSuffix) {
      try? FileManager.default.removeItem(atPath: path + "/" + name)
    }
  }

  private static func failure(_ action: String, _ path: String) -> FormatError {
    let text = String(cString: strerror(errno))
    return FormatError(.cannotCreate, "cannot \(action) '\(path)': \(text); check the disk and the rights")
  }
}
