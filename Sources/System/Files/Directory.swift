internal import Foundation
package import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#endif

/// What the program does with folders and names in them, each call flushed to disk or replaced as a whole.
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

  /// The names in a folder, in no order; `nil` for one that is not UTF-8.
  ///
  /// - Parameter path: The folder.
  /// - Returns: All names but those of the folder itself and of the one above.
  /// - Throws: `FileError` of kind `missing` or `unreadable`.
  package static func names(in path: String) throws(FileError) -> [String?] {
    guard let stream = opendir(path) else { throw .reading(path, Errno(rawValue: errno)) }
    defer { closedir(stream) }
    var result: [String?] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
      }
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

  /// Makes the names in a folder certain to survive a power cut.
  package static func flush(_ path: String) throws(FileError) {
    do throws(Errno) {
      let folder = try FileDescriptor.opened(path, .readOnly, .directory)
      defer { try? folder.close() }
      try folder.flush()
    } catch {
      throw failure("flush", path, error)
    }
  }

  /// Gives a folder another name; what was there before ends up as `aside`.
  package static func rename(_ path: String, to other: String, aside: String) throws(FileError) {
    // Folders cannot be replaced in one step: for an instant nothing has the name.
    if FileManager.default.fileExists(atPath: other) { try rename(other, to: aside) }
    try rename(path, to: other)
  }

  /// Gives something another name, which nothing else has.
  package static func rename(_ path: String, to other: String) throws(FileError) {
    do throws(Errno) {
      try SystemCall.check { Glibc.rename(path, other) }
    } catch {
      throw failure("rename", path, error)
    }
  }

  /// What the names of unfinished files and folders end with.
  package static let partialSuffix = ".partial"

  /// Removes what a killed process left unfinished in a folder.
  package static func removePartial(_ path: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    for name in names where name.hasSuffix(partialSuffix) {
      try? FileManager.default.removeItem(atPath: path + "/" + name)
    }
  }

  /// Removes a file.
  package static func remove(_ path: String) throws(FileError) {
    do throws(Errno) { try SystemCall.check { unlink(path) } } catch { throw .writing(path, error) }
  }

  /// Removes a file if it is there.
  package static func removeFile(_ path: String) { unlink(path) }

  /// Makes one folder; returns why it could not.
  private static func making(_ path: String) -> Errno? {
    do throws(Errno) {
      try SystemCall.check { mkdir(path, 0o777) }
      return nil
    } catch {
      return error
    }
  }

  private static func failure(_ action: String, _ path: String, _ error: Errno) -> FileError {
    FileError(.cannotCreate, "cannot \(action) '\(path)': \(error); check the disk and the rights")
  }
}
