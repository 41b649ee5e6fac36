import CSignals
import Dispatch
import Foundation

/// Signals that ask a run to stop, and those that must not end it.
enum StopSignals {
  /// From now on a vanished reader or a limit on files' sizes makes writes fail instead of ending the process, and SIGQUIT
  /// ends it without the report of a crash.
  static func begin() {
    sagan_signals_let_writes_fail()
    sagan_signals_end_on_quit()
  }

  /// From now on SIGUSR1 and SIGXCPU ask to stop and, without a launcher, SIGINT, SIGTERM and SIGHUP do, too.
  ///
  /// A launcher kills its processes a second after it has asked them to stop, which may be too soon for a step and a
  /// checkpoint: then the signal ends the process at once, and the last checkpoint remains.
  static func listen() { sagan_signals_listen(Launch.environment == nil) }

  /// Lets SIGINT, SIGTERM and SIGHUP end the program once something else has been ended first.
  ///
  /// Processes that Foundation starts are no part of the terminal's group: Ctrl-C does not reach them.
  ///
  /// - Parameter end: Ends it; called on another thread.
  /// - Returns: What listens as long as it is held.
  static func ending(_ end: @escaping @Sendable () -> Void) -> [any DispatchSourceSignal] {
    [SIGINT, SIGTERM, SIGHUP].compactMap { number in
      // What the program was started to ignore, as under nohup, does not end it.
      let before = signal(number, SIG_IGN)
      guard unsafeBitCast(before, to: Int.self) != unsafeBitCast(SIG_IGN, to: Int.self) else { return nil }
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        end()
        _exit(128 + number)
      }
      source.resume()
      return source
    }
  }

  /// Whether a signal has asked to stop.
  static var isStopRequested: Bool { sagan_signals_stop_requested() }
}
