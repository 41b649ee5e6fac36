/// The name of something that is not finished: random, so that nobody else has made it and nobody can foretell it.
///
/// Whatever has such a name in a folder was made by this program, and by nothing else.
package enum TemporaryName {
  private static let prefix = ".sagan-"
  private static let suffix = ".partial"
  private static let digits = 32

  /// A new name.
  static func make() -> String {
    var random = SystemRandomNumberGenerator()
    let text = [random.next(), random.next()].map { (half: UInt64) in
      let hexadecimal = String(half, radix: 16)
      return String(repeating: "0", count: digits / 2 - hexadecimal.count) + hexadecimal
    }.joined()
    return prefix + text + suffix
  }

  /// Whether a name is one of these.
  package static func isOne(_ name: String) -> Bool {
    guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return false }
    let text = name.utf8.dropFirst(prefix.utf8.count).dropLast(suffix.utf8.count)
    return text.count == digits
      && text.allSatisfy {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
      }
  }
}
