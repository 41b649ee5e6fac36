/// Faults that a parser gets past: what a text says is wrong, not its form.
extension Mutator {
  /// Numbers that no type holds, or that overflow what is reckoned from them.
  private static let numbers = [
    "0", "-0", "-1", "1", "1.5", "4611686018427387904", "9223372036854775807", "-9223372036854775808",
    "18446744073709551616", "1e18", "1e400", "-1e400", "1e-400", "NaN", "-Infinity", ".inf", "0x7fffffffffffffff",
    "007",
    "null", "true", "\"\"", "[]", "{}", String(repeating: "9", count: 400),
  ]
  /// Texts that no name, path or line should be.
  private static let texts = [
    "", ".", "..", "../../x", "/dev/zero", "a/b", "\u{202E}txt", "\u{1B}[31m", "\u{7}", "\\u0000", "\\ud800", "é",
    "\u{1F600}",
    "*a", "&a", "~", "%s%n", "$(false)", "1", String(repeating: "A", count: 70_000),
  ]

  /// A copy of a text with one fault of meaning or form, and now and then a fault of bytes as well.
  public mutating func misspelt(_ bytes: [UInt8]) -> [UInt8] {
    var result = bytes
    for _ in 0...below(2) where !result.isEmpty { misspell(&result) }
    return below(6) == 0 ? damaged(result) : result
  }

  private mutating func misspell(_ bytes: inout [UInt8]) {
    switch below(12) {
    case 0, 1, 2: replace(&bytes, Self.numberRanges(bytes), with: Array(Self.numbers[below(Self.numbers.count)].utf8))
    case 3, 4: replace(&bytes, Self.textRanges(bytes), with: Array(Self.texts[below(Self.texts.count)].utf8))
    case 5: repeatOrRemove(&bytes, separator: UInt8(ascii: "\n"))
    case 6: repeatOrRemove(&bytes, separator: UInt8(ascii: ","))
    case 7: nest(&bytes)
    case 8: bytes = [0xEF, 0xBB, 0xBF] + bytes
    case 9: bytes = bytes.flatMap { $0 == UInt8(ascii: "\n") ? [0x0D, 0x0A] : [$0] }
    case 10: bytes.insert(0, at: below(bytes.count + 1))
    default: bytes.removeSubrange(below(bytes.count)...)
    }
  }

  private mutating func replace(_ bytes: inout [UInt8], _ places: [Range<Int>], with text: [UInt8]) {
    guard !places.isEmpty else { return }
    bytes.replaceSubrange(places[below(places.count)], with: text)
  }

  /// A piece between two separators once more, or not at all: a key that is there twice, a value that is missing.
  private mutating func repeatOrRemove(_ bytes: inout [UInt8], separator: UInt8) {
    var pieces = bytes.split(separator: separator, omittingEmptySubsequences: false).map(Array.init)
    let place = below(pieces.count)
    if below(2) == 0 {
      pieces.insert(pieces[place], at: below(pieces.count + 1))
    } else {
      pieces.remove(at: place)
    }
    bytes = Array(pieces.joined(separator: [separator]))
  }

  /// A value inside of many lists or objects, which may not end.
  private mutating func nest(_ bytes: inout [UInt8]) {
    let (start, end) = [("[", "]"), ("{\"a\":", "}"), ("- ", ""), ("(", ")")][below(4)]
    let depth = [3, 600, 20_000][below(3)]
    let places = Self.numberRanges(bytes)
    guard !places.isEmpty else { return }
    let place = places[below(places.count)]
    let closing = below(2) == 0 ? String(repeating: end, count: depth) : ""
    bytes.replaceSubrange(place, with: Array((String(repeating: start, count: depth) + "1" + closing).utf8))
  }

  /// Where numbers stand.
  private static func numberRanges(_ bytes: [UInt8]) -> [Range<Int>] {
    ranges(bytes) { byte in (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") }
      .filter { bytes[$0].contains { (0x30...0x39).contains($0) } }
  }

  /// Where words or quoted texts stand.
  private static func textRanges(_ bytes: [UInt8]) -> [Range<Int>] {
    ranges(bytes) { byte in byte >= 0x30 && !marks.contains(byte) }
  }

  private static let marks = Set("[]{},:\"=<>".utf8)

  private static func ranges(_ bytes: [UInt8], _ belongs: (UInt8) -> Bool) -> [Range<Int>] {
    var (result, start) = ([Range<Int>](), 0)
    for (place, byte) in bytes.enumerated() where !belongs(byte) {
      if start < place { result.append(start..<place) }
      start = place + 1
    }
    return start < bytes.count ? result + [start..<bytes.count] : result
  }
}
