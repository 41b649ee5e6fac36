public import Files
internal import CZlib

/// Files that may be compressed with gzip.
public enum Gzip {
  /// All bytes of a file, decompressed if it is compressed.
  ///
  /// - Parameter path: A gzip file, or any other, which is read as it is.
  /// - Returns: The content.
  /// - Throws: `FileError` when the file is missing, truncated or corrupt.
  public static func read(path: String) throws(FileError) -> [UInt8] {
    try decompressed(try InputFile.bytes(of: path), name: path)
  }

  /// The content of the bytes of a file.
  ///
  /// - Parameters:
  ///   - bytes: A gzip file of one or several members, or any other file, which is its own content.
  ///   - name: What error messages call it.
  /// - Returns: The content.
  /// - Throws: `FileError` when the file begins as a gzip file and is truncated or corrupt.
  public static func decompressed(_ bytes: [UInt8], name: String) throws(FileError) -> [UInt8] {
    guard bytes.starts(with: [0x1F, 0x8B]) else { return bytes }
    let malformed = { (text: String) in
      FileError(.malformed, "'\(name)' is not a valid gzip file: \(text); use another copy of it")
    }
    var stream = z_stream()
    let structSize = CInt(MemoryLayout<z_stream>.size)
    guard inflateInit2_(&stream, 16 + MAX_WBITS, ZLIB_VERSION, structSize) == Z_OK else {
      throw FileError(.unreadable, "cannot start the gzip library: out of memory")
    }
    defer { inflateEnd(&stream) }
    var content: [UInt8] = []
    content.reserveCapacity(2 * bytes.count)
    var position = 0
    var code = Z_OK
    while position < bytes.count {
      if code == Z_STREAM_END {
        guard inflateReset(&stream) == Z_OK else { throw malformed("it is corrupt (another member)") }
      }
      code = inflatePart(&stream, bytes, &position, onto: &content)
      guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else {
        throw malformed("it is corrupt (\(stream.msg.map { String(cString: $0) } ?? "error \(code)"))")
      }
    }
    guard code == Z_STREAM_END else { throw malformed("it is truncated") }
    return content
  }

  /// Decompresses what fits into a megabyte, and moves `position` behind what that took.
  private static func inflatePart(
    _ stream: inout z_stream, _ bytes: [UInt8], _ position: inout Int, onto content: inout [UInt8]
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
    } while isFull && code == Z_OK
    return code
  }
}
