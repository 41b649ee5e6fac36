/// A protocol-buffer message that is put together field by field.
///
/// Enough for TensorBoard's events and for ONNX, whose schemas are fixed: a code generator and its library would be a larger dependency
/// than the few fields that are written.
struct ProtobufMessage {
  /// The encoded message.
  private(set) var bytes: [UInt8] = []

  /// How a field's value is laid out.
  private enum WireType: UInt64 {
    case varint = 0
    case eightBytes = 1
    case lengthDelimited = 2
    case fourBytes = 5
  }

  /// Appends a whole number.
  mutating func append(_ field: UInt64, _ value: Int) {
    start(field, .varint)
    varint(UInt64(bitPattern: Int64(value)))
  }

  /// Appends a number of double precision.
  mutating func append(_ field: UInt64, _ value: Double) {
    start(field, .eightBytes)
    append(raw: value.bitPattern)
  }

  /// Appends a number of single precision.
  mutating func append(_ field: UInt64, _ value: Float) {
    start(field, .fourBytes)
    append(raw: value.bitPattern)
  }

  /// Appends bytes.
  mutating func append(_ field: UInt64, _ value: [UInt8]) {
    start(field, .lengthDelimited)
    varint(UInt64(value.count))
    bytes += value
  }

  /// Appends a text.
  mutating func append(_ field: UInt64, _ value: String) { append(field, Array(value.utf8)) }

  /// Appends numbers of double precision, packed.
  mutating func append(_ field: UInt64, _ values: [Double]) {
    append(field, values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } })
  }

  /// Appends a message.
  mutating func append(_ field: UInt64, _ build: (inout ProtobufMessage) -> Void) {
    var message = ProtobufMessage()
    build(&message)
    append(field, message.bytes)
  }

  /// Appends what precedes a message, or bytes, of a length that follow elsewhere.
  mutating func append(start field: UInt64, byteCount: Int) {
    start(field, .lengthDelimited)
    varint(UInt64(byteCount))
  }

  private mutating func start(_ field: UInt64, _ type: WireType) { varint(field << 3 | type.rawValue) }

  private mutating func append(raw number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
  }

  private mutating func varint(_ number: UInt64) {
    var rest = number
    while rest > 0x7F {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
