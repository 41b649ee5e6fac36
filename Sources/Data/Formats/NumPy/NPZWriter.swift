public import Files

/// Writes named arrays as `numpy.savez` does: stored, not compressed, and equal bytes for equal arrays.
public struct NPZWriter {
  private var zip: ZipWriter

  /// Starts a file.
  public init(to file: OutputFile) { zip = ZipWriter(to: file) }

  /// Adds an array of double precision.
  public mutating func add(_ name: String, shape: [Int], _ numbers: [Double]) throws(FileError) {
    try add(name, .float64, shape, numbers)
  }

  /// Adds an array of single precision.
  public mutating func add(_ name: String, shape: [Int], _ numbers: [Float]) throws(FileError) {
    try add(name, .float32, shape, numbers)
  }

  /// Adds an array of bytes.
  public mutating func add(_ name: String, shape: [Int], _ numbers: [UInt8]) throws(FileError) {
    try add(name, .uint8, shape, numbers)
  }

  /// Adds an array of whole numbers.
  public mutating func add(_ name: String, shape: [Int], _ numbers: [Int64]) throws(FileError) {
    try add(name, .int64, shape, numbers)
  }

  /// Adds an array of bytes that never is in memory as a whole.
  ///
  /// - Parameters:
  ///   - name: The array's name.
  ///   - shape: Its extents.
  ///   - parts: Calls its argument with one part of the bytes after the other.
  /// - Throws: What `parts` throws, and `FileError` of kind `cannotCreate`.
  public mutating func add(
    _ name: String, shape: [Int],
    parts: (_ append: ([UInt8]) throws(FileError) -> Void) throws(FileError) -> Void
  ) throws(FileError) {
    let header = NPYHeader.text(.uint8, shape: shape)
    try zip.add(name + ".npy", byteCount: header.count + shape.reduce(1, *), beginning: header, parts: parts)
  }

  /// Writes the directory, flushes the file to disk, and then gives it its name.
  public mutating func finish() throws(FileError) -> OutputFile.Summary { try zip.finish() }

  private mutating func add<Number: BitwiseCopyable>(
    _ name: String, _ type: NPYType, _ shape: [Int], _ numbers: [Number]
  ) throws(FileError) {
    let count = shape.reduce(1, *)
    precondition(numbers.count == count, "'\(name)' of shape \(shape) got \(numbers.count) elements")
    try zip.add(name + ".npy", NPYHeader.text(type, shape: shape) + numbers.withUnsafeBytes { Array($0) })
  }
}
