internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#endif

/// A file as memory, for reading: pages come from disk when they are looked at, and all processes share them.
///
/// For files that nobody changes in place: if the file shrinks, looking at what is gone ends the program.
public final class MappedFile: Sendable {
  /// Length in bytes.
  public let byteCount: Int
  private nonisolated(unsafe) let memory: UnsafeMutableRawPointer

  /// Maps a file that is not empty.
  public init(path: String) throws(FileError) {
    let file = try InputFile(path: path)
    byteCount = file.byteCount
    guard byteCount > 0 else { throw FileError(.malformed, "expected content in '\(path)' and found an empty file") }
    let address = mmap(nil, byteCount, PROT_READ, MAP_SHARED, file.descriptor.rawValue, 0)
    guard let address, address != MAP_FAILED else { throw .reading(path, Errno(rawValue: errno)) }
    memory = address
  }

  deinit { munmap(memory, byteCount) }

  /// The bytes of the file, valid as long as this object lives.
  public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory, count: byteCount) }
}
