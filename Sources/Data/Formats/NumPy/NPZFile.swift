public import Files

/// A file of named arrays that `numpy.savez` or `numpy.savez_compressed` wrote.
public final class NPZFile: Sendable {
  /// Where the file is.
  public var path: String { archive.path }
  /// Names of the arrays, in the order of the file.
  public let names: [String]
  private let archive: ZipArchive

  /// Opens a file and reads its directory.
  public init(path: String) throws(FileError) {
    archive = try ZipArchive(path: path)
    names = archive.members.filter { $0.name.hasSuffix(".npy") }.map { String($0.name.dropLast(4)) }
  }

  /// Whether there is such an array.
  public func contains(_ name: String) -> Bool { archive[name + ".npy"] != nil }

  /// An array.
  ///
  /// - Parameter name: Its name, without `.npy`.
  /// - Returns: The array, whose header was checked.
  /// - Throws: `FileError` when there is none, or its header is damaged.
  public func array(_ name: String) throws(FileError) -> NPYArray {
    guard let member = archive[name + ".npy"] else {
      throw FileError(
        .malformed,
        "expected an array '\(name)' in '\(path)' and found \(Self.list(names)); check what file that is")
    }
    return try NPYArray(archive, member)
  }

  static func list(_ names: [String]) -> String {
    names.isEmpty
      ? "none" : names.prefix(6).map(\.quoted).joined(separator: ", ") + (names.count > 6 ? " …" : "")
  }
}
