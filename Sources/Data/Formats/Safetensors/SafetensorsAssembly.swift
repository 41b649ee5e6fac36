#if canImport(Glibc)
  import Glibc
#endif

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

  private let path: String
  private let partialPath: String
  private let headerSpace: Int
  private let descriptor: CInt

  /// Starts a file.
  ///
  /// - Parameters:
  ///   - path: Where the file shall be.
  ///   - partialPath: Where it is until then, in the same folder.
  ///   - headerSpace: Bytes to keep for the header; what it does not need is padding.
  /// - Throws: `FormatError` of kind `cannotCreate`.
  public init(path: String, partialPath: String, headerSpace: Int) throws(FormatError) {
    precondition(headerSpace > 0 && headerSpace.isMultiple(of: 8), "\(headerSpace) bytes for a header")
    self.path = path
    self.partialPath = partialPath
    self.headerSpace = headerSpace
    descriptor = open(partialPath, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .writing(partialPath, errno) }
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    // After `finish` there is nothing of this name.
    unlink(partialPath)
  }

  /// Writes bytes of the data; any thread may, as long as no two write the same bytes.
  public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FormatError) {
    try write(bytes, atByte: 8 + headerSpace + offset)
  }

  /// Reads bytes of the data that were written before.
  public func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(FormatError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = UnsafeMutableRawBufferPointer(rebasing: rest)
      let place = off_t(8 + headerSpace + offset + rest.startIndex)
      let got = pread(descriptor, part.baseAddress, part.count, place)
      if got < 0 && errno == EINTR { continue }
      guard got > 0 else { throw .reading(partialPath, got < 0 ? errno : EIO) }
      rest = rest.dropFirst(got)
    }
  }

  /// Writes the header, flushes the file to disk, and gives it its name.
  ///
  /// - Parameters:
  ///   - tensors: What the data are, in their order and without gaps; data beyond them are cut off.
  ///   - metadata: Texts for people and programs.
  /// - Throws: `FormatError` of kind `cannotCreate`.
  public func finish(_ tensors: [Tensor], metadata: [String: String]) throws(FormatError) {
    let header = SafetensorsWriter.header(tensors, metadata, space: headerSpace)
    precondition(header.count == headerSpace, "a header of \(header.count) bytes in \(headerSpace)")
    let dataCount = tensors.reduce(0) { $0 + $1.shape.reduce($1.type.size, *) }
    guard ftruncate(descriptor, off_t(8 + headerSpace + dataCount)) == 0 else { throw .writing(path, errno) }
    var failure: FormatError?
    withUnsafeBytes(of: UInt64(headerSpace).littleEndian) { length in
      do throws(FormatError) {
        try write(length, atByte: 0)
      } catch {
        failure = error
      }
    }
    header.withUnsafeBytes { bytes in
      do throws(FormatError) {
        try write(bytes, atByte: 8)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    guard fsync(descriptor) == 0 else { throw .writing(path, errno) }
    guard rename(partialPath, path) == 0 else { throw .writing(path, errno) }
  }

  private func write(_ bytes: UnsafeRawBufferPointer, atByte place: Int) throws(FormatError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest)
      let written = pwrite(descriptor, part.baseAddress, part.count, off_t(place + rest.startIndex))
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw .writing(partialPath, written < 0 ? errno : EIO) }
      rest = rest.dropFirst(written)
    }
  }
}
