internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
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
  let descriptor: FileDescriptor

  /// Opens a file.
  public init(path: String) throws(FileError) {
    self.path = path
    do throws(Errno) {
      // Opening a pipe would wait for somebody to write to it.
      if let file = try FileDescriptor.openedRegular(path, .readOnly, .nonBlocking) {
        (descriptor, byteCount) = file
        return
      }
    } catch {
      throw .reading(path, error)
    }
    throw FileError(.unreadable, "expected a file at '\(path)' and found a directory, pipe or device; check the path")
  }

  deinit { try? descriptor.close() }

  /// All bytes of a file.
  public static func bytes(of path: String) throws(FileError) -> [UInt8] {
    let file = try InputFile(path: path)
    return try file.elements(of: UInt8.self, count: file.byteCount, at: 0)
  }

  /// Length and checksum of a file, to compare with what `OutputFile.finish()` returned.
  public static func summary(of path: String) throws(FileError) -> OutputFile.Summary {
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

  /// Where the next bytes that are on the disk begin; those before read as zeros.
  ///
  /// - Parameter offset: Where to begin.
  /// - Returns: An offset, the file's length where nothing follows; `nil` where the file system does not tell.
  func nextData(from offset: Int) -> Int? {
    let (descriptor, seekData) = (descriptor.rawValue, CInt(3))
    do throws(Errno) {
      return Int(try SystemCall.check { lseek(descriptor, off_t(offset), seekData) })
    } catch {
      return error == .noSuchAddressOrDevice ? byteCount : nil
    }
  }

  /// The memory of `count` elements from byte `offset` on.
  public func elements<Element: BitwiseCopyable>(
    of type: Element.Type, count: Int, at offset: Int
  ) throws(FileError) -> [Element] {
    let wanted = count * MemoryLayout<Element>.stride
    var (got, failure): (Int, Errno?) = (0, nil)
    let result = [Element](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      do throws(Errno) {
        got = try descriptor.readEverything(
          into: UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: wanted), at: offset)
      } catch {
        failure = error
      }
      initializedCount = got == wanted ? count : 0
    }
    if let failure { throw .reading(path, failure) }
    guard got == wanted else {
      throw FileError(
        .malformed, "'\(path)' ends \(wanted - got) bytes early; it is truncated or was changed while it was read")
    }
    return result
  }
}
