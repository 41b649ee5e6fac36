internal import CZlib
internal import Files

/// What the blocks of a dataset went through before they were written.
struct HDF5Filters: Sendable {
  /// The filters that are undone; others would have to be loaded.
  private enum Kind: Int {
    case deflate = 1
    case shuffle = 2
    case fletcher32 = 3
    /// h5py's own.
    case lzf = 32000
  }

  private struct Filter {
    let kind: Kind
    let values: [Int]
  }

  private static let limit = 8

  private let filters: [Filter]

  /// Reads the message that lists them; `nil` for none.
  init(_ message: HDF5Fields?, _ name: String) throws(FormatFault) {
    guard var fields = message else {
      filters = []
      return
    }
    let (version, count) = (try fields.integer(1), try fields.integer(1))
    guard version == 1 || version == 2, count <= Self.limit else {
      throw FormatFault(
        "the filters of its \(name.quoted) are of version \(version), or \(count)", advice: HDF5File.rewrite)
    }
    if version == 1 { try fields.skip(6) }
    var filters: [Filter] = []
    for _ in 0..<count {
      let number = try fields.integer(2)
      let nameCount = version == 1 || number >= 256 ? try fields.integer(2) : 0
      try fields.skip(2)
      let valueCount = try fields.integer(2)
      try fields.skip(version == 1 ? (nameCount + 7) / 8 * 8 : nameCount)
      var values: [Int] = []
      for _ in 0..<valueCount { values.append(try fields.integer(4)) }
      if version == 1, !valueCount.isMultiple(of: 2) { try fields.skip(4) }
      guard let kind = Kind(rawValue: number) else {
        throw FormatFault(
          "its \(name.quoted) is compressed by filter \(number), which would have to be loaded",
          advice: "write it without, or with gzip or LZF, for instance with 'h5repack -f GZIP=4 OLD NEW'")
      }
      filters.append(Filter(kind: kind, values: values))
    }
    self.filters = filters
  }

  private func used(_ mask: UInt32) -> [Filter] {
    filters.enumerated().filter { mask >> UInt32($0.offset) & 1 == 0 }.map(\.element)
  }

  /// Whether so many bytes can come of a block of the file.
  func canHold(_ byteCount: Int, in stored: Int, _ mask: UInt32) -> Bool {
    let used = used(mask)
    // Deflate makes at most 258 bytes of two bits, LZF less; a checksum has four bytes.
    guard !used.contains(where: { $0.kind == .deflate || $0.kind == .lzf }) else { return byteCount / 1032 <= stored }
    return stored == byteCount + 4 * used.count { $0.kind == .fletcher32 }
  }

  /// The content of a block.
  ///
  /// - Parameters:
  ///   - bytes: What the file has.
  ///   - byteCount: How many bytes have to come of it.
  ///   - mask: Which filters were left out.
  /// - Returns: So many bytes.
  /// - Throws: `FormatFault` where it is damaged.
  func undone(_ bytes: [UInt8], byteCount: Int, _ mask: UInt32) throws(FormatFault) -> [UInt8] {
    var bytes = bytes
    let limit = byteCount + 4 * Self.limit
    for filter in used(mask).reversed() {
      switch filter.kind {
      case .deflate: bytes = try Self.inflated(bytes, limit)
      case .lzf: bytes = try LZF.decompressed(bytes, limit: limit)
      case .shuffle: bytes = Self.unshuffled(bytes, filter.values.first ?? 1)
      case .fletcher32: bytes = try Self.checked(bytes)
      }
    }
    guard bytes.count == byteCount else {
      throw FormatFault("a chunk of it holds \(grouped(bytes.count)) bytes where \(grouped(byteCount)) are expected")
    }
    return bytes
  }

  private static func inflated(_ bytes: [UInt8], _ limit: Int) throws(FormatFault) -> [UInt8] {
    var code: CInt = 0
    let result = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
      var length = uLongf(limit)
      code = uncompress(buffer.baseAddress, &length, bytes, uLong(bytes.count))
      count = code == Z_OK ? Int(length) : 0
    }
    guard code == Z_OK else { throw FormatFault("a chunk of it is damaged: it is not what deflate makes (\(code))") }
    return result
  }

  /// Puts the bytes of each number together again, which lie by their places.
  private static func unshuffled(_ bytes: [UInt8], _ size: Int) -> [UInt8] {
    guard size > 1, bytes.count >= size else { return bytes }
    let count = bytes.count / size
    var result = bytes
    for place in 0..<size {
      for index in 0..<count { result[index * size + place] = bytes[place * count + index] }
    }
    return result
  }

  /// The bytes before a checksum, which has to be theirs: Fletcher's of words of two bytes, as HDF5 computes it.
  private static func checked(_ bytes: [UInt8]) throws(FormatFault) -> [UInt8] {
    guard bytes.count >= 4 else { throw FormatFault("a chunk of it is shorter than its checksum") }
    let content = Array(bytes.dropLast(4))
    var (first, second, position) = (UInt32(0), UInt32(0), 0)
    while position + 1 < content.count {
      let end = min(position + 720, content.count & ~1)
      while position < end {
        first &+= UInt32(content[position]) << 8 | UInt32(content[position + 1])
        second &+= first
        position += 2
      }
      (first, second) = (first & 0xFFFF + first >> 16, second & 0xFFFF + second >> 16)
    }
    if position < content.count {
      first &+= UInt32(content[position]) << 8
      second &+= first
      (first, second) = (first & 0xFFFF + first >> 16, second & 0xFFFF + second >> 16)
    }
    (first, second) = (first & 0xFFFF + first >> 16, second & 0xFFFF + second >> 16)
    let stored = UInt32(LittleEndian(Array(bytes.suffix(4))).word(0))
    guard second << 16 | first == stored else { throw FormatFault("a chunk of it is damaged: its checksum is another") }
    return content
  }
}
