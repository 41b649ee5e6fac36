internal import CZlib
public import Files

/// Writes a zip file of stored members.
///
/// Equal members give equal bytes: all are of 1 January 1980, the first day there is.
/// Archives and members of 4 GiB and more get the numbers of eight bytes that other programs call zip64.
public struct ZipWriter {
  private struct Entry {
    let name: [UInt8]
    let byteCount: Int
    var checksum: UInt32
    let offset: Int
    let flags: UInt16
  }

  private let file: OutputFile
  private var entries: [Entry] = []
  private var names: Set<String> = []
  private var position = 0

  /// Starts a file.
  public init(to file: OutputFile) { self.file = file }

  /// Adds a member.
  public mutating func add(_ name: String, _ bytes: [UInt8]) throws(FileError) {
    var entry = start(name, bytes.count, flags: Self.isUTF8)
    entry.checksum = Self.checksum(0, bytes)
    try append(Self.header(entry))
    try append(bytes)
    entries.append(entry)
  }

  /// Adds a member whose bytes come in parts; its checksum follows them.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - byteCount: Its length.
  ///   - beginning: Its first bytes.
  ///   - parts: Calls its argument with one part after the other.
  /// - Throws: What `parts` throws, and `FileError` of kind `cannotCreate`.
  public mutating func add(
    _ name: String, byteCount: Int, beginning: [UInt8] = [],
    parts: (_ append: ([UInt8]) throws(FileError) -> Void) throws(FileError) -> Void
  ) throws(FileError) {
    var entry = start(name, byteCount, flags: Self.isUTF8 | 8)
    try append(Self.header(entry))
    try file.append(beginning)
    var (count, checksum) = (beginning.count, Self.checksum(0, beginning))
    let file = file
    try parts { (bytes: [UInt8]) throws(FileError) in
      try file.append(bytes)
      count += bytes.count
      checksum = Self.checksum(checksum, bytes)
    }
    precondition(count == byteCount, "'\(name)' of \(byteCount) bytes got \(count)")
    position += count
    let sizes = Self.isLarge(byteCount) ? Self.bytes(UInt64(byteCount)) : Self.bytes(UInt32(byteCount))
    try append(Self.bytes(UInt32(0x0807_4B50)) + Self.bytes(checksum) + sizes + sizes)
    entry.checksum = checksum
    entries.append(entry)
  }

  /// Writes the directory, flushes the file to disk, and then gives it its name.
  public mutating func finish() throws(FileError) -> OutputFile.Summary {
    let start = position
    for entry in entries { try append(Self.directoryEntry(entry)) }
    let size = position - start
    if entries.count >= 0xFFFF || Self.isLarge(size) || Self.isLarge(start) {
      let place = UInt64(position)
      let version = Self.bytes(UInt16(45))
      let counts = Self.bytes(UInt64(entries.count)) + Self.bytes(UInt64(entries.count))
      try append(
        Self.bytes(UInt32(0x0606_4B50)) + Self.bytes(UInt64(44)) + version + version + Self.bytes(UInt64(0)) + counts
          + Self.bytes(UInt64(size)) + Self.bytes(UInt64(start)))
      try append(
        Self.bytes(UInt32(0x0706_4B50)) + Self.bytes(UInt32(0)) + Self.bytes(place) + Self.bytes(UInt32(1)))
    }
    let count = Self.bytes(UInt16(min(entries.count, 0xFFFF)))
    try append(
      Self.bytes(UInt32(0x0605_4B50)) + Self.bytes(UInt32(0)) + count + count + Self.clamped(size)
        + Self.clamped(start) + Self.bytes(UInt16(0)))
    return try file.finish()
  }

  private mutating func start(_ name: String, _ byteCount: Int, flags: UInt16) -> Entry {
    precondition(names.insert(name).inserted, "two members are named '\(name)'")
    precondition(name.utf8.count < 0xFFFF, "a name of \(name.utf8.count) bytes")
    return Entry(
      name: Array(name.utf8), byteCount: byteCount, checksum: 0, offset: position, flags: flags)
  }

  private mutating func append(_ bytes: [UInt8]) throws(FileError) {
    try file.append(bytes)
    position += bytes.count
  }

  // MARK: Records (APPNOTE.TXT 6.3, sections 4.3.7 to 4.5.3)

  /// Names are UTF-8.
  private static let isUTF8: UInt16 = 0x800
  /// Stored, at midnight of 1 January 1980.
  private static let methodAndTime: [UInt8] = [0, 0, 0, 0, 0x21, 0]

  private static func header(_ entry: Entry) -> [UInt8] {
    let size = clamped(entry.byteCount)
    let extra =
      isLarge(entry.byteCount)
      ? bytes(UInt16(1)) + bytes(UInt16(16)) + bytes(UInt64(entry.byteCount)) + bytes(UInt64(entry.byteCount)) : []
    let start = bytes(UInt32(0x0403_4B50)) + bytes(UInt16(45)) + bytes(entry.flags) + methodAndTime
    let counts = bytes(UInt16(entry.name.count)) + bytes(UInt16(extra.count))
    return start + bytes(entry.checksum) + size + size + counts + entry.name + extra
  }

  private static func directoryEntry(_ entry: Entry) -> [UInt8] {
    var fields: [UInt8] = []
    if isLarge(entry.byteCount) { fields += bytes(UInt64(entry.byteCount)) + bytes(UInt64(entry.byteCount)) }
    if isLarge(entry.offset) { fields += bytes(UInt64(entry.offset)) }
    let extra = fields.isEmpty ? [] : bytes(UInt16(1)) + bytes(UInt16(fields.count)) + fields
    let size = clamped(entry.byteCount)
    // Made under Unix; a regular file for its owner to read and write, and for all others to read.
    let start = bytes(UInt32(0x0201_4B50)) + [45, 3, 45, 0] + bytes(entry.flags) + methodAndTime
    let counts = bytes(UInt16(entry.name.count)) + bytes(UInt16(extra.count)) + [UInt8](repeating: 0, count: 6)
    let rights = bytes(UInt32(0o100644 << 16)) + clamped(entry.offset)
    return start + bytes(entry.checksum) + size + size + counts + rights + entry.name + extra
  }

  private static func isLarge(_ number: Int) -> Bool { number >= 0xFFFF_FFFF }

  private static func clamped(_ number: Int) -> [UInt8] { bytes(UInt32(min(number, 0xFFFF_FFFF))) }

  private static func bytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }

  private static func checksum(_ start: UInt32, _ bytes: [UInt8]) -> UInt32 {
    UInt32(truncatingIfNeeded: crc32_z(uLong(start), bytes, bytes.count))
  }
}
