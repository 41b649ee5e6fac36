/// The number types of NumPy's arrays that are read, by kind and size as in `<f4`.
public enum NPYType: String, Sendable, CaseIterable {
  case bool = "b1"
  case uint8 = "u1"
  case int8 = "i1"
  case uint16 = "u2"
  case int16 = "i2"
  case float16 = "f2"
  case uint32 = "u4"
  case int32 = "i4"
  case float32 = "f4"
  case int64 = "i8"
  case float64 = "f8"

  /// Bytes of one number.
  public var size: Int {
    switch self {
    case .bool, .uint8, .int8: 1
    case .uint16, .int16, .float16: 2
    case .uint32, .int32, .float32: 4
    case .int64, .float64: 8
    }
  }

  /// Whether numbers have a fraction.
  public var isReal: Bool { self == .float16 || self == .float32 || self == .float64 }

  /// The number whose bytes begin at an offset, least significant byte first; exact but for large whole numbers.
  func double(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Double {
    switch self {
    case .float16: Double(bytes.loadUnaligned(fromByteOffset: offset, as: Float16.self))
    case .float32: Double(bytes.loadUnaligned(fromByteOffset: offset, as: Float.self))
    case .float64: bytes.loadUnaligned(fromByteOffset: offset, as: Double.self)
    default: Double(integer(bytes, offset))
    }
  }

  /// The whole number whose bytes begin at an offset, least significant byte first.
  func integer(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Int {
    switch self {
    case .bool: bytes[offset] == 0 ? 0 : 1
    case .uint8: Int(bytes[offset])
    case .int8: Int(Int8(bitPattern: bytes[offset]))
    case .uint16: Int(bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
    case .int16: Int(bytes.loadUnaligned(fromByteOffset: offset, as: Int16.self))
    case .uint32: Int(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    case .int32: Int(bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))
    case .int64: Int(bytes.loadUnaligned(fromByteOffset: offset, as: Int64.self))
    case .float16, .float32, .float64: preconditionFailure("\(self) has a fraction")
    }
  }
}
