/// How often something is due in a run: after so many steps, after so much time, or after whichever comes first.
///
/// What is due by steps is the same in every run. Which step a time falls on is not: it changes what is written, and no bit
/// of what is computed.
public struct Interval: Hashable, Sendable, ExpressibleByIntegerLiteral {
  /// Steps between two times, counted from step 0; none where nil.
  public let steps: Int?
  /// The time between two times; none where nil.
  public let time: TimeSpan?

  /// So many steps.
  public init(integerLiteral steps: Int) { (self.steps, time) = (steps, nil) }

  /// So many steps or so much time, whichever comes first.
  init(steps: Int, time: StaticString) {
    guard let time = TimeSpan(argument: "\(time)") else { preconditionFailure("'\(time)' is no length of time") }
    (self.steps, self.time) = (steps, time)
  }

  /// What the words of a value are, after "expected".
  public static let expectation =
    "a number from 1 to \(Setting.largest) (steps), a time with its unit (90s, 10m, 1h30m) or both with a comma between them"

  /// Reads `100`, `10m` or `100,10m`; a time needs its unit, as a number alone is one of steps.
  public init?(argument: String) {
    var (steps, time): (Int?, TimeSpan?)
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let word = part.drop { $0 == " " }
      if let number = Int(word), steps == nil, (1...Setting.largest).contains(number) {
        steps = number
      } else if Double(word) == nil, time == nil, let span = TimeSpan(argument: String(word)),
        (1e-3...1e9).contains(span.seconds)
      {
        time = span
      } else {
        return nil
      }
    }
    (self.steps, self.time) = (steps, time)
  }

  /// The same words that are read.
  public var words: String { [steps.map(String.init), time?.words].compactMap(\.self).joined(separator: ",") }

  /// Whether a step is due by its number.
  public func isDue(after step: Int) -> Bool { steps.map { step.isMultiple(of: $0) } ?? false }
}

extension Setting {
  /// An interval, which decides nothing of what is computed.
  static func interval(_ key: String, _ path: Path<Interval>) -> Setting {
    Setting(key: key, decidesResult: false, isList: true, text: { $0[keyPath: path].words }) { settings, text in
      guard let value = Interval(argument: text) else { return Interval.expectation }
      settings[keyPath: path] = value
      return nil
    }
  }
}
