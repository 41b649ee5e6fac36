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

  /// Reads the bytes of a file.
  ///
  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - name: What error messages call it.
  /// - Throws: `FileError` when the bytes are no whole records, or hold a label that there is not.
  public init(_ bytes: [UInt8], name: String) throws(FileError) {
    let malformed = { (text: String) in
      FileError(.malformed, "'\(name)' is not a valid binary batch of CIFAR-10: \(text); use another copy of it")
    }
    guard !bytes.isEmpty, bytes.count.isMultiple(of: Self.recordSize) else {
      throw malformed("expected records of \(Self.recordSize) bytes and found \(bytes.count) bytes")
    }
    let count = bytes.count / Self.recordSize
    labels = (0..<count).map { bytes[$0 * Self.recordSize] }
    if let bad = labels.firstIndex(where: { $0 >= Self.classes }) {
      throw malformed("its record \(bad) has the label \(labels[bad]), and there are \(Self.classes) classes")
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
