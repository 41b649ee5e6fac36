#if canImport(Glibc)
  import Glibc
#endif

/// A file that appears under its name whole, on disk and checksummed, or not at all.
///
/// Bytes go to `<path>.partial`; `finish()` flushes them to disk and renames. A file that is never finished is removed,
/// and what was at `path` before stays. (After a crash the *rename* is only certain once the directory is flushed, too.)
public final class OutputFile {
  /// What a finished file holds.
  public struct Summary: Sendable, Equatable {
    /// Length in bytes.
    public let byteCount: Int
    /// `Fingerprint.hexadecimal` of all bytes.
    public let checksum: String
  }

  private let path: String
  private let partialPath: String
  private var descriptor: CInt
  private var byteCount = 0
  private let fingerprint = Fingerprint()

  /// Starts a file.
  public init(path: String) throws(FormatError) {
    self.path = path
    partialPath = path + ".partial"
    var status = stat()
    guard stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG else {
      // Renaming would put a file in the place of a device.
      descriptor = -1
      throw FormatError(
        .cannotCreate, "expected a file or nothing at '\(path)' and found a directory or device; choose another name")
    }
    descriptor = open(partialPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .writing(path, errno) }
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    unlink(partialPath)
  }

  /// Writes all of `bytes` as a file of their own.
  @discardableResult
  public static func write(_ bytes: [UInt8], to path: String) throws(FormatError) -> Summary {
    let file = try OutputFile(path: path)
    try file.append(bytes)
    return try file.finish()
  }

  /// Appends the memory of `elements`, least significant byte first.
  public func append<Element: BitwiseCopyable>(_ elements: [Element]) throws(FormatError) {
    let failure = elements.withUnsafeBytes { append($0) }
    guard failure == 0 else { throw .writing(path, failure) }
  }

  /// Flushes the file to disk and gives it its name.
  public func finish() throws(FormatError) -> Summary {
    precondition(descriptor >= 0, "'\(path)' is finished twice")
    guard fsync(descriptor) == 0 else { throw .writing(path, errno) }
    guard rename(partialPath, path) == 0 else { throw .writing(path, errno) }
    let closed = close(descriptor)
    let failure = errno
    descriptor = -1
    guard closed == 0 else { throw .writing(path, failure) }
    return Summary(byteCount: byteCount, checksum: fingerprint.hexadecimal)
  }

  /// Appends bytes and returns 0, or the system's error code.
  private func append(_ bytes: UnsafeRawBufferPointer) -> CInt {
    precondition(descriptor >= 0, "'\(path)' is written after it was finished")
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest)
      let written = Glibc.write(descriptor, part.baseAddress, part.count)
      if written < 0 {
        if errno == EINTR { continue }
        return errno
      }
      rest = rest.dropFirst(written)
    }
    fingerprint.update(bytes)
    byteCount += bytes.count
    return 0
  }
}
