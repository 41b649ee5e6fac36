internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#endif

/// What is made under a random name, and what killed processes left of that.
extension Folder {
  /// Starts a file of a random name, which this process holds the lock of as long as it is open.
  ///
  /// - Returns: The name and the file.
  /// - Throws: The call's `Errno`.
  func makeTemporaryFile() throws(Errno) -> (name: String, file: FileDescriptor) {
    while true {
      let name = TemporaryName.make()
      let file = try descriptor.opening(name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW)
      // Somebody who cleans up may have been quicker than the lock.
      if file.tryLock() != .held, try file.stat().linkCount > 0 { return (name, file) }
      try? file.close()
    }
  }

  /// Makes a folder of a random name.
  package func makeTemporaryFolder() throws(FileError) -> (name: String, folder: Folder) {
    let name = TemporaryName.make()
    let descriptor = descriptor.rawValue
    do throws(Errno) {
      try SystemCall.check { mkdirat(descriptor, name, 0o777) }
    } catch {
      throw .writing(place, error)
    }
    guard let folder = try folder(name) else { throw .writing(path(of: name), .noSuchFileOrDirectory) }
    return (name, folder)
  }

  /// Gives something here a random name, to be removed.
  ///
  /// - Parameter name: What it is called; a link is taken for what it is.
  /// - Returns: The random name; `nil` where nothing has the name.
  /// - Throws: `FileError` where it cannot be renamed.
  package func setAside(_ name: String) throws(FileError) -> String? {
    guard type(of: name) != nil else { return nil }
    let other = TemporaryName.make()
    try rename(name, to: other)
    return other
  }

  /// Gives something of a random name the one that it shall have; what has that gets the random one.
  ///
  /// - Parameters:
  ///   - name: A random name.
  ///   - other: The name that it shall have, which something may have.
  /// - Throws: `FileError` where it cannot be renamed.
  package func exchange(_ name: String, with other: String) throws(FileError) {
    guard type(of: other) != nil else { return try rename(name, to: other) }
    let descriptor = descriptor.rawValue
    if let renameat2 = Self.renameat2,
      (try? SystemCall.check { renameat2(descriptor, name, descriptor, other, 2 /* RENAME_EXCHANGE */) }) != nil
    {
      return
    }
    // Not every file system can: for an instant nothing has the name.
    let aside = try setAside(other)
    try rename(name, to: other)
    if let aside { try rename(aside, to: name) }
  }

  /// The call, which Swift's view of the C library lacks; `nil` where the library does, too.
  private static let renameat2 = dlsym(nil, "renameat2").map {
    unsafeBitCast(
      $0, to: (@convention(c) (CInt, UnsafePointer<CChar>, CInt, UnsafePointer<CChar>, CUnsignedInt) -> CInt).self)
  }

  /// Removes what killed processes left under random names.
  ///
  /// Files that a living process writes are locked by it, and stay.
  ///
  /// - Parameter own: The names that the program gives to files in folders of random names; `nil` where it makes no such
  ///   folders.
  package func removeAbandoned(filesOfFolders own: Set<String>? = nil) {
    for case let name? in (try? names()) ?? [] where TemporaryName.isOne(name) {
      switch type(of: name) {
      case .regular:
        guard let file = try? descriptor.opening(name, O_RDWR | O_NOFOLLOW | O_NONBLOCK) else { continue }
        if file.tryLock() == .taken { try? remove(name) }
        try? file.close()
      case .directory:
        if let own { discard(name, files: own) }
      default: break
      }
    }
  }

  /// Removes a folder and those files in it that the program has made.
  ///
  /// - Parameters:
  ///   - name: The folder; a link to one is none.
  ///   - files: The names of the program's files in it.
  /// - Returns: Whether it is gone; it is not where it holds anything else.
  @discardableResult
  package func discard(_ name: String, files: Set<String>) -> Bool {
    guard let inner = try? descriptor.opening(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW) else { return false }
    let folder = Folder(name, inner)
    for case let file? in (try? folder.names()) ?? [] where files.contains(file) || TemporaryName.isOne(file) {
      try? folder.remove(file)
    }
    return removeEmptyFolder(name)
  }
}

extension FileDescriptor {
  /// How an attempt to lock a file ended.
  enum LockOutcome: Equatable {
    /// This descriptor has the lock.
    case taken
    /// Another one has it.
    case held
    /// The file system knows no locks of this kind, or not of this file.
    case unknown(Errno)
  }

  /// Takes the lock of a file or folder unless another process has it.
  func tryLock() -> LockOutcome {
    let descriptor = rawValue
    do throws(Errno) {
      try SystemCall.check { flock(descriptor, LOCK_EX | LOCK_NB) }
      return .taken
    } catch {
      return error == .wouldBlock ? .held : .unknown(error)
    }
  }
}
