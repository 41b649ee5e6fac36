internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#endif

/// The one place that reads `errno` and repeats calls that a signal interrupted.
///
/// swift-system does both for the calls that it knows; this does the same for `fsync`, `rename` and the like, and gives all
/// of them typed errors.
enum SystemCall {
  /// Makes a call that returns −1 and sets `errno` where it fails.
  ///
  /// - Parameter call: The call; repeated as long as signals interrupt it.
  /// - Returns: What the call returned.
  /// - Throws: The call's `Errno`.
  @discardableResult
  static func check<Result: SignedInteger>(_ call: () -> Result) throws(Errno) -> Result {
    while true {
      let result = call()
      if result != -1 { return result }
      let error = Errno(rawValue: errno)
      if error != .interrupted { throw error }
    }
  }

  /// Calls something of swift-system, which throws nothing but `Errno`.
  static func typed<Result>(_ body: () throws -> Result) throws(Errno) -> Result {
    do {
      return try body()
    } catch let error as Errno {
      throw error
    } catch {
      preconditionFailure("swift-system threw \(error), which is no Errno")
    }
  }
}

extension FileDescriptor {
  /// Opens a file that no child process inherits.
  static func opened(
    _ path: String, _ mode: AccessMode, _ options: OpenOptions = [], permissions: FilePermissions? = nil
  ) throws(Errno) -> FileDescriptor {
    try SystemCall.typed {
      try open(FilePath(path), mode, options: options.union(.closeOnExec), permissions: permissions)
    }
  }

  /// Opens a regular file that no child process inherits.
  ///
  /// - Returns: The file and its length in bytes; `nil` where a directory, pipe or device has the name.
  /// - Throws: The call's `Errno`.
  static func openedRegular(
    _ path: String, _ mode: AccessMode, _ options: OpenOptions, permissions: FilePermissions? = nil
  ) throws(Errno) -> (descriptor: FileDescriptor, byteCount: Int)? {
    let file = try opened(path, mode, options, permissions: permissions)
    do throws(Errno) {
      let status = try file.stat()
      if status.type == .regular { return (file, Int(status.size)) }
    } catch {
      try? file.close()
      throw error
    }
    try? file.close()
    return nil
  }

  /// Reads until `bytes` is full or the file ends.
  ///
  /// - Parameters:
  ///   - bytes: The memory to fill.
  ///   - offset: Where in the file to begin.
  /// - Returns: How many bytes were read; fewer than asked for where the file ends before.
  /// - Throws: The call's `Errno`.
  func readEverything(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(Errno) -> Int {
    try SystemCall.typed {
      var done = 0
      while done < bytes.count {
        let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[done...])
        let got = try read(fromAbsoluteOffset: Int64(offset + done), into: rest)
        if got == 0 { break }
        done += got
      }
      return done
    }
  }

  /// Writes all of `bytes` at the present end or, where one is given, at an offset.
  func writeEverything(_ bytes: UnsafeRawBufferPointer, at offset: Int? = nil) throws(Errno) {
    try SystemCall.typed {
      if let offset {
        _ = try writeAll(toAbsoluteOffset: Int64(offset), bytes)
      } else {
        _ = try writeAll(bytes)
      }
    }
  }

  /// Waits until what was written is on the disk.
  func flush() throws(Errno) {
    let descriptor = rawValue
    try SystemCall.check { fsync(descriptor) }
  }

  /// Cuts or lengthens the file.
  func cut(to byteCount: Int) throws(Errno) { try SystemCall.typed { try resize(to: Int64(byteCount)) } }
}

extension FilePermissions {
  /// Reading and writing for everybody, less what the process's mask takes away.
  static let everybody = FilePermissions(rawValue: 0o666)
}
