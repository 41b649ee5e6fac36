public import Files

/// The content of a file of CIFAR-10 or CIFAR-100, in its binary version or the one for Python.
///
/// Binary files are records: a label, of CIFAR-100 the coarse and then the fine one, then 32×32 bytes of red, of green and of
/// blue, rows from the top.
public struct CIFARBatch: Sendable {
  /// Which of the two data sets.
  public enum Form: Sendable {
    case cifar10
    case cifar100

    /// What people call it.
    public var title: String { self == .cifar10 ? "CIFAR-10" : "CIFAR-100" }

    /// For each label of an image: what files for Python call it, and how many classes there are; the last is the finest.
    var labels: [(key: String, classes: Int)] {
      self == .cifar10 ? [("labels", 10)] : [("coarse_labels", 20), ("fine_labels", 100)]
    }
  }

  /// Height and width of the images.
  public static let side = 32
  static let pixelCount = 3 * side * side

  /// The class of every image.
  public let labels: [UInt8]
  /// The coarser class of every image of CIFAR-100; else empty.
  public let coarseLabels: [UInt8]
  /// All images, rows from the top, channels fastest.
  public let pixels: [UInt8]

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: A binary file.
  ///   - form: Of which data set it is.
  ///   - memory: The most bytes that it may take.
  /// - Throws: `FileError` when it is missing, no whole records, too large, or holds a label that there is not.
  public init(path: String, _ form: Form = .cifar10, memory: Int) throws(FileError) {
    let file = try InputFile(path: path)
    try Self.check(file.byteCount, form, name: path)
    try self.init(try file.bytes(limit: memory / 2), form, name: path)
  }

  private static func malformed(_ name: String, _ form: Form, _ text: String) -> FileError {
    FileError(.malformed, "'\(name)' is not a valid binary batch of \(form.title): \(text); use another copy of it")
  }

  private static func check(_ byteCount: Int, _ form: Form, name: String) throws(FileError) {
    let size = form.labels.count + pixelCount
    guard byteCount > 0, byteCount.isMultiple(of: size) else {
      throw malformed(name, form, "expected records of \(size) bytes and found \(byteCount) bytes")
    }
  }

  /// Reads the bytes of a binary file.
  ///
  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - form: Of which data set it is.
  ///   - name: What error messages call it.
  /// - Throws: `FileError` when the bytes are no whole records, or hold a label that there is not.
  public init(_ bytes: [UInt8], _ form: Form = .cifar10, name: String) throws(FileError) {
    try Self.check(bytes.count, form, name: name)
    let places = form.labels.count
    let size = places + Self.pixelCount
    let count = bytes.count / size
    for record in 0..<count {
      for (place, label) in form.labels.enumerated() where bytes[record * size + place] >= label.classes {
        throw Self.malformed(
          name, form,
          "its record \(record) has the label \(bytes[record * size + place]), and there are \(label.classes) classes")
      }
    }
    labels = (0..<count).map { bytes[$0 * size + places - 1] }
    coarseLabels = places > 1 ? (0..<count).map { bytes[$0 * size] } : []
    pixels = Self.interleaved(bytes[...], count, stride: size, offset: places)
  }

  /// A file for Python that was taken apart.
  init(labels: [[UInt8]], planes: ArraySlice<UInt8>) {
    self.labels = labels.last ?? []
    coarseLabels = labels.count > 1 ? labels[0] : []
    pixels = Self.interleaved(planes, self.labels.count, stride: Self.pixelCount, offset: 0)
  }

  /// Images of planes with the channels fastest.
  private static func interleaved(_ bytes: ArraySlice<UInt8>, _ count: Int, stride: Int, offset: Int) -> [UInt8] {
    let plane = side * side
    return [UInt8](unsafeUninitializedCapacity: count * 3 * plane) { target, initializedCount in
      bytes.withUnsafeBufferPointer { source in
        for record in 0..<count {
          for channel in 0..<3 {
            let start = record * stride + offset + channel * plane
            for pixel in 0..<plane { target[(record * plane + pixel) * 3 + channel] = source[start + pixel] }
          }
        }
      }
      initializedCount = target.count
    }
  }
}
