internal import Files

/// The list at the end of a zip file, checked against the length of the file (APPNOTE.TXT 6.3, sections 4.3.12 to 4.5.3).
enum ZipDirectory {
  /// The most bytes that are read as a directory: those of a few million members.
  private static let limit = 1 << 28

  /// Reads and checks all entries.
  ///
  /// - Parameter source: A zip file.
  /// - Returns: Its members without folders.
  /// - Throws: `FormatFault` for what is wrong with it, and `FileError`.
  static func members(of source: ByteSource) throws -> [ZipArchive.Member] {
    let place = try place(source)
    let bytes = try source.bytes(place.range)
    var entries: [Entry] = []
    entries.reserveCapacity(place.count)
    var position = 0
    for index in 0..<place.count {
      entries.append(try Entry(bytes, &position, index: index))
    }
    guard position == bytes.count else {
      throw FormatFault("its directory names \(counted(place.count, "member")) and goes on behind them")
    }
    return try checked(entries, end: place.range.lowerBound)
  }

  /// Members must lie one behind the other before the directory, each under a name of its own.
  private static func checked(_ entries: [Entry], end: Int) throws(FormatFault) -> [ZipArchive.Member] {
    var limits = [Int](repeating: end, count: entries.count)
    var next: Int?
    for index in entries.indices.sorted(by: { (entries[$0].offset, $0) > (entries[$1].offset, $1) }) {
      let entry = entries[index]
      limits[index] = next ?? end
      // The local header has at least as many bytes as this, and the name again.
      guard entry.offset <= limits[index],
        limits[index] - entry.offset >= 30 + entry.nameCount,
        limits[index] - entry.offset - 30 - entry.nameCount >= entry.storedCount
      else {
        throw FormatFault("its member \(entry.name.quoted) overlaps what follows or ends behind the file")
      }
      next = entry.offset
    }
    var names: Set<String> = []
    var members: [ZipArchive.Member] = []
    for (index, entry) in entries.enumerated() {
      guard names.insert(entry.name).inserted else {
        throw FormatFault("it holds two members named \(entry.name.quoted)")
      }
      if entry.name.hasSuffix("/") && entry.byteCount == 0 { continue }
      members.append(
        ZipArchive.Member(
          name: entry.name, byteCount: entry.byteCount, method: entry.method, checksum: entry.checksum,
          storedCount: entry.storedCount, offset: entry.offset, limit: limits[index]))
    }
    return members
  }

  /// Where the directory is, from the record at the very end, which a comment may follow.
  private static func place(_ source: ByteSource) throws -> (range: Range<Int>, count: Int) {
    let tailStart = max(source.byteCount - 22 - 0xFFFF, 0)
    let tail = try source.bytes(tailStart..<source.byteCount)
    let record = stride(from: tail.count - 22, through: 0, by: -1).first { start in
      tail[start] == 0x50 && tail[start + 1] == 0x4B && tail[start + 2] == 5 && tail[start + 3] == 6
        && Int(tail[start + 20]) | Int(tail[start + 21]) << 8 == tail.count - start - 22
    }
    guard let record else {
      throw FormatFault("it has no directory at its end; it is truncated or something else", advice: "use another copy")
    }
    let fields = LittleEndian(Array(tail[record...]))
    var end = tailStart + record
    var (count, size, offset) = (fields.short(10), fields.word(12), fields.word(16))
    let isSplit = fields.short(4) != 0 && fields.short(4) != 0xFFFF || fields.short(8) != fields.short(10)
    guard !isSplit else { throw FormatFault("it is one part of several", advice: "join the parts") }
    if count == 0xFFFF || size == 0xFFFF_FFFF || offset == 0xFFFF_FFFF {
      let large = try large(source, before: end)
      if let large { (end, count, size, offset) = large }
    }
    guard size <= limit else {
      throw FormatFault("its directory would have \(grouped(size)) bytes, and sagan reads \(grouped(limit))")
    }
    guard offset <= end, size <= end - offset, count <= size / 46 else {
      throw FormatFault(
        "its directory of \(counted(count, "member")) and \(grouped(size)) bytes at byte \(grouped(offset)) does not fit "
          + "into it")
    }
    return (offset..<offset + size, count)
  }

