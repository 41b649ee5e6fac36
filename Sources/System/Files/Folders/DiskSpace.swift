#if canImport(Glibc)
  internal import Glibc
#endif

/// What a disk still takes.
package enum DiskSpace {
  /// The bytes that this user may still write to the disk of `path`, which need not exist.
  ///
  /// - Parameter path: A file or folder; the nearest folder above it that exists counts.
  /// - Returns: Bytes, at most `Int.max`; `nil` where the system does not say.
  package static func freeBytes(at path: String) -> Int? {
    var system = statvfs()
    guard statvfs(Directory.nearest(path), &system) == 0 else { return nil }
    let (bytes, overflows) = Int(clamping: system.f_bavail).multipliedReportingOverflow(
      by: Int(clamping: system.f_frsize))
    return overflows ? Int.max : bytes
  }
}
