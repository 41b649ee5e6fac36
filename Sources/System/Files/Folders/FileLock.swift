package import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#endif

/// A right that at most one process has, as long as the object lives: `flock` on a file.
package final class FileLock {
  /// Why there is no lock.
  package enum Failure: Error {
    /// Another process has it.
    case held
    /// The system would not open the file.
    case opening(Errno)
    /// The system would not lock the file.
    case locking(Errno)
  }

  private let folder: Folder
  private let name: String
  private let removesFile: Bool
  private var descriptor: FileDescriptor?

  /// Takes the lock.
  ///
  /// - Parameters:
  ///   - name: The file of the lock, which is made where there is none; no link.
  ///   - folder: Where it is.
  ///   - waits: Whether to sleep until the lock is free; else another process may have it.
  ///   - removesFile: Whether the file goes when the lock is given back.
  /// - Throws: Why there is no lock.
  package init(_ name: String, in folder: Folder, waits: Bool, removesFile: Bool) throws(Failure) {
    (self.folder, self.name, self.removesFile) = (folder, name, removesFile)
    while true {
      let file: FileDescriptor
      do throws(Errno) {
        file = try folder.descriptor.opening(name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK)
      } catch {
        throw .opening(error)
      }
      do throws(Errno) {
        try Self.lock(file, LOCK_EX | (waits ? 0 : LOCK_NB))
      } catch {
        try? file.close()
        throw error == .wouldBlock ? .held : .locking(error)
      }
      if (try? file.stat())?.linkCount ?? 0 > 0 {
        descriptor = file
        return
      }
      // Whoever had the lock has removed its file: begin again with a new one.
      try? file.close()
    }
  }

  deinit { release() }

  /// Gives the lock back.
  package func release() {
    guard let descriptor else { return }
    if removesFile, isInPlace { try? folder.remove(name) }
    try? descriptor.close()
    self.descriptor = nil
  }

  /// Whether the file that is locked still has its name.
  package var isInPlace: Bool {
    guard let descriptor, let own = FileStatus(descriptor), let named = folder.status(name) else { return false }
    return FileStatus(named).isSame(as: own)
  }

  /// Sleeps until no process holds the lock.
  package static func wait(_ name: String, in folder: Folder) {
    guard let file = try? folder.descriptor.opening(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK) else { return }
    try? lock(file, LOCK_SH)
    try? file.close()
  }

  private static func lock(_ file: FileDescriptor, _ operation: CInt) throws(Errno) {
    try SystemCall.check { flock(file.rawValue, operation) }
  }
}
