/// A length of time as users write it: `90`, `90s`, `45m`, `11h30m`.
struct TimeSpan: ExplainedArgument, Sendable {
  static let expectation = "a length of time such as 5400, 90m or 11h30m"
  /// The length.
  let duration: Duration
  /// The user's words.
  let words: String

  /// Reads whole numbers of hours, minutes and seconds, in this order; seconds need no unit.
  init?(argument: String) {
    guard let match = argument.wholeMatch(of: /(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,9})s?)?/) else { return nil }
    let parts = [match.1, match.2, match.3].map { $0.flatMap { Int($0) } }
    guard parts.contains(where: { $0 != nil }) else { return nil }
    duration = .seconds((parts[0] ?? 0) * 3600 + (parts[1] ?? 0) * 60 + (parts[2] ?? 0))
    words = argument
  }
}
