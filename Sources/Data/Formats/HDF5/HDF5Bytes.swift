internal import Files

/// The bytes of an HDF5 file, read by address, and numbers in a row of them.
///
/// Every address and length is compared with the length of the file before anything is read.
struct HDF5Bytes {
  /// What stands where there is no address.
  static let undefined = UInt64.max

  let source: ByteSource

  /// Bytes that must lie in the file.
  func read(_ address: UInt64, _ count: Int, _ what: String) throws -> HDF5Fields {
    guard count >= 0, let start = Int(exactly: address), start <= source.byteCount, count <= source.byteCount - start
    else {
      throw FormatFault(
        "its \(what) would be \(grouped(count)) bytes at byte \(Self.shown(address)) of \(grouped(source.byteCount))")
    }
    return HDF5Fields(try source.bytes(start..<start + count), what)
  }

  private static func shown(_ address: UInt64) -> String { Int(exactly: address).map(grouped) ?? "\(address)" }
}

/// Fields that follow each other in some bytes, least significant byte first.
struct HDF5Fields {
  let bytes: [UInt8]
  private let what: String
  private(set) var position = 0

  init(_ bytes: [UInt8], _ what: String) { (self.bytes, self.what) = (bytes, what) }

  /// How many bytes are left.
  var left: Int { bytes.count - position }

  /// Passes over bytes.
  mutating func skip(_ count: Int) throws(FormatFault) {
    guard count >= 0, count <= left else { throw FormatFault("its \(what) ends too early") }
    position += count
  }

  /// The next bytes.
  mutating func take(_ count: Int) throws(FormatFault) -> [UInt8] {
    let start = position
    try skip(count)
    return Array(bytes[start..<position])
  }

  /// A number of one to eight bytes.
  mutating func number(_ count: Int) throws(FormatFault) -> UInt64 {
    let start = position
    try skip(count)
    return bytes[start..<position].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// A number of one, two or four bytes.
  mutating func integer(_ count: Int) throws(FormatFault) -> Int { Int(truncatingIfNeeded: try number(count)) }

  /// A length of eight bytes.
  mutating func length() throws(FormatFault) -> Int {
    let number = try number(8)
    guard let result = Int(exactly: number) else {
      throw FormatFault("its \(what) has the impossible length \(number)")
    }
    return result
  }

  /// Compares the next four bytes with a mark.
  mutating func expect(_ mark: String) throws(FormatFault) {
    guard try take(4) == Array(mark.utf8) else { throw FormatFault("its \(what) does not begin with \(mark)") }
  }
}
