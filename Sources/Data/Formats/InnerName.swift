/// Names of files below a folder, as a file system takes them apart: by bytes.
///
/// Characters will not do: a mark that combines with a slash makes another character of it, and no other folder.
public enum InnerName {
  /// The parts of a name between its slashes.
  public static func parts(_ name: String) -> [Substring] {
    name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { Substring($0) }
  }

  /// The name without parts that are empty or a point.
  ///
  /// - Parameter name: A foreign name.
  /// - Returns: The name below the folder; `nil` where it is absolute, leads upwards, has a byte of zero, or is none.
  static func plain(_ name: String) -> String? {
    let parts = parts(name)
    let names = parts.filter { !$0.isEmpty && $0 != "." }
    guard parts[0] != "", !names.isEmpty, !parts.contains(".."), !name.utf8.contains(0) else { return nil }
    return names.joined(separator: "/")
  }
}
