internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#endif

/// A file that grows at its end, each addition whole or not there at all.
///
/// Additions reach the system at once, so that a killed process loses none of them; `flush()` makes them survive a power
/// cut as well. Where the file loses its name, to an editor that saves another one for instance, additions go to what has
/// the name.
public final class AppendedFile {
  private let folder: Folder
  private let name: String
  private var descriptor: FileDescriptor
  private var byteCount: Int

  /// Opens a file to append to it.
  ///
  /// - Parameters:
  ///   - name: The file's name; it is made where there is none.
  ///   - folder: Where it is or shall be.
  ///   - isNew: Whether there must be none yet.
  /// - Throws: `FileError` of kind `cannotCreate`, for a link as well.
  package init(_ name: String, in folder: Folder, isNew: Bool = false) throws(FileError) {
    (self.folder, self.name) = (folder, name)
    (descriptor, byteCount) = try Self.opened(name, in: folder, isNew: isNew)
  }

  deinit { try? descriptor.close() }

  private static func opened(
    _ name: String, in folder: Folder, isNew: Bool
  ) throws(FileError) -> (FileDescriptor, Int) {
    do throws(Errno) {
      // Opening a pipe would wait for somebody to read from it.
      let file = try folder.descriptor.opening(
        name, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | (isNew ? O_EXCL : 0))
      let status = try file.stat()
      if status.type == .regular { return (file, Int(status.size)) }
      try? file.close()
    } catch .tooManySymbolicLinkLevels {
      throw FileError(
        .cannotCreate,
        "expected a file or nothing at '\(folder.path(of: name))' and found a link; put the file itself in its place")
    } catch .noSuchAddressOrDevice {
      // A pipe that nobody reads from.
    } catch {
      throw .writing(folder.path(of: name), error)
    }
    throw FileError(
      .cannotCreate,
      "expected a file or nothing at '\(folder.path(of: name))' and found a pipe or device; choose another name")
  }

  /// Appends bytes; where the disk has no room for all of them, none are left.
  public func append(_ bytes: [UInt8]) throws(FileError) {
    try followName()
    var failure: Errno?
    bytes.withUnsafeBytes { bytes in
      do throws(Errno) { try descriptor.writeEverything(bytes) } catch { failure = error }
    }
    if let failure {
      try? descriptor.cut(to: byteCount)
      throw .writing(folder.path(of: name), failure)
    }
    byteCount += bytes.count
  }

  /// Opens what has the name by now, if that is not this file.
  private func followName() throws(FileError) {
    if let own = FileStatus(descriptor), let named = folder.status(name), FileStatus(named).isSame(as: own) { return }
    let other = try Self.opened(name, in: folder, isNew: false)
    try? descriptor.close()
    (descriptor, byteCount) = other
  }

  /// Cuts the file, which is then shorter.
  package func cut(to byteCount: Int) throws(FileError) {
    do throws(Errno) { try descriptor.cut(to: byteCount) } catch { throw .writing(folder.path(of: name), error) }
    self.byteCount = byteCount
  }

  /// Makes what was appended certain to survive a power cut.
  public func flush() throws(FileError) {
    do throws(Errno) { try descriptor.flush() } catch { throw .writing(folder.path(of: name), error) }
  }
}
