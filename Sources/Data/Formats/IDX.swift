public import Files

/// The content of an IDX file of bytes, the format of MNIST and its relatives.
///
/// Two zeros, the type (8: unsigned bytes), the number of dimensions, each dimension as four bytes with the most
/// significant first, then the elements with the last dimension fastest.
public struct IDX: Sendable {
  /// The extents, outermost first.
  public let dimensions: [Int]
  /// All elements.
  public let elements: ArraySlice<UInt8>

  /// Reads a file, which may be compressed with gzip.
  public init(path: String) throws(FileError) {
    try self.init(try Gzip.read(path: path), name: path)
  }

  /// Reads the bytes of a file.
  ///
  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - name: What error messages call it.
  /// - Throws: `FileError` when the bytes are not an IDX file of bytes, or more or fewer than its dimensions say.
  public init(_ bytes: [UInt8], name: String) throws(FileError) {
    let malformed = { (text: String) in
      FileError(.malformed, "'\(name)' is not a valid IDX file: \(text); use another copy of it")
    }
    guard bytes.count >= 4, bytes[0] == 0, bytes[1] == 0 else {
      throw malformed("it does not begin with two zeros and two bytes for type and dimensions")
    }
    guard bytes[2] == 8 else {
      throw malformed("expected elements of type 8 (unsigned bytes) and found type \(bytes[2])")
    }
    let headerCount = 4 + 4 * Int(bytes[3])
    guard bytes.count >= headerCount else {
      throw malformed("its header of \(bytes[3]) dimensions is truncated after \(bytes.count) bytes")
    }
    let dimensions = (0..<Int(bytes[3])).map { axis in
      bytes[(4 + 4 * axis)..<(8 + 4 * axis)].reduce(0) { $0 << 8 | Int($1) }
    }
    var count = 1
    for extent in dimensions {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow else { throw malformed("its dimensions \(dimensions) are impossible") }
      count = product
    }
    guard bytes.count - headerCount == count else {
      throw malformed(
        "its dimensions \(dimensions) need \(count) bytes of elements and it has \(bytes.count - headerCount)")
    }
    self.dimensions = dimensions
    elements = bytes[headerCount...]
  }
}
