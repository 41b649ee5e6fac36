public import Files

/// The content of a batch of CIFAR-10 in its binary version.
///
/// Records of 3073 bytes: the label, then 32×32 bytes of red, of green and of blue, rows from the top.
public struct CIFAR10Batch: Sendable {
  /// Height and width of the images.
  public static let side = 32
  /// Labels are below this.
  public static let classes = 10
  private static let recordSize = 1 + 3 * side * side

  /// The class of every image.
  public let labels: [UInt8]
  /// All images, rows from the top, channels fastest.
  public let pixels: [UInt8]

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - memory: The most bytes that it may take.
  /// - Throws: `FileError` when it is missing, no whole records, too large, or holds a label that there is not.
  public init(path: String, memory: Int) throws(FileError) {
    let file = try InputFile(path: path)
    try Self.check(file.byteCount, name: path)
    try self.init(try file.bytes(limit: memory / 2), name: path)
  }

  private static func malformed(_ name: String, _ text: String) -> FileError {
    FileError(.malformed, "'\(name)' is not a valid binary batch of CIFAR-10: \(text); use another copy of it")
  }

  private static func check(_ byteCount: Int, name: String) throws(FileError) {
    guard byteCount > 0, byteCount.isMultiple(of: recordSize) else {
      throw malformed(name, "expected records of \(recordSize) bytes and found \(byteCount) bytes")
    }
  }

  /// Reads the bytes of a file.
  ///
  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - name: What error messages call it.
  /// - Throws: `FileError` when the bytes are no whole records, or hold a label that there is not.
  public init(_ bytes: [UInt8], name: String) throws(FileError) {
    try Self.check(bytes.count, name: name)
    let count = bytes.count / Self.recordSize
    labels = (0..<count).map { bytes[$0 * Self.recordSize] }
    if let bad = labels.firstIndex(where: { $0 >= Self.classes }) {
      throw Self.malformed(
        name, "its record \(bad) has the label \(labels[bad]), and there are \(Self.classes) classes")
    }
    let plane = Self.side * Self.side
    pixels = [UInt8](unsafeUninitializedCapacity: count * 3 * plane) { target, initializedCount in
      bytes.withUnsafeBufferPointer { source in
        for record in 0..<count {
          for channel in 0..<3 {
            for pixel in 0..<plane {
              target[(record * plane + pixel) * 3 + channel] =
                source[record * Self.recordSize + 1 + channel * plane + pixel]
            }
          }
        }
      }
      initializedCount = target.count
    }
  }
}
