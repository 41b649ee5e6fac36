internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#endif

/// A file under another name than the one it shall have, until it is whole and on disk.
///
/// If it never is, it is removed, and what has the name stays. (After a crash the *rename* is only certain once the folder
/// is flushed, too.) Threads may write and read different bytes at the same time.
package final class PartialFile: Sendable {
  private let path: String
  private let partialPath: String
  private let descriptor: FileDescriptor

  /// Starts a file.
  ///
  /// - Parameters:
  ///   - path: Where the file shall be.
  ///   - partialPath: Where it is until then, in the same folder.
  /// - Throws: `FileError` of kind `cannotCreate`.
  package init(path: String, partialPath: String) throws(FileError) {
    self.path = path
    self.partialPath = partialPath
    do throws(Errno) {
      descriptor = try FileDescriptor.opened(
        partialPath, .readWrite, [.create, .truncate], permissions: .everybody)
    } catch {
      throw .writing(path, error)
    }
  }

  deinit {
    try? descriptor.close()
    // After `finish` there is nothing of this name.
    unlink(partialPath)
  }

  /// Writes bytes behind what was written so.
  package func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    do throws(Errno) { try descriptor.writeEverything(bytes) } catch { throw .writing(path, error) }
  }

  /// Writes bytes at an offset.
  package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
    do throws(Errno) { try descriptor.writeEverything(bytes, at: offset) } catch { throw .writing(path, error) }
  }

  /// Writes bytes at an offset.
  package func write(_ bytes: [UInt8], at offset: Int) throws(FileError) {
    var failure: Errno?
    bytes.withUnsafeBytes { bytes in
      do throws(Errno) { try descriptor.writeEverything(bytes, at: offset) } catch { failure = error }
    }
    if let failure { throw .writing(path, failure) }
  }

  /// Reads bytes that were written before.
  package func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) {
    do throws(Errno) {
      guard try descriptor.readEverything(into: bytes, at: offset) == bytes.count else { throw .ioError }
    } catch {
      throw .reading(partialPath, error)
    }
  }

  /// Cuts the file.
  package func cut(to byteCount: Int) throws(FileError) {
    do throws(Errno) { try descriptor.cut(to: byteCount) } catch { throw .writing(path, error) }
  }

  /// Flushes the file to disk and gives it its name.
  package func finish() throws(FileError) {
    do throws(Errno) {
      try descriptor.flush()
      try SystemCall.check { rename(partialPath, path) }
    } catch {
      throw .writing(path, error)
    }
  }
}
