import ArgumentParser

/// The rate of a link as network people write it: `25gbit`, `500mbit`, or `none` for one without limit.
struct LinkRate: ExpressibleByArgument {
  /// Bytes a second; infinite without a limit.
  let bytesPerSecond: Double
  /// The user's words.
  let defaultValueDescription: String

  init?(argument: String) {
    defaultValueDescription = argument
    if argument == "none" {
      bytesPerSecond = .infinity
      return
    }
    guard let match = argument.wholeMatch(of: /([0-9]{1,6}(?:\.[0-9]{1,6})?)(k|m|g|t)bit/),
      let number = Double(match.1),
      number > 0
    else { return nil }
    let factors: [Substring: Double] = ["k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12]
    bytesPerSecond = number * (factors[match.2] ?? 1) / 8
  }
}
