/// A length of time as users write it: `90`, `90s`, `45m`, `11h30m`, `0.5ms`, `2us`.
public struct TimeSpan: Hashable, Sendable {
  /// The length.
  public let seconds: Double
  /// The user's words.
  public let words: String

  /// Reads hours, minutes and seconds, in this order, or a number of ms, us or ns; seconds need no unit.
  public init?(argument: String) {
    words = argument
    if let match = argument.wholeMatch(of: /([0-9]{1,6}(?:\.[0-9]{1,6})?)(ms|us|ns)/), let number = Double(match.1) {
      seconds = number * (["ms": 1e-3, "us": 1e-6, "ns": 1e-9][match.2] ?? 1)
      return
    }
    let pattern = /(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,9}(?:\.[0-9]{1,6})?)s?)?/
    guard !argument.isEmpty, let match = argument.wholeMatch(of: pattern) else { return nil }
    let parts = [match.1, match.2, match.3].map { $0.flatMap { Double($0) } ?? 0 }
    seconds = parts[0] * 3600 + parts[1] * 60 + parts[2]
  }

  /// The length.
  public var duration: Duration { .seconds(seconds) }
}
