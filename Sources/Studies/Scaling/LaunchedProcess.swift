internal import CSpawn
internal import Files
internal import Foundation
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#endif

/// A command that was started in a process group of its own, so that the terminal's Ctrl-C does not reach it, and that does not
/// outlive this process.
///
/// It is to be started by a thread that lasts as long: the system ends it with that thread.
package final class LaunchedProcess: Sendable {
  /// Its number, which is that of its process group.
  private let identifier: pid_t
  /// How it ended.
  private let end = Mutex<Int32?>(nil)

  /// Starts a command.
  ///
  /// - Parameters:
  ///   - command: A path and arguments.
  ///   - output: The file that what it prints is appended to.
  ///   - errors: The file for its complaints; `output` where `nil`.
  /// - Throws: `ScalingError` if the system does not start it.
  package init(_ command: [String], output: String, errors: String? = nil) throws(ScalingError) {
    let arguments = command.map { strdup($0) } + [nil]
    defer { for text in arguments { free(text) } }
    var process = pid_t()
    let failure = spawn_child(&process, arguments, output, errors)
    guard failure == 0 else {
      throw ScalingError(.unavailable, "cannot start '\(command[0])': \(String(cString: strerror(failure)))")
    }
    identifier = process
  }

  /// How it ended: its exit code, or 128 and the number of the signal that ended it; `nil` as long as it runs.
  package var exitCode: Int32? {
    end.withLock { end in
      if let end { return end }
      var status: Int32 = 0
      guard waitpid(identifier, &status, WNOHANG) == identifier else { return nil }
      end = status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F)
      return end
    }
  }

  /// Waits for its end.
  ///
  /// - Returns: Its exit code.
  package func wait() -> Int32 {
    while true {
      // It stays a zombie, whose number is nobody else's, until it is asked for under the lock.
      var information = siginfo_t()
      _ = waitid(P_PID, id_t(identifier), &information, WEXITED | WNOWAIT)
      if let exitCode { return exitCode }
    }
  }

  /// Sends a signal, unless it has ended.
  package func send(_ signal: Int32) { end.withLock { if $0 == nil { _ = kill(identifier, signal) } } }
}
