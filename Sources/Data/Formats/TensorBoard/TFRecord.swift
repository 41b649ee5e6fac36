/// The framing of TensorFlow's record files: length, checksum of the length, bytes, checksum of the bytes.
public enum TFRecord {
  /// The bytes before a record's content.
  static let headerBytes = 12
  /// The bytes behind it.
  static let footerBytes = 4

  /// A record with `content`.
  public static func frame(_ content: [UInt8]) -> [UInt8] {
    let length = bytes(UInt64(content.count))
    return length + bytes(CRC32C.masked(length)) + content + footer(of: content)
  }

  /// What follows a record's content.
  static func footer(of content: [UInt8]) -> [UInt8] { bytes(CRC32C.masked(content)) }

  /// The length that an intact header tells; `nil` for any other bytes.
  static func contentLength(header: [UInt8]) -> Int? {
    guard header.count == headerBytes, bytes(CRC32C.masked(Array(header[..<8]))) == Array(header[8...]) else {
      return nil
    }
    return Int(exactly: header[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }

  /// A number's bytes, least significant first.
  private static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }
}
