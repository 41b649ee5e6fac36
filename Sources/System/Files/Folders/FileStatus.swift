internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#endif

/// What the system says of a file or folder, links followed.
package struct FileStatus: Sendable {
  /// Whether it is a folder.
  package let isFolder: Bool
  /// The number of the device that it lies on.
  package let device: UInt
  /// Its number on the device.
  package let number: UInt
  /// Length in bytes.
  package let byteCount: Int
  /// Nanoseconds since 1970 at which its content was changed.
  package let modified: Int

  /// Looks at a path; there is nothing where the system finds nothing or may not look.
  package init?(_ path: String) {
    guard let status = try? FilePath(path).stat() else { return nil }
    self.init(status)
  }

  /// Looks at an open file or folder.
  init?(_ descriptor: FileDescriptor) {
    guard let status = try? descriptor.stat() else { return nil }
    self.init(status)
  }

  init(_ status: Stat) {
    isFolder = status.type == .directory
    device = UInt(status.deviceID.rawValue)
    number = UInt(status.inode.rawValue)
    byteCount = Int(status.size)
    let time = status.st_mtim
    modified = Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
  }

  /// Whether two paths led to the same thing.
  package func isSame(as other: FileStatus) -> Bool { device == other.device && number == other.number }
}
