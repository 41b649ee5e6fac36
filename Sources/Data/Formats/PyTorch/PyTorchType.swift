/// The number types of PyTorch's storages.
public enum PyTorchType: String, Sendable, CaseIterable {
  case float64 = "DoubleStorage"
  case float32 = "FloatStorage"
  case float16 = "HalfStorage"
  case bfloat16 = "BFloat16Storage"
  case int64 = "LongStorage"
  case int32 = "IntStorage"
  case int16 = "ShortStorage"
  case int8 = "CharStorage"
  case uint8 = "ByteStorage"
  case bool = "BoolStorage"

  /// Bytes of one number.
  public var size: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .float16, .bfloat16, .int16: 2
    case .int8, .uint8, .bool: 1
    }
  }

  /// Whether numbers have a fraction.
  public var isReal: Bool {
    switch self {
    case .float64, .float32, .float16, .bfloat16: true
    default: false
    }
  }

  /// The name that PyTorch has for the type.
  var name: String { "\(self)" }

  /// The number whose bytes begin at an offset, in single precision.
  func real(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Float {
    switch self {
    case .float64: Float(bytes.loadUnaligned(fromByteOffset: offset, as: Double.self))
    case .float32: bytes.loadUnaligned(fromByteOffset: offset, as: Float.self)
    case .float16: Float(bytes.loadUnaligned(fromByteOffset: offset, as: Float16.self))
    case .bfloat16: Float(bitPattern: UInt32(bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)) << 16)
    default: preconditionFailure("\(name) has no fraction")
    }
  }

  /// The whole number whose bytes begin at an offset.
  func integer(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Int {
    switch self {
    case .int64: Int(bytes.loadUnaligned(fromByteOffset: offset, as: Int64.self))
    case .int32: Int(bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))
    case .int16: Int(bytes.loadUnaligned(fromByteOffset: offset, as: Int16.self))
    case .int8: Int(bytes.loadUnaligned(fromByteOffset: offset, as: Int8.self))
    case .uint8: Int(bytes[offset])
    case .bool: bytes[offset] == 0 ? 0 : 1
    default: preconditionFailure("\(name) has a fraction")
    }
  }
}
