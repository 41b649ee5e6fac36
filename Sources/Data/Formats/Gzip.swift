public import Files
internal import CZlib

/// Files that may be compressed with gzip.
public enum Gzip {
  /// All bytes of a file, decompressed if it is compressed.
  ///
  /// - Parameters:
  ///   - path: A gzip file, or any other, which is read as it is.
  ///   - limit: The most bytes that the content may have, given its beginning; a file that holds more is an error before
  ///     memory is asked for.
  /// - Returns: The content.
  /// - Throws: `FileError` when the file is missing, truncated, corrupt or too large; what `limit` throws.
  public static func read(
    path: String, limit: ([UInt8]) throws(FileError) -> Int = { _ in .max }
  ) throws(FileError) -> [UInt8] {
    let file = try InputFile(path: path)
    let head = try file.head(headCount)
    guard isCompressed(head) else {
      let most = try limit(head)
      return try file.bytes(limit: most)
    }
    // A file that is cut off within its beginning says so when it is read as a whole.
    let most = try limit(inflatedHead(head))
    // What does not compress grows a little.
    let room = most < 1 << 60 ? most + most / 1000 + headCount : most
    return try decompressed(try file.bytes(limit: room), name: path, limit: most)
  }

  /// How much of a file decides how large it may be.
  private static let headCount = 4096

  private static func isCompressed(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1F, 0x8B]) }

  /// What the first bytes of a compressed file hold.
  private static func inflatedHead(_ bytes: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    guard start(&stream) else { return [] }
    defer { inflateEnd(&stream) }
    var (position, content) = (0, [UInt8]())
    _ = inflatePart(&stream, bytes, &position, onto: &content, limit: headCount)
    return content
  }

  /// The library keeps the address of the stream: it must stay where it is.
  private static func start(_ stream: inout z_stream) -> Bool {
    inflateInit2_(&stream, 16 + MAX_WBITS, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size)) == Z_OK
  }

  /// The content of the bytes of a file.
  ///
  /// - Parameters:
  ///   - bytes: A gzip file of one or several members, or any other file, which is its own content.
  ///   - name: What error messages call it.
  ///   - limit: The most bytes that the content may have.
  /// - Returns: The content.
  /// - Throws: `FileError` when the file begins as a gzip file and is truncated or corrupt, or holds too much.
  public static func decompressed(
    _ bytes: [UInt8], name: String, limit: Int = .max
  ) throws(FileError) -> [UInt8] {
    guard isCompressed(bytes) else { return bytes }
    let malformed = { (text: String) in
      FileError(.malformed, "'\(name)' is not a valid gzip file: \(text); use another copy of it")
    }
    var stream = z_stream()
    guard start(&stream) else {
      throw FileError(.unreadable, "cannot start the gzip library: out of memory")
    }
    defer { inflateEnd(&stream) }
    var content: [UInt8] = []
    content.reserveCapacity(min(2 * bytes.count, limit))
    var position = 0
    var code = Z_OK
    while position < bytes.count {
      if code == Z_STREAM_END {
        guard inflateReset(&stream) == Z_OK else { throw malformed("it is corrupt (another member)") }
      }
      code = inflatePart(&stream, bytes, &position, onto: &content, limit: limit)
      guard content.count <= limit else {
        throw malformed("it holds more than the \(grouped(limit)) bytes that its beginning announces")
      }
      guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else {
        throw malformed("it is corrupt (\(stream.msg.map { String(cString: $0) } ?? "error \(code)"))")
      }
    }
    guard code == Z_STREAM_END else { throw malformed("it is truncated") }
    return content
  }

  /// Decompresses what there is, or somewhat more than `limit`, and moves `position` behind what that took.
  private static func inflatePart(
    _ stream: inout z_stream, _ bytes: [UInt8], _ position: inout Int, onto content: inout [UInt8], limit: Int
  ) -> CInt {
    let count = min(bytes.count - position, 1 << 30)
    var code = Z_OK
    // Once all bytes are taken the library may hold more output than has fitted so far.
    var isFull = false
    repeat {
      let part = [UInt8](unsafeUninitializedCapacity: 1 << 20) { buffer, initializedCount in
        bytes.withUnsafeBufferPointer { source in
          stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress.map { $0 + position })
          stream.avail_in = CUnsignedInt(min(count, bytes.count - position))
          stream.next_out = buffer.baseAddress
          stream.avail_out = CUnsignedInt(buffer.count)
          code = inflate(&stream, Z_NO_FLUSH)
          position += min(count, bytes.count - position) - Int(stream.avail_in)
        }
        initializedCount = buffer.count - Int(stream.avail_out)
        isFull = stream.avail_out == 0
      }
      content += part
    } while isFull && code == Z_OK && content.count <= limit
    return code
  }
}
