internal import CSpawn
public import Foundation
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#endif

/// A command that was started, in a process group of its own; it has ended when all that it started have.
///
/// Foundation's `Process` lists the open files of the test's own process first, and copies each entry of the list as if it had the
/// longest of names. Among hundreds of tests there are more than a thousand files, and the copy now and then ends beyond the
/// memory that there is. So commands are started by the system's own call.
public final class ChildProcess: Sendable {
  /// The process.
  public let identifier: Int32
  private let status = Mutex<Int32?>(nil)
  private let ended = DispatchSemaphore(value: 0)

  /// A command that the system did not start.
  public struct StartError: Error, CustomStringConvertible {
    /// Which command, and why.
    public let description: String
  }

  /// Starts a command, whose files are standard input, which is empty, and two for what it prints.
  ///
  /// - Parameters:
  ///   - command: A path and arguments.
  ///   - environment: Its variables.
  ///   - directory: Where its relative paths begin; as here where `nil`.
  ///   - output: The file for standard output, which is emptied.
  ///   - errors: The file for standard error.
  /// - Throws: `StartError`.
  public init(
    _ command: [String], environment: [String: String] = ProcessInfo.processInfo.environment,
    in directory: String? = nil,
    output: String = "/dev/null", errors: String = "/dev/null"
  ) throws {
    let arguments = command.map { strdup($0) } + [nil]
    let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var (process, link) = (pid_t(), Int32(0))
    let failure = spawn_command(&process, &link, arguments, variables, directory, output, errors)
    guard failure == 0 else {
      throw StartError(description: "cannot start \(command): \(String(cString: strerror(failure)))")
    }
    identifier = process
    Thread.detachNewThread { [self, link] in
      // The end of the pipe comes when nobody has its other end any more.
      var byte: UInt8 = 0
      while true {
        let count = read(link, &byte, 1)
        if count == 0 || count < 0 && errno != EINTR { break }
      }
      close(link)
      var code: Int32 = 0
      while waitpid(identifier, &code, 0) < 0, errno == EINTR {}
      status.withLock { $0 = code }
      ended.signal()
    }
  }

  /// Whether it has not ended yet.
  public var isRunning: Bool { status.withLock { $0 == nil } }

  /// Sends a signal, unless the process has ended and its number may be another's.
  public func send(_ signal: Int32) { status.withLock { if $0 == nil { _ = kill(identifier, signal) } } }

  /// Sends a signal to the process and all that it started.
  public func sendToAll(_ signal: Int32) { kill(-identifier, signal) }

  /// Waits until the process and all that it started have ended.
  ///
  /// - Parameter seconds: How long.
  /// - Returns: Its exit code, or 128 and the signal's number if a signal ended it; `nil` if it has not ended.
  public func wait(seconds: Double) -> Int32? {
    guard ended.wait(timeout: .now() + seconds) == .success else { return nil }
    ended.signal()
    return status.withLock { status in
      status.map { $0 & 0x7F == 0 ? $0 >> 8 & 0xFF : 128 + ($0 & 0x7F) }
    }
  }
}
