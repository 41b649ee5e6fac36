public import Files

/// The members of a tar file and where they lie, found by a walk over their headers.
///
/// POSIX's headers with the long names of pax and of GNU. Every header's checksum is compared, and the file has to have its end. Links,
/// names that lead out of a folder, and members that are no plain files are refused: nothing is ever unpacked.
public struct TarFile: Sendable {
  /// A plain file in the archive.
  public struct Member: Sendable {
    /// Its name, with folders before it.
    public let name: String
    /// Its bytes in the archive.
    public let range: Range<Int>
  }

  private static let block = 512
  /// The most bytes of a header that has a long name.
  private static let extraLimit = 1 << 16
  /// The most members.
  private static let memberLimit = 1 << 24

  /// In the order of the file.
  public let members: [Member]
  private let source: ByteSource

  /// Opens a file and walks over its headers.
  public init(path: String) throws(FileError) {
    let source = ByteSource(try InputFile(path: path))
    members = try telling("'\(path)' is not a tar file that sagan reads") { try Self.members(source) }
    self.source = source
  }

  /// The content of a member.
  public func bytes(of member: Member) throws(FileError) -> [UInt8] { try source.bytes(member.range) }

  private static func members(_ source: ByteSource) throws -> [Member] {
    if source.byteCount >= 2, try source.bytes(0..<2) == [0x1F, 0x8B] {
      throw FormatFault(
        "it is compressed with gzip", advice: "decompress it with gunzip, as images in it are read in place")
    }
    var (position, members): (Int, [Member]) = (0, [])
    var longName: String?
    var longSize: Int?
    while position + block <= source.byteCount {
      let header = try source.bytes(position..<position + block)
      if header.allSatisfy({ $0 == 0 }) { return members }
      try check(header, at: position)
      let kind = header[156]
      let size = try longSize ?? number(header, 124, 12)
      let start = position + block
      guard size <= source.byteCount - start else {
        throw FormatFault(
          "its member at byte \(grouped(position)) of \(grouped(size)) bytes ends behind it; it is truncated")
      }
      // Content is filled up to whole blocks, of which the last may be cut off without a loss.
      position = start + (size + block - 1) / block * block
      switch kind {
      case UInt8(ascii: "x"), UInt8(ascii: "L"):
        guard size <= extraLimit else { throw FormatFault("a name in it would have \(grouped(size)) bytes") }
        let content = try source.bytes(start..<start + size)
        if kind == UInt8(ascii: "L") {
          longName = ZipDirectory.text(content.prefix { $0 != 0 })
        } else {
          (longName, longSize) = try extended(content)
        }
        continue
      case UInt8(ascii: "g"), UInt8(ascii: "5"): break
      case 0, UInt8(ascii: "0"), UInt8(ascii: "7"):
        let name = try safe(longName ?? plainName(header))
        guard members.count < memberLimit else { throw FormatFault("it has more than \(grouped(memberLimit)) members") }
        members.append(Member(name: name, range: start..<start + size))
      case UInt8(ascii: "1"), UInt8(ascii: "2"):
        throw FormatFault(
          "its member \((longName ?? plainName(header)).quoted) is a link, which is not followed",
          advice: "pack the file itself")
      default:
        throw FormatFault(
          "its member \((longName ?? plainName(header)).quoted) is of type \(kind) and no plain file",
          advice: "pack plain files")
      }
      (longName, longSize) = (nil, nil)
    }
    throw FormatFault("it has no end; it is truncated or something else")
  }

  /// The sum of all bytes of a header, those of the sum itself taken as spaces.
  private static func check(_ header: [UInt8], at position: Int) throws(FormatFault) {
    let sum = header.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
    guard try number(header, 148, 8) == sum else {
      throw FormatFault("it has no header at byte \(grouped(position)), or a damaged one")
    }
  }

  /// Octal digits, or a number of base 256 behind a first byte of 128.
  private static func number(_ header: [UInt8], _ start: Int, _ count: Int) throws(FormatFault) -> Int {
    let field = header[start..<start + count]
    var result = 0
    if field.first == 0x80 {
      guard field.dropFirst().prefix(count - 8).allSatisfy({ $0 == 0 }), field[start + count - 7] < 0x40 else {
        throw FormatFault("a number in it is impossibly large")
      }
      return field.suffix(7).reduce(0) { $0 << 8 | Int($1) }
    }
    let digits = field.drop { $0 == 32 }.prefix { $0 != 0 && $0 != 32 }
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit) else {
        throw FormatFault("it has no header where one should be; it is damaged or something else")
      }
      result = result << 3 | Int(digit - UInt8(ascii: "0"))
    }
    return result
  }

  private static func plainName(_ header: [UInt8]) -> String {
    let name = ZipDirectory.text(header[0..<100].prefix { $0 != 0 })
    guard header[257..<263].elementsEqual(Array("ustar\0".utf8)) else { return name }
    let folder = ZipDirectory.text(header[345..<500].prefix { $0 != 0 })
    return folder.isEmpty ? name : folder + "/" + name
  }

  /// A name within a folder, without points for the folder itself.
  private static func safe(_ name: String) throws(FormatFault) -> String {
    guard let plain = InnerName.plain(name) else {
      throw FormatFault(
        "its member \(name.quoted) has a name that leads out of a folder", advice: "pack names below a folder")
    }
    return plain
  }

  /// The name and size in lines of a length, a space, a key and a value.
  private static func extended(_ content: [UInt8]) throws(FormatFault) -> (name: String?, size: Int?) {
    var (rest, name, size) = (content[...], String?.none, Int?.none)
    let damaged = FormatFault("its extended header is damaged")
    while !rest.isEmpty {
      guard let space = rest.firstIndex(of: 32), space - rest.startIndex < 10,
        let count = Int(String(decoding: rest[..<space], as: UTF8.self)), count > space + 2 - rest.startIndex,
        count <= rest.count, rest[rest.startIndex + count - 1] == 10,
        let equals = rest[space..<rest.startIndex + count].firstIndex(of: UInt8(ascii: "="))
      else { throw damaged }
      let value = rest[equals + 1..<rest.startIndex + count - 1]
      switch String(decoding: rest[space + 1..<equals], as: UTF8.self) {
      case "path": name = ZipDirectory.text(value)
      case "size":
        guard let number = Int(String(decoding: value, as: UTF8.self)), number >= 0 else { throw damaged }
        size = number
      case let key where key.hasPrefix("GNU.sparse"):
        throw FormatFault("it has a sparse file", advice: "pack plain files")
      default: break
      }
      rest = rest.dropFirst(count)
    }
    return (name, size)
  }
}
