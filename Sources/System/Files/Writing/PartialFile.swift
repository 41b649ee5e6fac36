internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#endif

/// A file under a random name, until it is whole and on disk and gets the name that it shall have.
///
/// If it never does, it is removed, and what has the name stays. (After a crash the *rename* is only certain once the folder
/// is flushed, too.) Threads may write and read different bytes at the same time.
package final class PartialFile: Sendable {
  private let folder: Folder
  private let name: String
  private let isReplacing: Bool
  private let partialName: String
  private let descriptor: FileDescriptor
  /// Whether it stays under its partial name where it is never finished.
  private let isKept: Bool

  /// Starts a file.
  ///
  /// - Parameters:
  ///   - name: The name that it shall have.
  ///   - folder: Where.
  ///   - isReplacing: Whether a regular file of the name may be replaced; nothing else ever is.
  /// - Throws: `FileError` of kind `cannotCreate`.
  package init(_ name: String, in folder: Folder, isReplacing: Bool) throws(FileError) {
    (self.folder, self.name, self.isReplacing, isKept) = (folder, name, isReplacing, false)
    try Self.check(name, in: folder, isReplacing: isReplacing)
    do throws(Errno) {
      (partialName, descriptor) = try folder.makeTemporaryFile()
    } catch {
      throw .writing(folder.path(of: name), error)
    }
  }

  /// Goes on with what an earlier process may have begun, or begins; what is not finished stays for the next one.
  ///
  /// Whoever opens it has to look whether it is one of its own, before anything is written.
  ///
  /// - Parameters:
  ///   - name: The name that it shall have.
  ///   - folder: Where.
  ///   - isReplacing: Whether a regular file of the name may be replaced; nothing else ever is.
  ///   - partialName: The name until then, of one process at a time.
  /// - Throws: `FileError` of kind `cannotCreate`.
  package init(_ name: String, in folder: Folder, isReplacing: Bool, keptAs partialName: String) throws(FileError) {
    (self.folder, self.name, self.isReplacing, isKept) = (folder, name, isReplacing, true)
    self.partialName = partialName
    try Self.check(name, in: folder, isReplacing: isReplacing)
    try Self.check(partialName, in: folder, isReplacing: true)
    do throws(Errno) {
      descriptor = try folder.descriptor.opening(partialName, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK)
    } catch {
      throw .writing(folder.path(of: partialName), error)
    }
    if descriptor.tryLock() == .held {
      throw FileError(
        .cannotCreate,
        "expected no other process to write '\(folder.path(of: partialName))' and one does; wait for it, or choose another name"
      )
    }
  }

  /// Opens a file that another process has begun and that both write.
  ///
  /// - Parameters:
  ///   - partialName: Its name until it is finished, which the other process does.
  ///   - folder: Where.
  /// - Throws: `FileError` where there is none, or it cannot be written.
  package init(joining partialName: String, in folder: Folder) throws(FileError) {
    (self.folder, name, isReplacing, isKept, self.partialName) = (folder, partialName, false, true, partialName)
    try Self.check(partialName, in: folder, isReplacing: true)
    do throws(Errno) {
      descriptor = try folder.descriptor.opening(partialName, O_RDWR | O_NOFOLLOW | O_NONBLOCK)
    } catch {
      throw .writing(folder.path(of: partialName), error)
    }
  }

  /// Length in bytes.
  package var byteCount: Int {
    get throws(FileError) {
      do throws(Errno) { return Int(try descriptor.stat().size) } catch { throw failure(error) }
    }
  }

  deinit {
    // After `finish` there is nothing of this name.
    if !isKept { try? folder.remove(partialName) }
    try? descriptor.close()
  }

  private static func check(_ name: String, in folder: Folder, isReplacing: Bool) throws(FileError) {
    switch folder.type(of: name) {
    case nil: return
    case .regular? where isReplacing: return
    case .regular?: throw exists(folder.path(of: name))
    case .symbolicLink?:
      throw FileError(
        .cannotCreate,
        "expected a file or nothing at '\(folder.path(of: name))' and found a link; give the path that it leads to, or "
          + "choose another name")
    default:
      throw FileError(
        .cannotCreate,
        "expected a file or nothing at '\(folder.path(of: name))' and found a directory or device; choose another name")
    }
  }

  private static func exists(_ path: String) -> FileError {
    FileError(
      .cannotCreate, "expected nothing at '\(path)' and found a file; choose another name, or add --force to replace it"
    )
  }

  /// Writes bytes behind what was written so.
  package func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    do throws(Errno) { try descriptor.writeEverything(bytes) } catch { throw failure(error) }
  }

  /// Writes bytes at an offset.
  package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
    do throws(Errno) { try descriptor.writeEverything(bytes, at: offset) } catch { throw failure(error) }
  }

  /// Writes bytes at an offset.
  package func write(_ bytes: [UInt8], at offset: Int) throws(FileError) {
    var failure: FileError?
    bytes.withUnsafeBytes { bytes in
      do throws(FileError) { try write(bytes, at: offset) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Reads bytes that were written before.
  package func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) {
    do throws(Errno) {
      guard try descriptor.readEverything(into: bytes, at: offset) == bytes.count else { throw .ioError }
    } catch {
      throw .reading(folder.path(of: partialName), error)
    }
  }

  /// Bytes that were written before.
  ///
  /// - Parameters:
  ///   - count: How many.
  ///   - offset: Where they begin.
  /// - Returns: So many; none where the file ends before.
  /// - Throws: `FileError` where they cannot be read.
  package func bytes(_ count: Int, at offset: Int) throws(FileError) -> [UInt8] {
    guard try byteCount >= offset + count else { return [] }
    var failure: FileError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      do throws(FileError) {
        try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
        filled = count
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Waits until what was written is on the disk.
  package func flush() throws(FileError) {
    do throws(Errno) { try descriptor.flush() } catch { throw failure(error) }
  }

  /// Cuts the file.
  package func cut(to byteCount: Int) throws(FileError) {
    do throws(Errno) { try descriptor.cut(to: byteCount) } catch { throw failure(error) }
  }

  /// Flushes the file to disk and gives it its name.
  ///
  /// - Parameter isFlushed: Whether it is on disk before it has its name, as a power cut wants it; of many files at once the
  ///   `Folder.flushAll` takes less time.
  /// - Throws: `FileError` of kind `cannotCreate`.
  package func finish(isFlushed: Bool = true) throws(FileError) {
    if isFlushed { try flush() }
    // Something else may have got the name since the file was begun.
    try Self.check(name, in: folder, isReplacing: isReplacing)
    let descriptor = folder.descriptor.rawValue
    do throws(Errno) {
      if isReplacing {
        try SystemCall.check { renameat(descriptor, partialName, descriptor, name) }
      } else {
        try giveFreeName()
      }
    } catch .fileExists {
      throw Self.exists(folder.path(of: name))
    } catch {
      throw failure(error)
    }
  }

  /// Gives the file its name, unless something has it by now.
  private func giveFreeName() throws(Errno) {
    let descriptor = folder.descriptor.rawValue
    do throws(Errno) {
      try SystemCall.check { linkat(descriptor, partialName, descriptor, name, 0) }
    } catch .fileExists {
      throw .fileExists
    } catch {
      // A file system without links.
      try SystemCall.check { renameat(descriptor, partialName, descriptor, name) }
      return
    }
    _ = try? SystemCall.check { unlinkat(descriptor, partialName, 0) }
  }

  private func failure(_ error: Errno) -> FileError { .writing(folder.path(of: name), error) }
}
