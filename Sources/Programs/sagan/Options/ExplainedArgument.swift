import Configuration
import ArgumentParser

/// An option's value that says itself what was expected when it cannot be read.
protocol ExplainedArgument {
  /// What the words of a value are, after "expected".
  static var expectation: String { get }
  /// Reads a value, if it is one.
  init?(argument: String)
}

extension ExplainedArgument {
  /// Reads a value, for an option's `transform`.
  ///
  /// - Parameter argument: The user's words.
  /// - Returns: The value.
  /// - Throws: `ValidationError` that says what was expected.
  static func reading(_ argument: String) throws -> Self {
    guard let value = Self(argument: argument) else { throw ValidationError("expected " + expectation) }
    return value
  }
}

extension Int: ExplainedArgument {
  static let expectation = "a whole number"
}

extension Double: ExplainedArgument {
  static let expectation = "a number"
}

extension TimeSpan: ExplainedArgument {
  static let expectation = "a length of time such as 5400, 90m, 11h30m or 2us"
}

extension Interval: ExplainedArgument {}

extension UInt64: ExplainedArgument {
  static let expectation = "a whole number from 0 to \(UInt64.max)"
}
