public import Files

/// The images and labels of a TFRecord file, without their pixels.
///
/// Two sets of features are known: `image_raw` and `label`, pixels as they are, in the files of the released SAGAN; `image/encoded` and
/// `image/class/label`, JPEG, PNG or WebP, in those of TensorFlow's own converters. Checksums of lengths are compared when a file is
/// listed, those of contents when an image is read.
public struct TFRecordImages: Sendable {
  /// What an image is in the file.
  public enum Content: Sendable, Equatable {
    /// A JPEG, PNG or WebP file.
    case encoded
    /// Bytes of rows from the top, channels fastest.
    case raw(height: Int, width: Int, channels: Int)
  }

  /// Where an image is, and its class as the file has it.
  public struct Image: Sendable {
    /// The content of the record.
    let record: Range<Int>
    /// The image in it.
    let bytes: Range<Int>
    /// What it is.
    public let content: Content
    /// Its class.
    public let label: Int
  }

  private static let recordLimit = 1 << 29
  private static let extentLimit = 1 << 13

  /// In the order of the file.
  public let images: [Image]
  /// Whether labels are those of `image/class/label`, which may begin at 1.
  public let hasSlashes: Bool

  /// Lists a file.
  public init(path: String) throws(FileError) {
    let source = ByteSource(try InputFile(path: path))
    (images, hasSlashes) = try telling("'\(path)' is not a TFRecord file that sagan reads") {
      var (images, position, slashed) = ([Image](), 0, false)
      while position < source.byteCount {
        let record = try Self.record(source, at: position, images.count)
        let (image, isSlashed) = try Self.image(source, record, images.count)
        images.append(image)
        slashed = slashed || isSlashed
        position = record.upperBound + TFRecord.footerBytes
      }
      return (images, slashed)
    }
  }

  /// Where the content of the record at an offset is.
  private static func record(_ source: ByteSource, at position: Int, _ number: Int) throws -> Range<Int> {
    let start = position + TFRecord.headerBytes
    guard start <= source.byteCount else { throw FormatFault("it ends within record \(number); it is truncated") }
    guard let count = TFRecord.contentLength(header: try source.bytes(position..<start)) else {
      throw FormatFault("the length of record \(number) has another checksum than the file says")
    }
    guard count <= source.byteCount - start - TFRecord.footerBytes else {
      throw FormatFault("it ends within record \(number); it is truncated")
    }
    guard count <= recordLimit else { throw FormatFault("record \(number) would have \(grouped(count)) bytes") }
    return start..<start + count
  }

  private static func image(
    _ source: ByteSource, _ record: Range<Int>, _ number: Int
  ) throws -> (image: Image, isSlashed: Bool) {
    let features = try ExampleRecord(source, record).features
    func integer(_ name: String) -> Int? { if case .integer(let value) = features[name] { value } else { nil } }
    if case .bytes(let bytes) = features["image/encoded"], let label = integer("image/class/label") {
      return (Image(record: record, bytes: bytes, content: .encoded, label: label), true)
    }
    guard case .bytes(let bytes) = features["image_raw"], let label = integer("label") else {
      let names = features.keys.sorted().prefix(8).map(\.quoted).joined(separator: ", ")
      throw FormatFault(
        "record \(number) has the features \(names.isEmpty ? "of nothing" : names), and 'image_raw' with 'label' or "
          + "'image/encoded' with 'image/class/label' are expected", advice: "check what file that is")
    }
    let given = (integer("height"), integer("width"))
    let content: Content? =
      if let height = given.0, let width = given.1 {
        shape(bytes.count, height, width)
      } else {
        square(bytes.count)
      }
    guard let content else {
      throw FormatFault(
        "record \(number) has an 'image_raw' of \(grouped(bytes.count)) bytes, which are no square of 1 or 3 channels"
          + (given.0 == nil ? "" : " of the height and width it names"), advice: "check what file that is")
    }
    return (Image(record: record, bytes: bytes, content: content, label: label), false)
  }

  private static func shape(_ count: Int, _ height: Int, _ width: Int) -> Content? {
    guard (1...extentLimit).contains(height), (1...extentLimit).contains(width) else { return nil }
    for channels in [3, 1] where count == height * width * channels {
      return .raw(height: height, width: width, channels: channels)
    }
    return nil
  }

  /// The square of so many bytes; that of three channels where there are two.
  private static func square(_ count: Int) -> Content? {
    for channels in [3, 1] where count > 0 && count.isMultiple(of: channels) {
      let side = Int(Double(count / channels).squareRoot().rounded())
      if side * side * channels == count, side <= extentLimit {
        return .raw(height: side, width: side, channels: channels)
      }
    }
    return nil
  }

  /// The bytes of an image, after a comparison of its record's checksum.
  ///
  /// - Parameters:
  ///   - image: Which.
  ///   - path: The file, which is opened anew: there may be more of them than a process may have open.
  ///   - name: What error messages call the image.
  /// - Returns: The image as it is in the file.
  /// - Throws: `FileError` when the record is damaged.
  public static func bytes(of image: Image, path: String, name: String) throws(FileError) -> [UInt8] {
    let file = try InputFile(path: path)
    let bytes = try file.elements(
      of: UInt8.self, count: image.record.count + TFRecord.footerBytes, at: image.record.lowerBound)
    let content = Array(bytes.dropLast(TFRecord.footerBytes))
    guard TFRecord.footer(of: content) == Array(bytes.suffix(TFRecord.footerBytes)) else {
      throw FileError(
        .malformed,
        "\(name) is damaged: its record has another checksum than the file says; use another copy of the file")
    }
    let start = image.bytes.lowerBound - image.record.lowerBound
    return Array(content[start..<start + image.bytes.count])
  }
}
