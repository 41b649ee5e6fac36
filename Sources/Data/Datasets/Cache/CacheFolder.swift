internal import Formats

#if canImport(Glibc)
  import Glibc
#endif

/// The folder that caches lie in.
struct CacheFolder {
  /// Where it is.
  let path: String
  /// The folders that were made for it, outermost first.
  private let created: [String]

  /// Makes the folder and those above it, unless they are there.
  init(_ path: String) throws(DatasetError) {
    self.path = path
    var missing: [String] = []
    var rest = path
    var status = stat()
    while !rest.isEmpty, stat(rest, &status) != 0, errno == ENOENT {
      missing.append(rest)
      rest = rest.lastIndex(of: "/").map { String(rest[..<$0]) } ?? ""
    }
    var created: [String] = []
    for folder in missing.reversed() {
      // Another process may make the same folder meanwhile.
      if mkdir(folder, 0o777) == 0 { created.append(folder) }
    }
    self.created = created
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw DatasetError(
        .file(.cannotCreate),
        "cannot make the folder '\(path)' for decoded images; check the rights or choose another place with --cache DIR"
      )
    }
  }

  /// Removes what was made, if there is nothing in it.
  func removeIfEmpty() {
    for folder in created.reversed() { rmdir(folder) }
  }

  /// Checks that a file of a size would fit.
  func checkSpace(for byteCount: Int, images: Int) throws(DatasetError) {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { return }
    let free = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
    guard !free.overflow, free.partialValue < UInt64(byteCount) else { return }
    throw DatasetError(
      .file(.cannotCreate),
      "\(images) decoded images need \(byteCount) bytes in '\(path)', where \(free.partialValue) are free; free space "
        + "there or choose another place with --cache DIR")
  }

  /// Removes what killed processes left of files that nobody writes any more.
  ///
  /// - Parameter key: The key whose lock this process holds.
  func removeLeftovers(holding key: String) {
    guard let stream = opendir(path) else { return }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasSuffix(ImageCache.partialEnding) { names.append(name) }
    }
    closedir(stream)
    for name in names {
      guard let owner = name.split(separator: ".").first.map(String.init) else { continue }
      let lock = owner == key ? nil : CacheLock(path: path + "/" + owner + ImageCache.lockEnding, waits: false)
      if owner == key || lock != nil { unlink(path + "/" + name) }
      lock?.release()
    }
  }
}
