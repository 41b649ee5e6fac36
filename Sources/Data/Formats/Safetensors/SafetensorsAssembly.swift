public import Files

/// A safetensors file whose data are written first, at any place and by any thread, and whose header comes last.
///
/// For files that are larger than memory and whose metadata, the checksum of the data for instance, follow from the data.
/// Bytes go to a file of another name until `finish`; if it is never finished, that file is removed.
public final class SafetensorsAssembly: Sendable {
  /// A tensor to be named in the header; its data follow those of the tensor before.
  public struct Tensor: Sendable {
    let name: String
    let type: SafetensorsDType
    let shape: [Int]

    /// A tensor of a name, number type and shape.
    public init(_ name: String, _ type: SafetensorsDType, shape: [Int]) {
      self.name = name
      self.type = type
      self.shape = shape
    }
  }

  private let file: PartialFile
  private let headerSpace: Int

  /// Starts a file.
  ///
  /// - Parameters:
  ///   - name: The file's name; a file that has it is replaced.
  ///   - folder: Where it shall be.
  ///   - headerSpace: Bytes to keep for the header; what it does not need is padding.
  /// - Throws: `FileError` of kind `cannotCreate`.
  package init(_ name: String, in folder: Folder, headerSpace: Int) throws(FileError) {
    precondition(headerSpace > 0 && headerSpace.isMultiple(of: 8), "\(headerSpace) bytes for a header")
    self.headerSpace = headerSpace
    file = try PartialFile(name, in: folder, isReplacing: true)
  }

  /// Writes bytes of the data; any thread may, as long as no two write the same bytes.
  public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
    try file.write(bytes, at: 8 + headerSpace + offset)
  }

  /// Reads bytes of the data that were written before.
  public func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) {
    try file.read(into: bytes, at: 8 + headerSpace + offset)
  }

  /// The bytes of a header, which its length is in front of and the data follow.
  ///
  /// - Parameters:
  ///   - tensors: What the data are, in their order and without gaps.
  ///   - metadata: Texts for people and programs.
  ///   - space: The length; what the texts do not need is spaces.
  /// - Returns: So many bytes, a multiple of 8.
  public static func header(_ tensors: [Tensor], metadata: [String: String], space: Int) -> [UInt8] {
    let header = SafetensorsWriter.header(tensors, metadata, space: space)
    precondition(header.count == space, "a header of \(header.count) bytes in \(space)")
    return header
  }

  /// Writes the header, flushes the file to disk, and gives it its name.
  ///
  /// - Parameters:
  ///   - tensors: What the data are, in their order and without gaps; data beyond them are cut off.
  ///   - metadata: Texts for people and programs.
  /// - Throws: `FileError` of kind `cannotCreate`.
  public func finish(_ tensors: [Tensor], metadata: [String: String]) throws(FileError) {
    let header = Self.header(tensors, metadata: metadata, space: headerSpace)
    let dataCount = tensors.reduce(0) { $0 + $1.shape.reduce($1.type.size, *) }
    try file.cut(to: 8 + headerSpace + dataCount)
    let length = withUnsafeBytes(of: UInt64(headerSpace).littleEndian) { Array($0) }
    try file.write(length + header, at: 0)
    try file.finish()
  }
}
