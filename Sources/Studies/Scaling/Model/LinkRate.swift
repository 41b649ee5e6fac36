/// The rate of a link as network people write it: `25gbit`, `500mbit`, or `none` for one that nothing limits.
public struct LinkRate: Sendable, CustomStringConvertible {
  /// In each direction; infinite without a limit.
  public let bytesPerSecond: Double
  /// The words it was made of.
  public let description: String

  /// Reads a number and a unit; nil if it is something else.
  public init?(_ text: String) {
    description = text
    if text == "none" {
      bytesPerSecond = .infinity
      return
    }
    guard let match = text.wholeMatch(of: /([0-9]{1,6}(?:\.[0-9]{1,6})?)(k|m|g|t)bit/), let number = Double(match.1),
      number > 0
    else { return nil }
    let factors: [Substring: Double] = ["k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12]
    bytesPerSecond = number * (factors[match.2] ?? 1) / 8
  }
}
