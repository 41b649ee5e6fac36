internal import Files

/// A record of TensorFlow's `tf.train.Example` in a TFRecord file: what the features are called and where their values lie.
///
/// Values of bytes are passed over, whatever their length; so a file of images is listed without reading it.
struct ExampleRecord {
  /// Where the values of a feature lie, or what they are.
  enum Value: Sendable {
    /// The first of some byte strings.
    case bytes(Range<Int>)
    /// The first of some whole numbers.
    case integer(Int)
    /// Numbers with a fraction, or nothing.
    case other
  }

  private static let featureLimit = 1000

  private(set) var features: [String: Value] = [:]

  /// Reads the content of a record.
  init(_ source: ByteSource, _ content: Range<Int>) throws {
    var scanner = ProtobufScanner(source, content)
    while let field = try scanner.next() {
      guard case .bytes(let inner) = field.value, field.number == 1 else { continue }
      var list = ProtobufScanner(source, inner)
      while let entry = try list.next() {
        guard case .bytes(let range) = entry.value, entry.number == 1 else { continue }
        try addFeature(source, range)
      }
    }
  }

  /// An entry of the map of features: the name and the value.
  private mutating func addFeature(_ source: ByteSource, _ range: Range<Int>) throws {
    var (name, value): (String?, Value) = (nil, .other)
    var scanner = ProtobufScanner(source, range)
    while let field = try scanner.next() {
      guard case .bytes(let inner) = field.value else { continue }
      if field.number == 1 {
        guard inner.count <= 1000 else {
          throw FormatFault("a feature in it has a name of \(grouped(inner.count)) bytes")
        }
        name = String(decoding: try source.bytes(inner), as: UTF8.self)
      } else if field.number == 2 {
        value = try Self.value(source, inner)
      }
    }
    guard let name else { throw FormatFault("a feature in it has no name") }
    guard features.count < Self.featureLimit else {
      throw FormatFault("it has more than \(Self.featureLimit) features")
    }
    features[name] = value
  }

  /// The first value of a feature: of bytes (1) or of whole numbers (3), packed or not.
  private static func value(_ source: ByteSource, _ range: Range<Int>) throws -> Value {
    var result = Value.other
    var scanner = ProtobufScanner(source, range)
    while let field = try scanner.next() {
      guard case .bytes(let inner) = field.value else { continue }
      var list = ProtobufScanner(source, inner)
      switch field.number {
      case 1:
        if let first = try list.next(), first.number == 1, case .bytes(let bytes) = first.value {
          result = .bytes(bytes)
        }
      case 3:
        guard let first = try list.next(), first.number == 1 else { continue }
        switch first.value {
        case .number(let number): result = .integer(Int(truncatingIfNeeded: number))
        case .bytes(let packed) where !packed.isEmpty:
          var numbers = ProtobufScanner(source, packed)
          result = .integer(Int(truncatingIfNeeded: try numbers.varint()))
        default: break
        }
      default: break
      }
    }
    return result
  }
}
