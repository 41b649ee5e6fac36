package import Files

/// The names in the folder of a data set.
package enum FolderNames {
  /// All names, in the order of their bytes.
  ///
  /// - Parameter path: The folder.
  /// - Returns: Names of files and folders, hidden ones included.
  /// - Throws: `FileError` where there is no such folder, or a name in it is no text, as it could be named in no message.
  package static func sorted(in path: String) throws(FileError) -> [String] {
    var names: [String] = []
    for name in try Directory.names(in: path) {
      guard let name else {
        throw FileError(
          .malformed, "expected names in UTF-8 in '\(path)' and found another one; rename the files in that folder")
      }
      names.append(name)
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
