import Files
import Foundation
import Synchronization
import Threads

#if canImport(Glibc)
  import Glibc
#endif

/// Everything that the program prints goes through here: lines, and the one line of a progress bar below them.
///
/// Whatever text reaches it, a terminal gets visible characters, spaces and line ends alone, but for the bar's own.
///
/// What cannot be written, because a reader has gone or a disk is full, is dropped: a run goes on without listeners. After
/// `neverWait()` it goes on beside listeners that do not listen, too.
enum Console {
  private static let hasBar = Mutex(false)
  private static let queue = Mutex<ConsoleQueue?>(nil)
  /// How long the end of the program waits for readers.
  private static let patience = Duration.seconds(2)

  /// From now on nothing that is printed holds up the thread that prints it.
  ///
  /// - Throws: `ThreadError` if the system starts no further thread.
  static func neverWait() throws(ThreadError) {
    let own = try ConsoleQueue()
    queue.withLock { $0 = own }
  }

  /// Waits for a moment until all that was printed has been written; for the end of the program.
  static func flush() { queue.withLock { $0 }?.flush(atMost: patience) }

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
    flush()
    let failure = put(Array(text.utf8), to: STDOUT_FILENO)
    guard failure == 0 else {
      throw OutputLostError(reason: String(cString: strerror(failure)), hasReaderGone: failure == EPIPE)
    }
  }

  /// Replaces the line of the progress bar; the next line that is printed takes its place.
  static func showBar(_ text: String) {
    hasBar.withLock { hasBar in
      hasBar = true
      pass("\r\u{1B}[K" + text, to: STDOUT_FILENO, isBar: true)
    }
  }

  /// Leaves the progress bar standing as it is.
  static func leaveBar() {
    hasBar.withLock { hasBar in
      if hasBar { pass("\n", to: STDOUT_FILENO) }
      hasBar = false
    }
  }

  /// How many characters a line of the terminal has; 80 where standard output is no terminal.
  static var width: Int {
    var size = winsize()
    return ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  private static func write(_ text: String, to descriptor: CInt) {
    hasBar.withLock { hasBar in
      if hasBar { pass("\r\u{1B}[K", to: STDOUT_FILENO) }
      hasBar = false
      pass(text.shownLines, to: descriptor)
    }
  }

  /// Writes a text, at once or when its turn has come.
  private static func pass(_ text: String, to descriptor: CInt, isBar: Bool = false) {
    let bytes = Array(text.utf8)
    guard let queue = queue.withLock({ $0 }) else { return _ = put(bytes, to: descriptor) }
    queue.add(bytes, Int(descriptor - STDOUT_FILENO), isBar: isBar)
  }

  /// Writes all of a text, and returns 0 or the system's error code.
  @discardableResult
  static func put(_ bytes: [UInt8], to descriptor: CInt) -> CInt {
    var rest = bytes[...]
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
