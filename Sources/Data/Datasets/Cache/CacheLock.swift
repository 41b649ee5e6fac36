#if canImport(Glibc)
  import Glibc
#endif

/// The right to write a cache, held by at most one process; the file of the lock is there only meanwhile.
final class CacheLock {
  private let path: String
  private var descriptor: CInt

  /// Takes the lock.
  ///
  /// Where a file system knows no locks every process gets one: caches are then made more than once, each in a file of
  /// its own, and the last one stays.
  ///
  /// - Parameters:
  ///   - path: The file of the lock.
  ///   - waits: Whether to sleep until the lock is free; else there may be none.
  init?(path: String, waits: Bool) {
    self.path = path
    while true {
      let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
      guard file >= 0 else { break }
      if Self.lock(file, LOCK_EX | (waits ? 0 : LOCK_NB)) == EWOULDBLOCK {
        close(file)
        return nil
      }
      var status = stat()
      if fstat(file, &status) == 0, status.st_nlink > 0 {
        descriptor = file
        return
      }
      // Whoever had the lock has removed its file: begin again with a new one.
      close(file)
    }
    // Writing the cache itself will tell what is wrong with the folder.
    descriptor = -1
  }

  deinit { release() }

  /// Gives the lock back and removes its file.
  func release() {
    guard descriptor >= 0 else { return }
    unlink(path)
    close(descriptor)
    descriptor = -1
  }

  /// Sleeps until nobody holds a lock.
  static func wait(path: String) {
    let file = open(path, O_RDWR | O_CLOEXEC)
    guard file >= 0 else { return }
    _ = lock(file, LOCK_SH)
    close(file)
  }

  private static func lock(_ file: CInt, _ operation: CInt) -> CInt {
    while flock(file, operation) != 0 {
      if errno != EINTR { return errno }
    }
    return 0
  }
}
