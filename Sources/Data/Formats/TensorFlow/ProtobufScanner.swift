internal import Files

/// Reads the fields of a protocol-buffer message that lies in a file; what is long is passed over and not read.
struct ProtobufScanner {
  /// A field's value.
  enum Value {
    case number(UInt64)
    case bytes(Range<Int>)
    /// Four or eight bytes.
    case fixed
  }

  /// How much is read at once.
  private static let step = 256

  private let source: ByteSource
  private let end: Int
  private var position: Int
  /// The bytes around the position.
  private var window: [UInt8] = []
  private var windowStart = 0

  /// A scanner of a message's bytes.
  init(_ source: ByteSource, _ range: Range<Int>) {
    self.source = source
    (position, end) = (range.lowerBound, range.upperBound)
  }

  /// The next field; `nil` behind the last one.
  mutating func next() throws -> (number: Int, value: Value)? {
    guard position < end else { return nil }
    let tag = try varint()
    let number = Int(clamping: tag >> 3)
    switch tag & 7 {
    case 0: return (number, .number(try varint()))
    case 1: return (number, try fixed(8))
    case 2:
      let count = try varint()
      guard count <= UInt64(end - position) else { throw Self.damaged }
      defer { position += Int(count) }
      return (number, .bytes(position..<position + Int(count)))
    case 5: return (number, try fixed(4))
    default: throw Self.damaged
    }
  }

  /// The next number.
  mutating func varint() throws -> UInt64 {
    var (result, shift) = (UInt64(0), UInt64(0))
    while shift < 64 {
      let byte = try byte()
      result |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return result }
      shift += 7
    }
    throw Self.damaged
  }

  private static let damaged = FormatFault("a record in it is no message of tf.train.Example, or damaged")

  private mutating func fixed(_ count: Int) throws -> Value {
    guard count <= end - position else { throw Self.damaged }
    position += count
    return .fixed
  }

  private mutating func byte() throws -> UInt8 {
    guard position < end else { throw Self.damaged }
    if position < windowStart || position >= windowStart + window.count {
      window = try source.bytes(position..<min(position + Self.step, end))
      windowStart = position
    }
    defer { position += 1 }
    return window[position - windowStart]
  }
}
