/// Reads a file line by line, of any length: neither the file nor a line has to fit into memory.
package struct LineReader {
  /// A line.
  package struct Line {
    /// Where it is in the file, in bytes, without its end.
    package let range: Range<Int>
    /// Its bytes without its end (LF), or the first of them.
    package let bytes: [UInt8]
    /// Whether these are all of them.
    package var isWhole: Bool { bytes.count == range.count }
    /// Whether it has an end, which the last line of a file can lack.
    package let isEnded: Bool
  }

  private let file: InputFile
  private let limit: Int
  private var buffer: [UInt8] = []
  private var bufferStart = 0
  private var offset: Int

  /// A reader.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - offset: Where to begin, in bytes.
  ///   - limit: How many bytes of a line are told.
  package init(_ file: InputFile, from offset: Int = 0, limit: Int = 1 << 16) {
    (self.file, self.limit, self.offset) = (file, limit, offset)
  }

  /// The next line; `nil` at the end.
  package mutating func next() throws(FileError) -> Line? {
    let start = offset
    guard start < file.byteCount else { return nil }
    var bytes: [UInt8] = []
    while offset < file.byteCount {
      if offset >= bufferStart + buffer.count { try fill(isSkipping: bytes.count == limit) }
      guard offset < file.byteCount else { break }
      let rest = buffer[(offset - bufferStart)...]
      let end = rest.firstIndex(of: UInt8(ascii: "\n"))
      let part = rest[..<(end ?? rest.endIndex)]
      bytes += part.prefix(limit - bytes.count)
      offset += part.count
      if end != nil {
        defer { offset += 1 }
        return Line(range: start..<offset, bytes: bytes, isEnded: true)
      }
    }
    return Line(range: start..<offset, bytes: bytes, isEnded: false)
  }

  private mutating func fill(isSkipping: Bool) throws(FileError) {
    // What a file lacks, after a power cut for instance, reads as zeros, of which there can be terabytes.
    if isSkipping, let data = file.nextData(from: offset) { offset = min(max(offset, data), file.byteCount) }
    bufferStart = offset
    buffer = try file.elements(of: UInt8.self, count: min(1 << 20, file.byteCount - offset), at: offset)
  }
}
