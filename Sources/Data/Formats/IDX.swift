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
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - memory: The most bytes that it may take.
  /// - Throws: `FileError` when it is missing, no IDX file of bytes, holds more or less than its dimensions say, or too much.
  public init(path: String, memory: Int = .max) throws(FileError) {
    let bytes = try Gzip.read(path: path) { (head: [UInt8]) throws(FileError) -> Int in
      let header: Header
      do throws(FileError) {
        header = try Header(head, name: path)
      } catch {
        // Where the file ends so soon, the checks of the whole say what is wrong with it.
        if head.count >= Self.longestHeader { throw error }
        return min(memory, 1 << 20)
      }
      guard header.byteCount <= memory else {
        throw FileError(
          .malformed,
          "'\(path)' announces dimensions \(header.dimensions), which take \(mebibytes(header.byteCount)) MiB, and "
            + "\(mebibytes(memory)) MiB of memory are available; use a smaller data set or a larger machine")
      }
      return header.byteCount + Self.slack
    }
    try self.init(bytes, name: path)
  }

  private static let longestHeader = 4 + 4 * 255

  /// How many bytes too many are read, to say how many there are.
  private static let slack = 1 << 10

  /// The beginning of a file.
  private struct Header {
    let dimensions: [Int]
    /// Number of its own bytes and those of all elements.
    let byteCount: Int
    let count: Int

    init(_ bytes: [UInt8], name: String) throws(FileError) {
      guard bytes.count >= 4, bytes[0] == 0, bytes[1] == 0 else {
        throw IDX.malformed(name, "it does not begin with two zeros and two bytes for type and dimensions")
      }
      guard bytes[2] == 8 else {
        throw IDX.malformed(name, "expected elements of type 8 (unsigned bytes) and found type \(bytes[2])")
      }
      count = 4 + 4 * Int(bytes[3])
      guard bytes.count >= count else {
        throw IDX.malformed(name, "its header of \(bytes[3]) dimensions is truncated after \(bytes.count) bytes")
      }
      dimensions = (0..<Int(bytes[3])).map { axis in
        bytes[(4 + 4 * axis)..<(8 + 4 * axis)].reduce(0) { $0 << 8 | Int($1) }
      }
      var elements = 1
      for extent in dimensions {
        let (product, overflow) = elements.multipliedReportingOverflow(by: extent)
        guard !overflow, product < 1 << 60 else {
          throw IDX.malformed(name, "its dimensions \(dimensions) are impossible")
        }
        elements = product
      }
      byteCount = count + elements
    }
  }

  fileprivate static func malformed(_ name: String, _ text: String) -> FileError {
    FileError(.malformed, "'\(name)' is not a valid IDX file: \(text); use another copy of it")
  }

  /// Reads the bytes of a file.
  ///
  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - name: What error messages call it.
  /// - Throws: `FileError` when the bytes are not an IDX file of bytes, or more or fewer than its dimensions say.
  public init(_ bytes: [UInt8], name: String) throws(FileError) {
    let header = try Header(bytes, name: name)
    guard bytes.count == header.byteCount else {
      throw Self.malformed(
        name,
        "its dimensions \(header.dimensions) need \(header.byteCount - header.count) bytes of elements and it has "
          + "\(bytes.count - header.count)")
    }
    dimensions = header.dimensions
    elements = bytes[header.count...]
  }
}
