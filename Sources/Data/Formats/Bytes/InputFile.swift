#if canImport(Glibc)
  import Glibc
#endif

/// A regular file opened for reading at any place.
///
/// Reads are explicit rather than through a memory map: a file that shrinks while it is read is then an error to report,
/// not a signal that ends the program.
public final class InputFile {
  /// Where the file is.
  public let path: String
  /// Length in bytes when it was opened.
  public let byteCount: Int
  let descriptor: CInt

  /// Opens a file.
  public init(path: String) throws(FormatError) {
    self.path = path
    // Opening a pipe would wait for somebody to write to it.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      byteCount = 0
      throw .reading(path, errno)
    }
    var status = stat()
    let code = fstat(descriptor, &status) == 0 ? 0 : errno
    byteCount = Int(status.st_size)
    guard code == 0 else { throw .reading(path, code) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw FormatError(
        .unreadable, "expected a file at '\(path)' and found a directory, pipe or device; check the path")
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// All bytes of a file.
  public static func bytes(of path: String) throws(FormatError) -> [UInt8] {
    let file = try InputFile(path: path)
    return try file.elements(of: UInt8.self, count: file.byteCount, at: 0)
  }

  /// Length and checksum of a file, to compare with what `OutputFile.finish()` returned.
  public static func summary(of path: String) throws(FormatError) -> OutputFile.Summary {
    let file = try InputFile(path: path)
    let fingerprint = Fingerprint()
    var offset = 0
    while offset < file.byteCount {
      let part = try file.elements(of: UInt8.self, count: min(4 << 20, file.byteCount - offset), at: offset)
      fingerprint.update(part)
      offset += part.count
    }
    return OutputFile.Summary(byteCount: file.byteCount, checksum: fingerprint.hexadecimal)
  }

  /// The memory of `count` elements from byte `offset` on.
  public func elements<Element: BitwiseCopyable>(
    of type: Element.Type, count: Int, at offset: Int
  ) throws(FormatError) -> [Element] {
    var failure: CInt = 0
    var missing = 0
    let result = [Element](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      let target = UnsafeMutableRawBufferPointer(buffer)
      var done = 0
      while done < count * MemoryLayout<Element>.stride {
        let rest = UnsafeMutableRawBufferPointer(rebasing: target[done..<count * MemoryLayout<Element>.stride])
        let got = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
        if got < 0 && errno == EINTR { continue }
        if got <= 0 {
          failure = got < 0 ? errno : 0
          missing = rest.count
          break
        }
        done += got
      }
      initializedCount = missing == 0 ? count : 0
    }
    if failure != 0 { throw .reading(path, failure) }
    if missing > 0 {
      throw FormatError(
        .malformed, "'\(path)' ends \(missing) bytes early; it is truncated or was changed while it was read")
    }
    return result
  }
}
