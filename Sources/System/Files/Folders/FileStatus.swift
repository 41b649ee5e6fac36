internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#endif

/// What the system says of a file or folder, links followed.
package struct FileStatus: Sendable {
  /// What two names share if and only if they lead to the same thing.
  package struct Identity: Hashable, Sendable {
    let device: UInt
    let number: UInt
  }

  /// Whether it is a folder.
  package let isFolder: Bool
  /// The device that it lies on, and its number there.
  package let identity: Identity
  /// How many names it has, links that are files of their own not counted.
  package let nameCount: Int
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
    identity = Identity(device: UInt(status.deviceID.rawValue), number: UInt(status.inode.rawValue))
    nameCount = status.linkCount
    byteCount = Int(status.size)
    let time = status.st_mtim
    modified = Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
  }

  /// Whether two paths led to the same thing.
  package func isSame(as other: FileStatus) -> Bool { identity == other.identity }
}
