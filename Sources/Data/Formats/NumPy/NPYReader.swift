internal import Files

/// Reads the bytes of an array from the first to the last.
final class NPYReader {
  /// Where they come from.
  enum Input {
    /// Bytes from an offset on.
    case source(ByteSource, Int)
    case member(ZipMemberReader)
  }

  private let input: Input
  /// Of the next byte.
  private(set) var position = 0

  /// A reader at the first byte.
  init(_ input: Input) { self.input = input }

  /// The next bytes, of which there must be so many.
  func next(_ count: Int) throws(FileError) -> [UInt8] {
    try filled(count) { (memory: UnsafeMutableRawBufferPointer) throws(FileError) in try read(into: memory) }
  }

  /// Fills memory with the next bytes.
  func read(into memory: UnsafeMutableRawBufferPointer) throws(FileError) {
    switch input {
    case .source(let source, let start): try source.read(into: memory, at: start + position)
    case .member(let reader): try reader.read(into: memory)
    }
    position += memory.count
  }

  /// Passes over bytes; those of a member are read nevertheless, as its checksum is that of all.
  func skip(_ count: Int) throws(FileError) {
    if case .member(let reader) = input { try reader.skip(count) }
    position += count
  }
}
