public import Files

/// A safetensors file opened for reading; the whole header is checked when it is opened.
///
/// The checks go beyond the reference reader's: a tensor or a metadata key that is there twice is an error, too.
public final class SafetensorsFile {
  /// The texts of `__metadata__`.
  public let metadata: [String: String]
  /// All tensors, in the order of their data.
  public let names: [String]
  private let entries: [String: SafetensorsHeader.Entry]
  private let file: InputFile
  private let dataOffset: Int

  /// Longest header that is read, the reference implementation's limit.
  private static let headerLimit = 100_000_000

  /// Opens and checks a file.
  public init(path: String) throws(FileError) {
    file = try InputFile(path: path)
    let malformed = { (text: String) in
      FileError(.malformed, "'\(path)' is not a valid safetensors file: \(text); use another copy or write it again")
    }
    guard file.byteCount >= 8 else {
      throw malformed("it has \(file.byteCount) bytes, and the length of the header alone takes 8")
    }
    let headerCount = UInt64(littleEndian: try file.elements(of: UInt64.self, count: 1, at: 0)[0])
    guard headerCount <= Self.headerLimit else {
      throw malformed("its header would have \(headerCount) bytes, and the format allows \(Self.headerLimit)")
    }
    guard headerCount <= file.byteCount - 8 else {
      throw malformed("its header has \(headerCount) bytes and only \(file.byteCount - 8) follow; it is truncated")
    }
    dataOffset = 8 + Int(headerCount)
    let bytes = try file.elements(of: UInt8.self, count: Int(headerCount), at: 8)
    do {
      let header = try SafetensorsHeader(bytes, dataCount: file.byteCount - dataOffset)
      metadata = header.metadata
      entries = header.entries
      names = header.entries.sorted {
        ($0.value.range.lowerBound, $0.value.range.upperBound, $0.key)
          < ($1.value.range.lowerBound, $1.value.range.upperBound, $1.key)
      }.map(\.key)
    } catch {
      throw malformed(error.text)
    }
  }

  /// Where the file is.
  public var path: String { file.path }

  /// The extents of a tensor.
  public func shape(of name: String) throws(FileError) -> [Int] { try entry(name).shape }

  /// The number type of a tensor.
  public func dtype(of name: String) throws(FileError) -> SafetensorsDType { try entry(name).type }

  /// The bytes of the file that hold a tensor.
  public func place(of name: String) throws(FileError) -> Range<Int> {
    let range = try entry(name).range
    return dataOffset + range.lowerBound..<dataOffset + range.upperBound
  }

  /// The numbers of a single-precision tensor.
  ///
  /// - Parameters:
  ///   - name: Which tensor.
  ///   - shape: The extents it must have; any where `nil`.
  /// - Returns: All elements, the outermost axis first.
  /// - Throws: `FileError` when there is no such tensor, or not of that type and shape.
  public func floats(
    _ name: String, shape: [Int]? = nil
  ) throws(FileError) -> [Float] {
    try read(name, .float32, shape)
  }

  /// The numbers of a double-precision tensor, or of a single-precision one, widened.
  public func doubles(_ name: String, shape: [Int]? = nil) throws(FileError) -> [Double] {
    if try entry(name).type == .float32 { return try floats(name, shape: shape).map { Double($0) } }
    return try read(name, .float64, shape)
  }

  /// The numbers of a tensor of any precision, in single precision.
  public func singles(_ name: String, shape: [Int]? = nil) throws(FileError) -> [Float] {
    switch try entry(name).type {
    case .float16: try (read(name, .float16, shape) as [Float16]).map { Float($0) }
    case .bfloat16: try (read(name, .bfloat16, shape) as [UInt16]).map { Float(bitPattern: UInt32($0) << 16) }
    case .float64: try (read(name, .float64, shape) as [Double]).map { Float($0) }
    default: try floats(name, shape: shape)
    }
  }

  /// The numbers of a tensor of bytes.
  public func bytes(_ name: String, shape: [Int]? = nil) throws(FileError) -> [UInt8] {
    try read(name, .uint8, shape)
  }

  /// The numbers of a tensor of 32-bit integers.
  public func int32s(_ name: String, shape: [Int]? = nil) throws(FileError) -> [Int32] {
    try read(name, .int32, shape)
  }

  private func entry(_ name: String) throws(FileError) -> SafetensorsHeader.Entry {
    guard let entry = entries[name] else {
      let shown = names.prefix(4).map { "'\($0)'" }.joined(separator: ", ")
      throw FileError(
        .malformed,
        "expected a tensor '\(name)' in '\(path)' and found \(names.count) others\(names.isEmpty ? "" : " (\(shown) …)"); "
          + "check that the file belongs to this network")
    }
    return entry
  }

  private func read<Element: BitwiseCopyable>(
    _ name: String, _ type: SafetensorsDType, _ shape: [Int]?
  ) throws(FileError) -> [Element] {
    let entry = try entry(name)
    guard entry.type == type, shape == nil || entry.shape == shape else {
      let wanted = shape.map { "\($0)" } ?? "any shape"
      throw FileError(
        .malformed,
        "expected '\(name)' in '\(path)' to be \(type.rawValue) of \(wanted) and found \(entry.type.rawValue) of "
          + "\(entry.shape); check that the file belongs to this network")
    }
    return try file.elements(
      of: Element.self, count: entry.range.count / type.size, at: dataOffset + entry.range.lowerBound)
  }
}
