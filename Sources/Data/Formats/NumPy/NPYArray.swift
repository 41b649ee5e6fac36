public import Files

/// An array of an `.npy` or `.npz` file, whose header was checked and whose numbers are read when asked for.
public struct NPYArray {
  /// What error messages call it.
  public let name: String
  private let header: NPYHeader
  private let input: Input

  private enum Input {
    case source(ByteSource)
    case member(ZipArchive, ZipArchive.Member)

    /// A reader at the first byte.
    ///
    /// - Parameter skips: Whether bytes can be passed over for nothing, where that is possible; the checksum of a zip
    ///   file is not compared then.
    /// - Returns: The reader.
    /// - Throws: `FileError` where the member is damaged.
    func opened(skips: Bool = false) throws(FileError) -> NPYReader {
      switch self {
      case .source(let source): NPYReader(.source(source, 0))
      case .member(let archive, let member):
        NPYReader(
          skips && member.isStored
            ? .source(archive.source, try archive.start(of: member)) : .member(try archive.reader(of: member)))
      }
    }
  }

  /// Opens an `.npy` file.
  public init(path: String) throws(FileError) {
    let source = ByteSource(try InputFile(path: path))
    try self.init(.source(source), name: "'\(path)'", byteCount: source.byteCount)
  }

  /// Opens a member of an `.npz` file.
  init(_ archive: ZipArchive, _ member: ZipArchive.Member) throws(FileError) {
    try self.init(
      .member(archive, member), name: "\(member.name.quoted) in '\(archive.path)'", byteCount: member.byteCount)
  }

  private init(_ input: Input, name: String, byteCount: Int) throws(FileError) {
    (self.input, self.name) = (input, name)
    let reader = try input.opened()
    header = try telling("\(name) is not an array that sagan reads") {
      let prefix = try reader.next(min(NPYHeader.prefixCount, byteCount))
      let count = try NPYHeader.byteCount(prefix)
      guard count >= prefix.count, count <= byteCount else {
        throw FormatFault("it ends within its header; it is truncated")
      }
      let header = try NPYHeader(prefix + (try reader.next(count - prefix.count)))
      let wanted = header.count * header.type.size
      guard wanted == byteCount - count else {
        throw FormatFault(
          "its shape \(header.shape) needs \(grouped(wanted)) bytes and it has \(grouped(byteCount - count))")
      }
      return header
    }
  }

  /// The extents.
  public var shape: [Int] { header.shape }

  /// The number type.
  public var type: NPYType { header.type }

  /// The numbers of any type in double precision.
  public func doubles() throws(FileError) -> [Double] {
    let type = header.type
    return try numbers { type.double($0, $1) }
  }

  /// The numbers of any type in single precision.
  public func floats() throws(FileError) -> [Float] {
    let type = header.type
    return try numbers { Float(type.double($0, $1)) }
  }

  /// The whole numbers.
  ///
  /// - Returns: All elements, the last axis fastest.
  /// - Throws: `FileError` when the file is damaged, or the numbers have fractions.
  public func integers() throws(FileError) -> [Int] {
    guard !header.type.isReal else {
      throw FileError(
        .malformed, "expected whole numbers in \(name) and found \(header.type.rawValue); check what array that is")
    }
    let type = header.type
    return try numbers { type.integer($0, $1) }
  }

  /// Reads the elements as they are in the file, from the first to the last, a part at a time.
  ///
  /// - Parameter skips: Whether some can be passed over for nothing, at the price of no comparison of checksums.
  /// - Returns: A reader at the first element; bytes are in the file's order of bytes and axes.
  /// - Throws: `FileError` when the file is damaged.
  func reader(skips: Bool = false) throws(FileError) -> NPYReader {
    let reader = try input.opened(skips: skips)
    try reader.skip(header.byteCount)
    return reader
  }

  /// Whether the first axis is the slowest, or there is no other.
  var isRowMajor: Bool { !header.isFortran || header.shape.count < 2 }

  private func numbers<Number>(
    _ number: (_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Number
  ) throws(FileError) -> [Number] {
    let (size, count) = (header.type.size, header.count)
    // The bytes, the numbers, and what becomes of them: classes of four bytes.
    try expectMemory(count * (size + MemoryLayout<Number>.stride + 4), for: name)
    var bytes = try reader().next(count * size)
    if header.isBigEndian {
      for start in stride(from: 0, to: bytes.count, by: size) { bytes[start..<start + size].reverse() }
    }
    return bytes.withUnsafeBytes { memory in
      if isRowMajor { return (0..<count).map { number(memory, $0 * size) } }
      return columnMajorOrder().map { number(memory, $0 * size) }
    }
  }

  /// Where elements are whose first axis is the fastest, in the order in which the last is.
  private func columnMajorOrder() -> [Int] {
    let strides = header.shape.reduce(into: [1]) { $0.append($0[$0.count - 1] * max($1, 1)) }
    return elementOffsets(header.shape, strides)
  }
}
