/// What is wrong with a header, as a clause about the file.
struct JSONError: Error {
  let text: String

  init(_ text: String) { self.text = text }
}

/// A strict reader of JSON as safetensors headers and lists of labels have it: objects, strings, lists, natural numbers.
///
/// General parsers keep one of two members with the same name and lose digits of large numbers; here both are errors.
struct JSONScanner {
  private let bytes: [UInt8]
  /// What error messages call the text.
  private let what: String
  private var position = 0

  /// A scanner of UTF-8 text.
  init(_ bytes: [UInt8], what: String = "header") { (self.bytes, self.what) = (bytes, what) }

  /// Reads an object; `member` is called at each value and must read it.
  mutating func object(
    _ member: (_ name: String, _ scanner: inout JSONScanner) throws(JSONError) -> Void
  ) throws(JSONError) {
    try expect("{")
    if accept("}") { return }
    repeat {
      let name = try string()
      try expect(":")
      try member(name, &self)
    } while accept(",")
    try expect("}")
  }

  /// Reads a list; `element` is called at each value and must read it.
  mutating func array(_ element: (_ scanner: inout JSONScanner) throws(JSONError) -> Void) throws(JSONError) {
    try expect("[")
    if accept("]") { return }
    repeat { try element(&self) } while accept(",")
    try expect("]")
  }

  /// Passes over `null`, if that is next.
  mutating func acceptNull() -> Bool { accept(word: "null") }

  /// Passes over a value of any kind.
  mutating func skip(depth: Int = 0) throws(JSONError) {
    guard depth < 100 else { throw problem("values more than 100 deep") }
    skipSpace()
    switch position < bytes.count ? bytes[position] : 0 {
    case UInt8(ascii: "{"): try object { (_, scanner) throws(JSONError) in try scanner.skip(depth: depth + 1) }
    case UInt8(ascii: "["): try array { (scanner) throws(JSONError) in try scanner.skip(depth: depth + 1) }
    case UInt8(ascii: "\""): _ = try string()
    default:
      if accept(word: "true") || accept(word: "false") || acceptNull() { return }
      let start = position
      let isPart = { (byte: UInt8) in (48...57).contains(byte) || [43, 45, 46, 69, 101].contains(byte) }
      while position < bytes.count, isPart(bytes[position]) { position += 1 }
      guard position > start else { throw problem("no value") }
    }
  }

  private mutating func accept(word: String) -> Bool {
    skipSpace()
    guard bytes[position...].starts(with: Array(word.utf8)) else { return false }
    position += word.utf8.count
    return true
  }

  /// Reads a list of natural numbers.
  mutating func integers() throws(JSONError) -> [Int] {
    try expect("[")
    var result: [Int] = []
    if accept("]") { return result }
    repeat { result.append(try integer()) } while accept(",")
    try expect("]")
    return result
  }

  /// Reads a string.
  mutating func string() throws(JSONError) -> String {
    try expect("\"")
    var content: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: content, as: UTF8.self)
      case UInt8(ascii: "\\"): content += try escaped()
      case 0..<0x20: throw problem("a control character in a string")
      default: content.append(byte)
      }
    }
    throw problem("a string without end")
  }

  /// Reads the spaces that may follow the last value.
  mutating func padding() throws(JSONError) {
    skipSpace()
    guard position == bytes.count else { throw problem("more text after its last '}'") }
  }

  /// Reads a natural number.
  mutating func integer() throws(JSONError) -> Int {
    skipSpace()
    let start = position
    var value = 0
    while position < bytes.count, let digit = Self.digit(bytes[position]), digit < 10 {
      let (tens, overflow1) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow2) = tens.addingReportingOverflow(Int(digit))
      guard !overflow1, !overflow2 else { throw problem("a number beyond 2^63") }
      value = sum
      position += 1
    }
    let count = position - start
    let hasLeadingZero = count > 1 && bytes[start] == UInt8(ascii: "0")
    guard count > 0, !hasLeadingZero else { throw problem("no natural number") }
    return value
  }

  /// Reads what follows a backslash.
  private mutating func escaped() throws(JSONError) -> [UInt8] {
    guard position < bytes.count else { throw problem("a string without end") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [8]
    case UInt8(ascii: "f"): return [12]
    case UInt8(ascii: "n"): return [10]
    case UInt8(ascii: "r"): return [13]
    case UInt8(ascii: "t"): return [9]
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw problem("an unknown escape in a string")
    }
  }

  private mutating func unicodeEscape() throws(JSONError) -> [UInt8] {
    var value = try hexadecimal()
    if value & 0xFC00 == 0xD800, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
      bytes[position + 1] == UInt8(ascii: "u")
    {
      position += 2
      let low = try hexadecimal()
      guard low & 0xFC00 == 0xDC00 else { throw problem("half a surrogate pair") }
      value = 0x10000 + (value & 0x3FF) << 10 + low & 0x3FF
    }
    guard let scalar = Unicode.Scalar(value) else { throw problem("half a surrogate pair") }
    return Array(String(Character(scalar)).utf8)
  }

  private mutating func hexadecimal() throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard position < bytes.count, let digit = Self.digit(bytes[position]) else {
        throw problem("an incomplete \\u escape")
      }
      value = value << 4 | digit
      position += 1
    }
    return value
  }

  private static func digit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
  }

  private mutating func accept(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(JSONError) {
    guard accept(character) else { throw problem("expected '\(character)'") }
  }

  private func problem(_ clause: String) -> JSONError {
    JSONError("its \(what) is malformed at byte \(position): \(clause)")
  }
}
