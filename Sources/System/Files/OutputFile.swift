internal import SystemPackage

/// A file that appears under its name whole, on disk and checksummed, or not at all.
///
/// Bytes go to `<path>.partial`; `finish()` flushes them to disk and renames.
public final class OutputFile {
  /// What a finished file holds.
  public struct Summary: Sendable, Equatable {
    /// Length in bytes.
    public let byteCount: Int
    /// `Fingerprint.hexadecimal` of all bytes.
    public let checksum: String
  }

  private let path: String
  private var file: PartialFile?
  private var byteCount = 0
  private let fingerprint = Fingerprint()

  /// Starts a file.
  public init(path: String) throws(FileError) {
    self.path = path
    if let type = Directory.type(of: path), type != .regular {
      // Renaming would put a file in the place of a device.
      throw FileError(
        .cannotCreate, "expected a file or nothing at '\(path)' and found a directory or device; choose another name")
    }
    file = try PartialFile(path: path, partialPath: path + Directory.partialSuffix)
  }

  /// Writes all of `bytes` as a file of their own.
  @discardableResult
  public static func write(_ bytes: [UInt8], to path: String) throws(FileError) -> Summary {
    let file = try OutputFile(path: path)
    try file.append(bytes)
    return try file.finish()
  }

  /// Appends the memory of `elements`, least significant byte first.
  public func append<Element: BitwiseCopyable>(_ elements: [Element]) throws(FileError) {
    guard let file else { preconditionFailure("'\(path)' is written after it was finished") }
    var failure: FileError?
    elements.withUnsafeBytes { bytes in
      do throws(FileError) {
        try file.append(bytes)
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
    guard let file else { preconditionFailure("'\(path)' is finished twice") }
    try file.finish()
    self.file = nil
    return Summary(byteCount: byteCount, checksum: fingerprint.hexadecimal)
  }
}
