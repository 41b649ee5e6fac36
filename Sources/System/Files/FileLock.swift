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

  private let path: String
  private let removesFile: Bool
  private var descriptor: FileDescriptor?

  /// Takes the lock.
  ///
  /// - Parameters:
  ///   - path: The file of the lock, which is made where there is none.
  ///   - waits: Whether to sleep until the lock is free; else another process may have it.
  ///   - removesFile: Whether the file goes when the lock is given back.
  /// - Throws: Why there is no lock.
  package init(path: String, waits: Bool, removesFile: Bool) throws(Failure) {
    self.path = path
    self.removesFile = removesFile
    while true {
      let file: FileDescriptor
      do throws(Errno) {
        file = try FileDescriptor.opened(path, .readWrite, .create, permissions: .everybody)
      } catch {
        throw .opening(error)
      }
      do throws(Errno) {
        try Self.lock(file, LOCK_EX | (waits ? 0 : LOCK_NB))
      } catch {
        try? file.close()
        if removesFile, error != .wouldBlock { unlink(path) }
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
    if removesFile { unlink(path) }
    try? descriptor.close()
    self.descriptor = nil
  }

  /// Sleeps until no process holds the lock.
  package static func wait(path: String) {
    guard let file = try? FileDescriptor.opened(path, .readWrite) else { return }
    try? lock(file, LOCK_SH)
    try? file.close()
  }

  private static func lock(_ file: FileDescriptor, _ operation: CInt) throws(Errno) {
    try SystemCall.check { flock(file.rawValue, operation) }
  }
}
