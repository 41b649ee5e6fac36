internal import Files

/// The beginning of some bytes, read as far as a pickle goes: what follows it may be gigabytes.
struct PickleBytes {
  /// The longest pickles that are read where nothing else is said.
  static let usualLimit = 1 << 26
  /// How much is read at once.
  private static let step = 1 << 16

  private let limit: Int
  private let source: ByteSource
  private let end: Int
  private let start: Int
  /// What was read so far.
  private var bytes: [UInt8] = []

  /// The bytes of a range, none of which is read yet.
  init(_ source: ByteSource, _ range: Range<Int>, limit: Int = usualLimit) {
    self.source = source
    self.limit = limit
    start = range.lowerBound
    end = range.count
  }

  /// The number of a byte.
  mutating func byte(_ position: Int) throws -> UInt8 {
    try need(position, 1)
    return bytes[position]
  }

  /// A number of one to eight bytes without sign, least significant first.
  mutating func number(_ position: Int, _ count: Int) throws -> UInt64 {
    try need(position, count)
    return (0..<count).reduce(0) { $0 | UInt64(bytes[position + $1]) << (8 * UInt64($1)) }
  }

  /// Text of UTF-8.
  func text(_ range: Range<Int>) throws(FormatFault) -> String {
    guard let text = String(validating: bytes[range], as: UTF8.self) else {
      throw FormatFault("a text at byte \(range.lowerBound) of its pickle is not UTF-8")
    }
    return text
  }

  /// The bytes of a range that was asked for before.
  func slice(_ range: Range<Int>) -> ArraySlice<UInt8> { bytes[range] }

  /// Reads as far as this.
  mutating func need(_ position: Int, _ count: Int) throws {
    let wanted = position + count
    guard wanted > bytes.count else { return }
    guard wanted <= limit else {
      throw FormatFault("its pickle is longer than \(mebibytes(limit)) MiB", advice: "save the state dict alone")
    }
    guard wanted <= end else { throw FormatFault("it ends within its pickle; it is truncated") }
    let next = min(max(wanted, bytes.count + max(Self.step, bytes.count / 2)), end)
    bytes += try source.bytes(start + bytes.count..<start + next)
  }
}
