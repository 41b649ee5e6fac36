internal import Foundation
internal import Formats

#if canImport(Glibc)
  internal import Glibc
#endif

/// What a run does with folders, each call flushed to disk or replaced as a whole.
enum Directory {
  /// Creates a folder and those above it, unless it is there.
  static func create(_ path: String) throws(FormatError) {
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
    if FileManager.default.fileExists(atPath: other), Glibc.rename(other, aside) != 0 {
      throw failure("rename", other)
    }
    guard Glibc.rename(path, other) == 0 else { throw failure("rename", path) }
  }

  private static func failure(_ action: String, _ path: String) -> FormatError {
    let text = String(cString: strerror(errno))
    return FormatError(.cannotCreate, "cannot \(action) '\(path)': \(text); check the disk and the rights")
  }
}
