internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#endif

/// A file that appears under its name whole, on disk and checksummed, or not at all.
///
/// Until `finish()` its bytes are in a file of a random name beside it. A pipe or device that somebody names is written to.
public final class OutputFile {
  /// What a finished file holds.
  public struct Summary: Sendable, Equatable {
    /// Length in bytes.
    public let byteCount: Int
    /// `Fingerprint.hexadecimal` of all bytes.
    public let checksum: String
  }

  private enum Target {
    case file(PartialFile)
    case stream(FileDescriptor)
  }

  private let path: String
  private var target: Target?
  private var byteCount = 0
  private let fingerprint = Fingerprint()

  /// Starts a file where somebody wants it.
  ///
  /// - Parameters:
  ///   - path: Where; a pipe or a device that is no disk is written to, and what the program's output goes to as well.
  ///   - isForced: Whether a regular file of the name is replaced.
  /// - Throws: `FileError` of kind `cannotCreate`: where a file exists and is not to be replaced, where a link, a directory
  ///   or a disk has the name, and where the rights are missing.
  public init(path: String, isForced: Bool = false) throws(FileError) {
    self.path = path
    if let stream = try Self.stream(at: path) {
      target = .stream(stream)
      return
    }
    let place = Directory.split(path)
    guard !place.name.isEmpty else {
      throw FileError(.cannotCreate, "expected the name of a file at '\(path)' and found a directory; add a name to it")
    }
    let folder: Folder
    do throws(FileError) {
      folder = try Folder(place.folder)
    } catch {
      throw .writing(path, Directory.type(of: place.folder) == nil ? .noSuchFileOrDirectory : .notDirectory)
    }
    target = .file(try PartialFile(place.name, in: folder, isReplacing: isForced))
  }

  /// Starts a file of the program's own, which replaces a regular file of its name.
  package init(_ name: String, in folder: Folder) throws(FileError) {
    path = folder.path(of: name)
    target = .file(try PartialFile(name, in: folder, isReplacing: true))
  }

  deinit { if case .stream(let stream)? = target { try? stream.close() } }

  /// What a path leads to, if that is written to as it is rather than replaced.
  private static func stream(at path: String) throws(FileError) -> FileDescriptor? {
    guard let status = FileStatus(path) else { return nil }
    do throws(Errno) {
      // `/dev/stdout` is a link to whatever the shell has opened, which may be a file.
      let output = FileDescriptor.standardOutput
      if Directory.isLink(path), let own = FileStatus(output), own.isSame(as: status) {
        return try SystemCall.typed { try output.duplicate() }
      }
      switch Directory.type(of: path) {
      case .characterSpecial, .fifo: return try FileDescriptor.opened(path, .writeOnly)
      default: return nil
      }
    } catch {
      throw .writing(path, error)
    }
  }

  /// Writes all of `bytes` as a file of their own.
  @discardableResult
  public static func write(_ bytes: [UInt8], to path: String, isForced: Bool = false) throws(FileError) -> Summary {
    let file = try OutputFile(path: path, isForced: isForced)
    try file.append(bytes)
    return try file.finish()
  }

  /// Writes all of `bytes` as a file of the program's own, which replaces a regular file of its name.
  @discardableResult
  package static func write(_ bytes: [UInt8], to name: String, in folder: Folder) throws(FileError) -> Summary {
    let file = try OutputFile(name, in: folder)
    try file.append(bytes)
    return try file.finish()
  }

  /// Appends the memory of `elements`, least significant byte first.
  public func append<Element: BitwiseCopyable>(_ elements: [Element]) throws(FileError) {
    guard let target else { preconditionFailure("'\(path)' is written after it was finished") }
    var failure: FileError?
    elements.withUnsafeBytes { bytes in
      do throws(FileError) {
        switch target {
        case .file(let file): try file.append(bytes)
        case .stream(let stream):
          do throws(Errno) { try stream.writeEverything(bytes) } catch { throw .writing(path, error) }
        }
        fingerprint.update(bytes)
        byteCount += bytes.count
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }

  /// Flushes the file to disk and gives it its name.
  public func finish() throws(FileError) -> Summary {
    guard let target else { preconditionFailure("'\(path)' is finished twice") }
    switch target {
    case .file(let file): try file.finish()
    case .stream(let stream): try? stream.close()
    }
    self.target = nil
    return Summary(byteCount: byteCount, checksum: fingerprint.hexadecimal)
  }
}
