internal import Files

/// The right to write a cache, held by at most one process; the file of the lock is there only meanwhile.
///
/// Where a file system knows no locks every process gets the right: caches are then made more than once, each in a file of
/// its own, and the last one stays.
final class CacheLock {
  private let lock: FileLock?

  /// Takes the lock.
  ///
  /// - Parameters:
  ///   - name: The file of the lock.
  ///   - folder: Where it is.
  ///   - waits: Whether to sleep until the lock is free; else there may be none.
  init?(_ name: String, in folder: Folder, waits: Bool) {
    do throws(FileLock.Failure) {
      lock = try FileLock(name, in: folder, waits: waits, removesFile: true)
    } catch .held {
      return nil
    } catch {
      // Writing the cache itself will tell what is wrong with the folder.
      lock = nil
    }
  }

  /// Gives the lock back and removes its file.
  func release() { lock?.release() }
}
