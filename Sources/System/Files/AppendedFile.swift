internal import SystemPackage

/// A file that grows at its end, each addition whole or not there at all.
///
/// Additions reach the system at once, so that a killed process loses none of them; `flush()` makes them survive a power
/// cut as well.
public final class AppendedFile {
  private let path: String
  private let descriptor: FileDescriptor
  private var byteCount: Int

  /// Opens a file to append to it.
  ///
  /// - Parameters:
  ///   - path: Where the file is or shall be.
  ///   - isNew: Whether there must be none yet.
  /// - Throws: `FileError` of kind `cannotCreate`.
  public init(path: String, isNew: Bool = false) throws(FileError) {
    self.path = path
    let options: FileDescriptor.OpenOptions = isNew ? [.create, .append, .exclusiveCreate] : [.create, .append]
    do throws(Errno) {
      if let file = try FileDescriptor.openedRegular(path, .writeOnly, options, permissions: .everybody) {
        (descriptor, byteCount) = file
        return
      }
    } catch {
      throw .writing(path, error)
    }
    throw FileError(
      .cannotCreate, "expected a file or nothing at '\(path)' and found a device; choose another name")
  }

  deinit { try? descriptor.close() }

  /// Appends bytes; where the disk has no room for all of them, none are left.
  public func append(_ bytes: [UInt8]) throws(FileError) {
    var failure: Errno?
    bytes.withUnsafeBytes { bytes in
      do throws(Errno) { try descriptor.writeEverything(bytes) } catch { failure = error }
    }
    if let failure {
      try? descriptor.cut(to: byteCount)
      throw .writing(path, failure)
    }
    byteCount += bytes.count
  }

  /// Cuts the file, which is then shorter.
  package func cut(to byteCount: Int) throws(FileError) {
    do throws(Errno) { try descriptor.cut(to: byteCount) } catch { throw .writing(path, error) }
    self.byteCount = byteCount
  }

  /// Makes what was appended certain to survive a power cut.
  public func flush() throws(FileError) {
    do throws(Errno) { try descriptor.flush() } catch { throw .writing(path, error) }
  }
}
