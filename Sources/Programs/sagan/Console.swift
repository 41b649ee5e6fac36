import Files
import Foundation
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Everything that the program prints goes through here: lines, and the one line of a progress bar below them.
///
/// Whatever text reaches it, a terminal gets visible characters, spaces and line ends alone, but for the bar's own.
///
/// What cannot be written, because a reader has gone or a disk is full, is dropped: a run goes on without listeners.
enum Console {
  private static let hasBar = Mutex(false)

  /// Makes sure that files opened later are not taken for standard output where the program is started without one.
  static func secureStandardFiles() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      // It gets the lowest number that is free, which is this one.
      _ = open("/dev/null", O_RDWR)
    }
  }

  /// Prints a line on standard output.
  static func say(_ line: String) { write(line + "\n", to: STDOUT_FILENO) }

  /// Prints a line on standard error.
  static func complain(_ line: String) { write(line + "\n", to: STDERR_FILENO) }

  /// Prints the result of a command on standard output.
  ///
  /// - Parameter text: Whole lines.
  /// - Throws: `OutputLostError` if it cannot be written.
  static func deliver(_ text: String) throws(OutputLostError) {
    let failure = write(text, to: STDOUT_FILENO)
    guard failure == 0 else { throw OutputLostError(reason: String(cString: strerror(failure))) }
  }

  /// Replaces the line of the progress bar; the next line that is printed takes its place.
  static func showBar(_ text: String) {
    hasBar.withLock { hasBar in
      hasBar = true
      put("\r\u{1B}[K" + text, to: STDOUT_FILENO)
    }
  }

  /// Leaves the progress bar standing as it is.
  static func leaveBar() {
    hasBar.withLock { hasBar in
      if hasBar { put("\n", to: STDOUT_FILENO) }
      hasBar = false
    }
  }

  /// How many characters a line of the terminal has; 80 where standard output is no terminal.
  static var width: Int {
    var size = winsize()
    return ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  @discardableResult
  private static func write(_ text: String, to descriptor: CInt) -> CInt {
    hasBar.withLock { hasBar in
      if hasBar { put("\r\u{1B}[K", to: STDOUT_FILENO) }
      hasBar = false
      return put(text.shownLines, to: descriptor)
    }
  }

  /// Writes all of a text, and returns 0 or the system's error code.
  @discardableResult
  private static func put(_ text: String, to descriptor: CInt) -> CInt {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written >= 0 {
        rest = rest.dropFirst(written)
      } else if errno == EAGAIN {
        var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&ready, 1, -1)
      } else if errno != EINTR {
        return errno
      }
    }
    return 0
  }
}
