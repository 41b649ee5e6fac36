internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#endif

extension InputFile {
  /// Notes that the file is used, from now until this object goes: it is then not removed from a cache.
  package func noteUse() { descriptor.noteUse(waits: false) }
}

extension Folder {
  /// Notes that the folder is used, from now until this object goes: it is then not removed from a cache.
  ///
  /// Somebody may have removed it just before: see `isRemoved`.
  package func noteUse() { descriptor.noteUse(waits: true) }

  /// Notes that a file was used.
  package func noteUse(of name: String) {
    guard let file = try? descriptor.opening(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK) else { return }
    file.noteUse(waits: false)
    try? file.close()
  }
}

extension FileDescriptor {
  /// Takes a lock that any number of processes can have, and sets the time; neither matters enough to be an error.
  fileprivate func noteUse(waits: Bool) {
    let descriptor = rawValue
    _ = try? SystemCall.check { flock(descriptor, LOCK_SH | (waits ? 0 : LOCK_NB)) }
    _ = try? SystemCall.check { futimens(descriptor, nil) }
  }
}

extension FileStatus {
  /// Nanoseconds since 1970.
  package static var now: Int {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
  }
}
