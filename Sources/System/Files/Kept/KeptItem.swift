internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#endif

/// Something in a cache folder that the program has made, and would make again.
package struct KeptItem: Sendable {
  /// Its name in the cache, behind that of the folder it lies in.
  package let name: String
  /// What it is, as far as its own texts tell.
  package let text: String
  /// Bytes of all its files.
  package let byteCount: Int
  /// Nanoseconds since 1970 at which it was made or last used.
  package let used: Int

  /// What it was when it was looked at: nothing else is ever removed.
  private enum Content {
    case file(String, FileStatus)
    case folder([String], FileStatus.Identity, files: [String: FileStatus])
  }

  private let content: Content

  /// A file of a cache; `nil` where no regular file has the name.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - cache: The cache.
  ///   - text: What it is.
  package init?(file name: String, in cache: Folder, _ text: String) {
    guard let status = cache.regularStatus(name) else { return nil }
    (self.name, self.text) = (name, text)
    (byteCount, used) = (status.byteCount, status.modified)
    content = .file(name, status)
  }

  /// A folder below a cache; `nil` where there is none.
  ///
  /// - Parameters:
  ///   - path: The names that lead to it, from the cache on; no links.
  ///   - cache: The cache.
  ///   - files: Those of its files that the program has made; others stay, and the folder with them.
  ///   - text: What it is.
  package init?(folder path: [String], in cache: Folder, files: [String], _ text: String) {
    guard let folder = cache.ownFolder(path), let status = FileStatus(folder.descriptor) else { return nil }
    let found = Dictionary(
      uniqueKeysWithValues: files.compactMap { name in folder.regularStatus(name).map { (name, $0) } })
    (name, self.text) = (path.joined(separator: "/"), text)
    byteCount = found.values.reduce(0) { $0 + $1.byteCount }
    used = found.values.reduce(status.modified) { max($0, $1.modified) }
    content = .folder(path, status.identity, files: found)
  }

  /// What became of something that was to be removed.
  package enum Removal: Sendable, Equatable {
    /// It is gone.
    case removed
    /// A process uses it, or may do so where the file system knows no locks.
    case inUse
    /// Something else has its name by now, or nothing.
    case changed
  }

  /// Removes it, unless a process uses it.
  ///
  /// - Parameter cache: The cache that it was found in.
  /// - Returns: What became of it.
  /// - Throws: `FileError` where the rights are missing.
  package func remove(from cache: Folder) throws(FileError) -> Removal {
    switch content {
    case .file(let name, let status): return try cache.removeUnused(name, status)
    case .folder(let path, let identity, let files):
      guard let folder = cache.ownFolder(path), FileStatus(folder.descriptor)?.identity == identity else {
        return .changed
      }
      // Whoever uses the folder has its lock; files are written and read by nobody else.
      guard folder.descriptor.isUnused(since: used) else { return .inUse }
      for (name, status) in files where folder.regularStatus(name)?.isUnchanged(since: status) == true {
        try folder.remove(name)
      }
      folder.removeAbandoned()
      if let name = path.last { _ = cache.ownFolder(path.dropLast())?.removeEmptyFolder(name) }
      return .removed
    }
  }
}

extension Folder {
  /// The names in the folder, in order, without those that are no text; none where it cannot be read.
  package var readableNames: [String] { ((try? names()) ?? []).compactMap { $0 }.sorted() }

  /// A folder below this one; `nil` where a link or something else has one of the names.
  package func ownFolder(_ path: some Sequence<String>) -> Folder? {
    var folder = self
    for name in path {
      guard let inner = try? folder.descriptor.opening(name, Self.readingFlags | O_NOFOLLOW) else { return nil }
      folder = Folder(folder.path(of: name), inner)
    }
    return folder
  }

  /// What the system says of a regular file; `nil` for anything else.
  fileprivate func regularStatus(_ name: String) -> FileStatus? {
    guard let status = status(name), status.type == .regular else { return nil }
    return FileStatus(status)
  }

  /// Removes a file unless a process has a lock on it, or it is not the one that was looked at.
  fileprivate func removeUnused(_ name: String, _ expected: FileStatus) throws(FileError) -> KeptItem.Removal {
    let file: FileDescriptor
    do throws(Errno) {
      file = try openedAsItIs(name)
    } catch .noSuchFileOrDirectory, .tooManySymbolicLinkLevels {
      return .changed
    } catch {
      throw .writing(path(of: name), error)
    }
    defer { try? file.close() }
    guard FileStatus(file)?.isSame(as: expected) == true else { return .changed }
    guard file.isUnused(since: expected.modified) else { return .inUse }
    guard regularStatus(name)?.isUnchanged(since: expected) == true else { return .changed }
    try remove(name)
    return .removed
  }

  /// Opens a file for its lock; network file systems lock only what can be written to.
  private func openedAsItIs(_ name: String) throws(Errno) -> FileDescriptor {
    do throws(Errno) {
      return try descriptor.opening(name, O_RDWR | O_NOFOLLOW | O_NONBLOCK)
    } catch {
      return try descriptor.opening(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    }
  }
}

extension FileDescriptor {
  /// How long something may be in use where the file system knows no locks: a day.
  private static let patience = 86_400 * 1_000_000_000

  /// Whether no process uses what this descriptor has, whose lock it takes.
  fileprivate func isUnused(since used: Int) -> Bool {
    switch tryLock() {
    case .taken: true
    case .held: false
    case .unknown: used < FileStatus.now - Self.patience
    }
  }
}

extension FileStatus {
  /// Whether it is the same file with the same content; numbers of files are given again.
  fileprivate func isUnchanged(since other: FileStatus) -> Bool {
    isSame(as: other) && modified == other.modified && byteCount == other.byteCount
  }
}
