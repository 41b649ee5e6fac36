import Foundation
import Testing

/// How long tests wait for what has to come.
///
/// Nothing is measured by this: it tells a hang from a machine that is slow or busy, and only a test that fails gets there.
/// Tests wait for an event, never for a time in which it should have come.
enum Patience {
  /// A quarter of an hour, times the whole number in `SAGAN_TEST_PATIENCE`.
  static let seconds: Double = {
    let factor = ProcessInfo.processInfo.environment["SAGAN_TEST_PATIENCE"].flatMap { Int($0) } ?? 1
    return Double(900 * max(factor, 1))
  }()

  /// Waits until something holds, and looks for it every few milliseconds.
  ///
  /// - Parameters:
  ///   - isDone: What is waited for.
  ///   - sourceLocation: Where to report that it never came.
  /// - Throws: What `isDone` throws.
  static func wait(until isDone: () throws -> Bool, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let end = Date.now + seconds
    while try !isDone() {
      try #require(Date.now < end, "it did not come about in \(seconds) s", sourceLocation: sourceLocation)
      Thread.sleep(forTimeInterval: 0.002)
    }
  }
}

extension RunningCommand {
  /// Waits until something holds; a command that ends before, or never gets there, is an error.
  ///
  /// - Parameters:
  ///   - isDone: What is waited for.
  ///   - sourceLocation: Where to report that it never came.
  /// - Throws: What `isDone` throws.
  func wait(until isDone: () throws -> Bool, sourceLocation: SourceLocation = #_sourceLocation) throws {
    var hasCome = false
    try Patience.wait(
      until: {
        let isRunning = isRunning
        hasCome = try isDone()
        return hasCome || !isRunning
      }, sourceLocation: sourceLocation)
    if hasCome { return }
    let outcome = try wait()
    try #require(hasCome, "\(outcome.description)", sourceLocation: sourceLocation)
  }
}
