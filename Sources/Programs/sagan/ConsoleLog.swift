import Files
import Logging

/// Prints messages as plain lines, each at once: what a run reports on standard output, warnings on standard error.
struct ConsoleLog: LogHandler {
  var metadata = Logger.Metadata()
  var logLevel = Logger.Level.info

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    // A message is one line, whatever names it holds.
    let line = "\(event.message)".shown
    // A run goes on when nobody reads any more what it says.
    if event.level >= .warning { Console.complain("warning: " + line) } else { Console.say(line) }
  }

  /// A logger that prints on root and is silent elsewhere.
  static func logger(isRoot: Bool) -> Logger {
    isRoot ? .console : Logger(label: "sagan") { _ in SwiftLogNoOpLogHandler() }
  }

  /// A logger that prints on root, on standard error, where messages do not mix with scores.
  static func complaining(isRoot: Bool) -> Logger {
    isRoot ? Logger(label: "sagan") { _ in ComplainingLog() } : logger(isRoot: false)
  }
}

/// Prints messages on standard error.
private struct ComplainingLog: LogHandler {
  var metadata = Logger.Metadata()
  var logLevel = Logger.Level.info

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    Console.complain((event.level >= .warning ? "warning: " : "") + "\(event.message)".shown)
  }
}

extension Logger {
  /// A logger that prints.
  static var console: Logger { Logger(label: "sagan") { _ in ConsoleLog() } }
}
