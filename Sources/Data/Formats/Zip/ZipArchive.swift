public import Files

/// A zip file opened for reading: names, sizes and bytes of its members, stored or deflated.
///
/// Sizes, checksums and places come from the central directory alone, as streaming writers leave those of local headers
/// zero. What the directory claims is checked before memory is asked for: members lie in the file, one behind the other, and
/// have names of their own; none is encrypted, and none claims more than deflate can hold in its bytes. Any thread may read.
public final class ZipArchive: Sendable {
  /// A file in the archive.
  public struct Member: Sendable, Equatable {
    /// Its name, with folders before it.
    public let name: String
    /// Length of its content.
    public let byteCount: Int
    /// Whether it is stored as it is.
    public var isStored: Bool { method == 0 }
    let method: Int
    let checksum: UInt32
    /// Its bytes in the archive.
    let storedCount: Int
    /// Where its local header begins.
    let offset: Int
    /// Where the next member or the directory begins.
    let limit: Int
  }

  /// What is in it, in the order of the directory; folders, which are names alone, are left out.
  public let members: [Member]
  let source: ByteSource
  private let places: [String: Int]

  /// Opens a file and reads its directory.
  ///
  /// - Parameter path: A zip file, whatever its ending: `.zip`, `.npz` or `.whl`.
  /// - Throws: `FileError` when it is missing, or not a zip file that can be trusted.
  public convenience init(path: String) throws(FileError) { try self.init(ByteSource(try InputFile(path: path))) }

  /// Reads the directory of bytes that lie elsewhere.
  init(_ source: ByteSource) throws(FileError) {
    self.source = source
    do {
      members = try ZipDirectory.members(of: source)
    } catch let fault as FormatFault {
      throw Self.malformed(source.name, fault)
    } catch let error as FileError {
      throw error
    } catch {
      preconditionFailure("reading a directory threw \(error)")
    }
    places = Dictionary(members.enumerated().map { ($1.name, $0) }) { first, _ in first }
  }

  /// Where the file is.
  public var path: String { source.name }

  /// The member of a name.
  public subscript(name: String) -> Member? { places[name].map { members[$0] } }

  /// The content of a member.
  ///
  /// - Parameters:
  ///   - member: Which.
  ///   - limit: The most bytes that it may have.
  /// - Returns: All of its bytes; their checksum is right.
  /// - Throws: `FileError` when it is damaged or larger.
  public func bytes(of member: Member, limit: Int) throws(FileError) -> [UInt8] {
    guard member.byteCount <= limit else {
      throw fault(
        member, "has \(grouped(member.byteCount)) bytes where at most \(grouped(limit)) are expected",
        advice: "check what file that is")
    }
    try expectMemory(member.byteCount, for: "\(member.name.quoted) in '\(path)'")
    let reader = try reader(of: member)
    let result: [UInt8] = try filled(member.byteCount) { (memory: UnsafeMutableRawBufferPointer) throws(FileError) in
      try reader.read(into: memory)
    }
    if member.byteCount == 0 { try reader.finish() }
    return result
  }

  /// Reads a member from its beginning to its end, a part at a time.
  public func reader(of member: Member) throws(FileError) -> ZipMemberReader {
    try ZipMemberReader(member, of: self)
  }

  /// Where the bytes of a member begin: behind its local header, which has to be its own.
  func start(of member: Member) throws(FileError) -> Int {
    let header = LittleEndian(try source.bytes(member.offset..<member.offset + 30))
    guard header.word(0) == 0x0403_4B50 else {
      throw fault(member, "has no header at byte \(grouped(member.offset))")
    }
    let (nameCount, extraCount) = (header.short(26), header.short(28))
    let start = member.offset + 30 + nameCount + extraCount
    guard header.short(8) == member.method, header.short(6) & 1 == 0, start <= member.limit - member.storedCount else {
      throw fault(member, "has another header than the directory says, or overlaps what follows")
    }
    let name = ZipDirectory.text(try source.bytes(member.offset + 30..<member.offset + 30 + nameCount)[...])
    guard name == member.name else { throw fault(member, "is called \(name.quoted) by its own header") }
    return start
  }

  func fault(_ member: Member, _ text: String, advice: String = "use another copy of it") -> FileError {
    Self.malformed(path, FormatFault("its member \(member.name.quoted) \(text)", advice: advice))
  }

  private static func malformed(_ path: String, _ fault: FormatFault) -> FileError {
    FileError(.malformed, "'\(path)' is not a valid zip file: \(fault.clause); \(fault.advice)")
  }
}
