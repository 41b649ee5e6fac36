internal import SystemPackage

/// The right to write into a folder, which at most one process has as long as the object lives.
///
/// The lock is that of the folder itself, which stays with it wherever it is moved and whatever is removed from it. File
/// systems of networks lock no folders: there it is that of a file in it.
package final class FolderLock {
  private let folder: Folder
  private let file: FileLock
  private let locksFolder: Bool
  private let descriptor: FileDescriptor

  /// The name of the file that is locked as well.
  package static let fileName = "lock"

  /// Takes the lock, without waiting for it.
  ///
  /// - Parameter folder: The folder.
  /// - Throws: Why there is no lock.
  package init(_ folder: Folder) throws(FileLock.Failure) {
    self.folder = folder
    do throws(Errno) {
      // Locks belong to what was opened: two objects in one process exclude each other, too.
      descriptor = try folder.descriptor.opening(".", Folder.readingFlags)
    } catch {
      throw .opening(error)
    }
    switch descriptor.tryLock() {
    case .held:
      try? descriptor.close()
      throw .held
    case .taken: locksFolder = true
    case .unknown: locksFolder = false
    }
    do throws(FileLock.Failure) {
      file = try FileLock(Self.fileName, in: folder, waits: false, removesFile: false)
    } catch {
      try? descriptor.close()
      throw error
    }
  }

  deinit { try? descriptor.close() }

  /// Whether no other process can have taken the lock meanwhile.
  package var isHeld: Bool { locksFolder || file.isInPlace }
}
