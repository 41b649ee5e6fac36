import CSignals

/// Signals that ask a run to stop, and those that must not end it.
enum StopSignals {
  /// From now on a vanished reader or a limit on files' sizes makes writes fail instead of ending the process.
  static func letWritesFail() { sagan_signals_let_writes_fail() }

  /// From now on SIGUSR1 asks to stop and, without a launcher, SIGINT and SIGTERM do, too.
  ///
  /// A launcher kills its processes a second after it has asked them to stop, which may be too soon for a step and a
  /// checkpoint: then the signal ends the process at once, and the last checkpoint stands.
  static func listen() { sagan_signals_listen(Launch.environment == nil) }

  /// Whether a signal has asked to stop.
  static var isStopRequested: Bool { sagan_signals_stop_requested() }
}
