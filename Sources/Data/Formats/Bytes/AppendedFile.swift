#if canImport(Glibc)
  import Glibc
#endif

/// A file that grows at its end, each addition whole or not there at all.
///
/// Additions reach the system at once, so that a killed process loses none of them; `flush()` makes them survive a power
/// cut as well.
public final class AppendedFile {
  private let path: String
  private let descriptor: CInt
  private var byteCount: Int

  /// Opens a file to append to it.
  ///
  /// - Parameters:
  ///   - path: Where the file is or shall be.
  ///   - isNew: Whether there must be none yet.
  /// - Throws: `FormatError` of kind `cannotCreate`.
  public init(path: String, isNew: Bool = false) throws(FormatError) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (isNew ? O_EXCL : 0), 0o666)
    byteCount = 0
    guard descriptor >= 0 else { throw .writing(path, errno) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .writing(path, errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw FormatError(
        .cannotCreate, "expected a file or nothing at '\(path)' and found a device; choose another name")
    }
    byteCount = Int(status.st_size)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Appends bytes; where the disk has no room for all of them, none are left.
  public func append(_ bytes: [UInt8]) throws(FormatError) {
    let failure = bytes.withUnsafeBytes { append($0) }
    guard failure == 0 else {
      _ = ftruncate(descriptor, off_t(byteCount))
      throw .writing(path, failure)
    }
    byteCount += bytes.count
  }

  /// Makes what was appended certain to survive a power cut.
  public func flush() throws(FormatError) {
    guard fsync(descriptor) == 0 else { throw .writing(path, errno) }
  }

  /// Appends bytes and returns 0, or the system's error code.
  private func append(_ bytes: UnsafeRawBufferPointer) -> CInt {
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest)
      let written = write(descriptor, part.baseAddress, part.count)
      if written < 0 {
        if errno == EINTR { continue }
        return errno
      }
      rest = rest.dropFirst(written)
    }
    return 0
  }
}
