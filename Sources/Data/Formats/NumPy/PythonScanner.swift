/// A strict reader of the little Python that headers of `.npy` files consist of.
struct PythonScanner {
  private let bytes: ArraySlice<UInt8>
  private var position: Int

  /// A scanner of text.
  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  private mutating func skipSpace() {
    while position < bytes.endIndex, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
  }

  private func fault(_ expected: String) -> FormatFault {
    FormatFault("its header is malformed at byte \(position): expected \(expected)")
  }

  /// Whether this comes next, which is then taken.
  mutating func accept(_ text: String) -> Bool {
    skipSpace()
    guard bytes[position...].starts(with: text.utf8) else { return false }
    position += text.utf8.count
    return true
  }

  /// Takes what has to come next.
  mutating func expect(_ text: String) throws(FormatFault) {
    guard accept(text) else { throw fault("'\(text)'") }
  }

  /// Reads text between quotes of either kind.
  mutating func string() throws(FormatFault) -> String {
    skipSpace()
    guard position < bytes.endIndex, bytes[position] == UInt8(ascii: "'") || bytes[position] == UInt8(ascii: "\"")
    else {
      throw fault("a text of numbers' type or a name; arrays of records are not read")
    }
    let quote = bytes[position]
    guard let end = bytes[(position + 1)...].firstIndex(of: quote) else { throw fault("the end of a text") }
    let text = bytes[position + 1..<end]
    guard !text.contains(UInt8(ascii: "\\")) else { throw fault("a text without escapes") }
    position = end + 1
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads a truth value.
  mutating func bool() throws(FormatFault) -> Bool {
    if accept("True") { return true }
    try expect("False")
    return false
  }

  /// Reads a tuple of natural numbers, to which Python 2 appends an L.
  mutating func integers() throws(FormatFault) -> [Int] {
    try expect("(")
    var result: [Int] = []
    while !accept(")") {
      skipSpace()
      let start = position
      while position < bytes.endIndex, (0x30...0x39).contains(bytes[position]) { position += 1 }
      guard let number = Int(String(decoding: bytes[start..<position], as: UTF8.self)), result.count < 32 else {
        throw fault("a natural number below 2^63 in a shape of at most 32 axes")
      }
      result.append(number)
      _ = accept("L")
      if !accept(",") {
        try expect(")")
        break
      }
    }
    return result
  }

  /// Expects nothing but spaces.
  mutating func end() throws(FormatFault) {
    skipSpace()
    guard position == bytes.endIndex else { throw fault("nothing more") }
  }
}
