internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#endif

/// A folder as such: what is done in it is done relative to an open descriptor, wherever it has been moved meanwhile.
///
/// A path may lead to another folder from one moment to the next; a descriptor does not. Names are names, not paths.
package final class Folder: Sendable {
  private let path: String
  let descriptor: FileDescriptor

  static let readingFlags = O_RDONLY | O_DIRECTORY

  /// Opens a folder.
  ///
  /// - Parameter path: Where it is; links are followed.
  /// - Throws: `FileError` of kind `cannotCreate`: folders are opened to write into them.
  package init(_ path: String) throws(FileError) {
    self.path = path
    do throws(Errno) {
      descriptor = try FileDescriptor.opened(path, .readOnly, .directory)
    } catch {
      throw .writing(path, error)
    }
  }

  init(_ path: String, _ descriptor: FileDescriptor) {
    (self.path, self.descriptor) = (path, descriptor)
  }

  deinit { try? descriptor.close() }

  /// Where the folder is: the path that it was opened by, or the system's own where that leads elsewhere by now.
  package var place: String {
    guard let status = FileStatus(descriptor), FileStatus(path)?.isSame(as: status) != true else { return path }
    let link = "/proc/self/fd/\(descriptor.rawValue)"
    var text = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(link, &text, text.count)
    guard count > 0 else { return path }
    return String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Where something in the folder is.
  package func path(of name: String) -> String {
    let place = place
    return place == "." ? name : place + "/" + name
  }

  /// Whether the folder has been removed: it is open still, and nothing can be made in it.
  package var isRemoved: Bool {
    do throws(Errno) { return try descriptor.stat().linkCount == 0 } catch { return true }
  }

  /// Opens a folder in this one.
  ///
  /// - Parameter name: Its name; a link to a folder elsewhere is followed.
  /// - Returns: The folder; `nil` where nothing has the name.
  /// - Throws: `FileError` of kind `cannotCreate` where something else has the name, or the rights are missing.
  package func folder(_ name: String) throws(FileError) -> Folder? {
    do throws(Errno) {
      return Folder(path(of: name), try descriptor.opening(name, Self.readingFlags))
    } catch .noSuchFileOrDirectory where type(of: name) == nil {
      return nil
    } catch {
      throw .writing(path(of: name), error)
    }
  }

  /// Opens a folder in this one, which is made if there is none.
  package func made(_ name: String) throws(FileError) -> Folder {
    let descriptor = descriptor.rawValue
    do throws(Errno) {
      try SystemCall.check { mkdirat(descriptor, name, 0o777) }
    } catch {
      guard error == .fileExists else { throw .writing(path(of: name), error) }
    }
    if let made = try folder(name) { return made }
    throw .writing(path(of: name), .noSuchFileOrDirectory)
  }

  /// The names in the folder, in no order; `nil` for one that is not UTF-8.
  ///
  /// - Returns: All names but those of the folder itself and of the one above.
  /// - Throws: `FileError` of kind `unreadable`.
  package func names() throws(FileError) -> [String?] {
    do throws(Errno) {
      // A stream of its own, as reading it moves its position.
      let copy = try descriptor.opening(".", Self.readingFlags)
      guard let stream = fdopendir(copy.rawValue) else {
        let error = Errno(rawValue: errno)
        try? copy.close()
        throw error
      }
      return Directory.names(of: stream)
    } catch {
      throw .reading(place, error)
    }
  }

  /// What has a name, links not followed; `nil` where nothing has.
  func type(of name: String) -> FileType? { status(name)?.type }

  /// What the system says of a name, links not followed.
  func status(_ name: String) -> Stat? {
    try? FilePath(name).stat(relativeTo: descriptor, flags: .symlinkNoFollow)
  }

  /// Whether a regular file has a name.
  package func holds(_ name: String) -> Bool { type(of: name) == .regular }

  /// Whether anything has a name, if only a link that leads nowhere.
  package func hasAnything(_ name: String) -> Bool { type(of: name) != nil }

  /// Gives a file a second name.
  ///
  /// - Parameters:
  ///   - name: The file.
  ///   - wanted: The second name, which a number follows where something has it.
  /// - Returns: The second name.
  /// - Throws: `FileError` where the file system cannot.
  package func link(_ name: String, asFree wanted: String) throws(FileError) -> String {
    let descriptor = descriptor.rawValue
    let other = try freeName(wanted)
    do throws(Errno) {
      try SystemCall.check { linkat(descriptor, name, descriptor, other, 0) }
    } catch {
      throw .writing(path(of: other), error)
    }
    return other
  }

  /// A name that nothing in the folder has: the one that is wanted, which a number follows where something has it.
  package func freeName(_ wanted: String) throws(FileError) -> String {
    let taken = Set(try names())
    var (free, number) = (wanted, 2)
    while taken.contains(free) {
      free = "\(wanted)-\(number)"
      number += 1
    }
    return free
  }

  /// Whether a folder has a name, and no link to one.
  package func holdsFolder(_ name: String) -> Bool { type(of: name) == .directory }

  /// Gives something here another name, which loses what had it, unless that is a folder with something in it.
  package func rename(_ name: String, to other: String) throws(FileError) {
    let descriptor = descriptor.rawValue
    do throws(Errno) {
      try SystemCall.check { renameat(descriptor, name, descriptor, other) }
    } catch {
      throw FileError(.cannotCreate, "cannot rename '\(path(of: name))': \(error); check the disk and the rights")
    }
  }

  /// Removes a file, or a link itself.
  package func remove(_ name: String) throws(FileError) {
    let descriptor = descriptor.rawValue
    do throws(Errno) {
      try SystemCall.check { unlinkat(descriptor, name, 0) }
    } catch {
      throw .writing(path(of: name), error)
    }
  }

  /// Removes a folder in this one, if there is nothing in it.
  ///
  /// - Returns: Whether it is gone.
  func removeEmptyFolder(_ name: String) -> Bool {
    let descriptor = descriptor.rawValue
    return (try? SystemCall.check { unlinkat(descriptor, name, AT_REMOVEDIR) }) != nil
  }

  /// Makes all that was written certain to survive a power cut: of many small files this takes less time than each by itself.
  package static func flushAll() { sync() }

  /// Makes the names in the folder certain to survive a power cut.
  package func flush() throws(FileError) {
    do throws(Errno) { try descriptor.flush() } catch { throw .writing(place, error) }
  }
}

extension FileDescriptor {
  /// Opens a name in the folder that this descriptor has; no child process inherits it.
  func opening(_ name: String, _ flags: CInt, permissions: mode_t = 0o666) throws(Errno) -> FileDescriptor {
    FileDescriptor(rawValue: try SystemCall.check { openat(rawValue, name, flags | O_CLOEXEC, permissions) })
  }
}