  /// The record of archives that need numbers of eight bytes (zip64), where there is one.
  private static func large(
    _ source: ByteSource, before end: Int
  ) throws -> (end: Int, count: Int, size: Int, offset: Int)? {
    guard end >= 20 else { return nil }
    let locator = LittleEndian(try source.bytes(end - 20..<end))
    guard locator.word(0) == 0x0706_4B50 else { return nil }
    let damaged = FormatFault("its zip64 records are damaged")
    guard let place = locator.number(8, 8), end >= 76, place <= end - 76 else { throw damaged }
    let record = LittleEndian(try source.bytes(place..<place + 56))
    guard record.word(0) == 0x0606_4B50, let count = record.number(32, 8), let size = record.number(40, 8),
      let offset = record.number(48, 8)
    else { throw damaged }
    return (place, count, size, offset)
  }

  /// A name: UTF-8, or else a letter for every byte, so that names of old programs stay apart.
  static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(validating: bytes, as: UTF8.self) ?? String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
  }

  /// One entry of the directory.
  private struct Entry {
    let name: String
    let nameCount: Int
    let method: Int
    let checksum: UInt32
    var storedCount: Int
    var byteCount: Int
    var offset: Int

    init(_ bytes: [UInt8], _ position: inout Int, index: Int) throws(FormatFault) {
      let start = position
      guard bytes.count - start >= 46 else { throw FormatFault("its directory ends within entry \(index)") }
      let fields = LittleEndian(Array(bytes[start..<start + 46]))
      guard fields.word(0) == 0x0201_4B50 else { throw FormatFault("entry \(index) of its directory is damaged") }
      nameCount = fields.short(28)
      let extraCount = fields.short(30)
      let end = start + 46 + nameCount + extraCount + fields.short(32)
      guard end <= bytes.count else { throw FormatFault("its directory ends within entry \(index)") }
      position = end
      name = ZipDirectory.text(bytes[start + 46..<start + 46 + nameCount])
      method = fields.short(10)
      checksum = UInt32(fields.word(16))
      (storedCount, byteCount, offset) = (fields.word(20), fields.word(24), fields.word(42))
      guard fields.short(8) & 0x2041 == 0 else {
        throw FormatFault("its member \(name.quoted) is encrypted", advice: "write it without a password")
      }
      let extra = Array(bytes[start + 46 + nameCount..<start + 46 + nameCount + extraCount])
      try widen(extra)
      if method == 0, storedCount != byteCount {
        throw FormatFault("its stored member \(name.quoted) has \(storedCount) bytes and claims \(byteCount)")
      }
      // Deflate makes at most 258 bytes of two bits.
      if method == 8, byteCount / 1032 > storedCount {
        throw FormatFault(
          "its member \(name.quoted) claims \(grouped(byteCount)) bytes, more than \(grouped(storedCount)) compressed "
            + "ones can hold")
      }
    }

    /// Takes numbers of eight bytes from the extra field 1, which has those that do not fit into four.
    private mutating func widen(_ extra: [UInt8]) throws(FormatFault) {
      let saturated = [byteCount, storedCount, offset].map { $0 == 0xFFFF_FFFF }
      guard saturated.contains(true) else { return }
      let fields = LittleEndian(extra)
      var position = 0
      while extra.count - position >= 4 {
        let (kind, size) = (fields.short(position), fields.short(position + 2))
        position += 4
        guard size <= extra.count - position else { break }
        if kind == 1 {
          var place = position
          for (index, isSaturated) in saturated.enumerated() where isSaturated {
            guard place + 8 <= position + size, let number = fields.number(place, 8) else {
              throw FormatFault("its member \(name.quoted) has a damaged zip64 field")
            }
            place += 8
            switch index {
            case 0: byteCount = number
            case 1: storedCount = number
            default: offset = number
            }
          }
          return
        }
        position += size
      }
    }
  }
}
