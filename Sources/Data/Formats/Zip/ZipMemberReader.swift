public import Files
internal import CZlib

/// Reads one member of a zip file from its beginning to its end; compressed ones have no other way.
///
/// At the end the content has the length and the checksum that the directory says, or reading fails. A checksum of zero,
/// which PyTorch writes where it was told not to compute any, is not compared.
public final class ZipMemberReader {
  /// The member that is read.
  public let member: ZipArchive.Member
  /// How much of the content was read.
  public private(set) var position = 0
  private let archive: ZipArchive
  private let start: Int
  /// How many of the member's bytes in the archive were taken.
  private var taken = 0
  private var checksum = crc32(0, nil, 0)
  private var stream: UnsafeMutablePointer<z_stream>?
  private var input: [UInt8] = []
  private var inputPosition = 0
  private var isAtEnd = false

  init(_ member: ZipArchive.Member, of archive: ZipArchive) throws(FileError) {
    self.member = member
    self.archive = archive
    start = try archive.start(of: member)
    switch member.method {
    case 0: break
    case 8:
      // The library keeps the address of the stream: it must stay where it is.
      let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
      stream.initialize(to: z_stream())
      guard inflateInit2_(stream, -MAX_WBITS, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size)) == Z_OK else {
        stream.deallocate()
        throw FileError(.unreadable, "cannot start the compression library: out of memory")
      }
      self.stream = stream
    default:
      throw archive.fault(
        member, "is compressed by method \(member.method)", advice: "write it stored or deflated, as zip does by itself"
      )
    }
  }

  deinit {
    guard let stream else { return }
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Fills memory with the next bytes of the content.
  ///
  /// - Parameter memory: No larger than what is left.
  /// - Throws: `FileError` when the member is damaged.
  public func read(into memory: UnsafeMutableRawBufferPointer) throws(FileError) {
    precondition(
      memory.count <= member.byteCount - position,
      "\(memory.count) bytes of '\(member.name)', of which \(member.byteCount - position) are left")
    if stream == nil {
      try archive.source.read(into: memory, at: start + position)
    } else {
      try inflate(into: memory)
    }
    position += memory.count
    update(UnsafeRawBufferPointer(memory))
    if position == member.byteCount { try finish() }
  }

  /// Reads bytes and drops them.
  public func skip(_ count: Int) throws(FileError) {
    var part = [UInt8](repeating: 0, count: min(count, 1 << 18))
    var left = count
    while left > 0 {
      var failure: FileError?
      part.withUnsafeMutableBytes { memory in
        do throws(FileError) {
          try read(into: UnsafeMutableRawBufferPointer(rebasing: memory[..<min(left, memory.count)]))
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
      left -= min(left, part.count)
    }
  }

  /// Checks that the content ends here.
  func finish() throws(FileError) {
    if stream != nil, !isAtEnd {
      var extra: [UInt8] = [0]
      let more = try extra.withUnsafeMutableBytesThrowing { (memory: UnsafeMutableRawBufferPointer) throws(FileError) in
        try inflateSome(into: memory)
      }
      guard more == 0, isAtEnd else { throw archive.fault(member, "holds more than the directory says") }
    }
    if stream != nil, taken - (input.count - inputPosition) != member.storedCount {
      throw archive.fault(member, "ends before its last byte")
    }
    guard member.checksum == 0 || UInt32(truncatingIfNeeded: checksum) == member.checksum else {
      throw archive.fault(member, "is damaged: its content has another checksum than the directory says")
    }
  }

  private func update(_ bytes: UnsafeRawBufferPointer) {
    var done = 0
    while done < bytes.count {
      let count = min(bytes.count - done, 1 << 30)
      checksum = crc32(checksum, bytes.baseAddress.map { ($0 + done).assumingMemoryBound(to: UInt8.self) }, uInt(count))
      done += count
    }
  }

  private func inflate(into memory: UnsafeMutableRawBufferPointer) throws(FileError) {
    var done = 0
    while done < memory.count {
      let count = try inflateSome(into: UnsafeMutableRawBufferPointer(rebasing: memory[done...]))
      guard count > 0 else { throw archive.fault(member, "holds less than the directory says") }
      done += count
    }
  }

  /// Decompresses until memory is full, or the member ends; returns how many bytes that made.
  private func inflateSome(into memory: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    guard let stream, !isAtEnd else { return 0 }
    let wanted = min(memory.count, 1 << 30)
    stream.pointee.next_out = memory.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = uInt(wanted)
    while stream.pointee.avail_out > 0 {
      if inputPosition == input.count, taken < member.storedCount {
        let count = min(1 << 16, member.storedCount - taken)
        input = try archive.source.bytes(start + taken..<start + taken + count)
        inputPosition = 0
        taken += count
      }
      let available = input.count - inputPosition
      let code = input.withUnsafeMutableBufferPointer { bytes in
        stream.pointee.next_in = bytes.baseAddress.map { $0 + inputPosition }
        stream.pointee.avail_in = uInt(available)
        return CZlib.inflate(stream, Z_NO_FLUSH)
      }
      inputPosition += available - Int(stream.pointee.avail_in)
      if code == Z_STREAM_END {
        isAtEnd = true
        break
      }
      guard code == Z_OK || code == Z_BUF_ERROR else {
        throw archive.fault(member, "is damaged (\(stream.pointee.msg.map { String(cString: $0) } ?? "error \(code)"))")
      }
      // Nothing came of all that there is: the rest is missing.
      if code == Z_BUF_ERROR || available == 0 && stream.pointee.avail_out > 0 { break }
    }
    return wanted - Int(stream.pointee.avail_out)
  }
}

extension [UInt8] {
  /// Gives the memory to something that throws.
  fileprivate mutating func withUnsafeMutableBytesThrowing<Result>(
    _ body: (UnsafeMutableRawBufferPointer) throws(FileError) -> Result
  ) throws(FileError) -> Result {
    var outcome: Swift.Result<Result, FileError>?
    withUnsafeMutableBytes { memory in
      do throws(FileError) { outcome = .success(try body(memory)) } catch { outcome = .failure(error) }
    }
    guard let outcome else { preconditionFailure("the closure was not called") }
    return try outcome.get()
  }
}
