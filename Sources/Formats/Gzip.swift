internal import CZlib

#if canImport(Glibc)
  import Glibc
#endif

/// Files that may be compressed with gzip.
public enum Gzip {
  /// All bytes of a file, decompressed if it is compressed.
  ///
  /// - Parameter path: A gzip file, or any other, which is read as it is.
  /// - Returns: The content.
  /// - Throws: `FormatError` when the file is missing, truncated or corrupt.
  public static func read(path: String) throws(FormatError) -> [UInt8] {
    // zlib reports a file that it cannot open without a reason; the system has one.
    let byteCount = try InputFile(path: path).byteCount
    guard let file = gzopen(path, "rb") else { throw .reading(path, errno) }
    defer { gzclose(file) }
    gzbuffer(file, 1 << 18)
    var content: [UInt8] = []
    content.reserveCapacity(2 * byteCount)
    var got: CInt = 0
    repeat {
      let part = [UInt8](unsafeUninitializedCapacity: 1 << 20) { buffer, initializedCount in
        got = gzread(file, buffer.baseAddress, CUnsignedInt(buffer.count))
        initializedCount = max(Int(got), 0)
      }
      content += part
    } while got > 0
    var code: CInt = 0
    let text = gzerror(file, &code).map { String(cString: $0) } ?? ""
    if code == Z_ERRNO { throw .reading(path, errno) }
    guard got == 0, code == Z_OK || code == Z_STREAM_END else {
      let what = code == Z_BUF_ERROR ? "it is truncated" : "it is corrupt (\(text))"
      throw FormatError(.malformed, "'\(path)' is no intact gzip file: \(what); use another copy of it")
    }
    return content
  }
}
