package import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#endif

/// What is asked of folders by their paths; whoever writes into one opens it as a `Folder`.
package enum Directory {
  /// Creates a folder and those above it, unless it is there.
  ///
  /// - Parameter path: The folder.
  /// - Returns: The folders that were made, outermost first; another process may have made some of the others meanwhile.
  /// - Throws: `FileError` of kind `cannotCreate`.
  @discardableResult
  package static func create(_ path: String) throws(FileError) -> [String] {
    var created: [String] = []
    var failure = making(path)
    let folder = split(path).folder
    if failure == .noSuchFileOrDirectory, folder != path {
      created = try create(folder)
      failure = making(path)
    }
    guard let failure else { return created + [path] }
    if type(of: path) == .directory { return created }
    throw FileError(
      .cannotCreate, "cannot create the folder '\(path)': \(failure); check the rights or choose another place")
  }

  /// Removes a folder if it is empty.
  package static func removeIfEmpty(_ path: String) { rmdir(path) }

  /// What there is at a path, links followed; `nil` where there is nothing.
  static func type(of path: String) -> FileType? { (try? FilePath(path).stat())?.type }

  /// Whether a link is at a path.
  package static func isLink(_ path: String) -> Bool {
    (try? FilePath(path).stat(flags: .symlinkNoFollow))?.type == .symbolicLink
  }

  /// The names in a folder, in no order; `nil` for one that is not UTF-8.
  ///
  /// - Parameter path: The folder.
  /// - Returns: All names but those of the folder itself and of the one above.
  /// - Throws: `FileError` of kind `missing` or `unreadable`.
  package static func names(in path: String) throws(FileError) -> [String?] {
    guard let stream = opendir(path) else { throw .reading(path, Errno(rawValue: errno)) }
    return names(of: stream)
  }

  /// The names that a stream has, which is closed.
  static func names(of stream: OpaquePointer) -> [String?] {
    defer { closedir(stream) }
    var result: [String?] = []
    // An entry is as long as its name: a copy of the structure would read beyond it, and the last one beyond its page.
    let start = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
    while let entry = readdir(stream) {
      let name = String(validatingCString: (UnsafeRawPointer(entry) + start).assumingMemoryBound(to: CChar.self))
      if name != ".", name != ".." { result.append(name) }
    }
    return result
  }

  /// The folder that something lies in, and its name there.
  ///
  /// Foundation's own functions for this trap on paths of one character.
  package static func split(_ path: String) -> (folder: String, name: String) {
    let path = FilePath(path)
    let folder = path.removingLastComponent().string
    return (folder.isEmpty ? "." : folder, path.lastComponent?.string ?? "")
  }

  /// The folder at `path`, or the nearest one above it that is there.
  package static func nearest(_ path: String) -> String {
    var place = path
    while type(of: place) == nil, place != ".", place != "/" { place = split(place).folder }
    return place
  }

  /// Checks that this process may create files at `path`, or create the folder itself.
  ///
  /// - Parameter path: The folder.
  /// - Throws: What the system says.
  package static func checkRights(_ path: String) throws(Errno) {
    let place = nearest(path)
    try SystemCall.check { faccessat(AT_FDCWD, place, W_OK | X_OK, AT_EACCESS) }
  }

  /// The path without links, `.` and `..`; `nil` where there is nothing.
  package static func realPath(_ path: String) -> String? {
    guard let text = realpath(path, nil) else { return nil }
    defer { free(text) }
    return String(validatingCString: text)
  }

  /// Whether two paths lead to the same thing.
  package static func isSame(_ a: String, _ b: String) -> Bool {
    guard let first = FileStatus(a), let second = FileStatus(b) else { return false }
    return first.isSame(as: second)
  }

  /// Makes one folder; returns why it could not.
  private static func making(_ path: String) -> Errno? {
    do throws(Errno) {
      try SystemCall.check { mkdir(path, 0o777) }
      return nil
    } catch {
      return error
    }
  }
}
