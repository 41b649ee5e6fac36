public import Files

/// The images of an `.npz` file as diffusion papers exchange them: `arr_0` of bytes, [image, row, column, channel].
///
/// Only the images that are asked for are in memory, and of a stored array no others are read. Those of a compressed one are
/// decompressed in order: going back begins at the first again.
public final class NPZImages {
  /// Images.
  public let count: Int
  /// Rows of an image.
  public let height: Int
  /// Pixels of a row.
  public let width: Int
  /// 1 or 3.
  public let channels: Int
  /// What error messages call the array.
  public var name: String { array.name }
  private let array: NPYArray
  private let file: NPZFile
  /// Whether bytes are passed over for nothing, where that is possible.
  private let skips: Bool
  private var reader: NPYReader
  /// Of the reader's next image.
  private var next = 0

  /// Opens the images of a file.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - name: The array's name; `nil` for `arr_0` or, where there is but one array, that one.
  ///   - comparesChecksum: Whether the array's checksum is compared when the last image is read after all others.
  /// - Throws: `FileError` when there is no such array, or it does not hold images.
  public init(_ file: NPZFile, name: String? = nil, comparesChecksum: Bool = false) throws(FileError) {
    self.file = file
    skips = !comparesChecksum
    let usual = file.names.count == 1 ? file.names[0] : "arr_0"
    array = try file.array(name ?? usual)
    let shape = array.shape
    guard array.type == .uint8, shape.count == 4, shape[3] == 1 || shape[3] == 3, array.isRowMajor, shape[0] > 0,
      (1...Self.extentLimit).contains(shape[1]), (1...Self.extentLimit).contains(shape[2])
    else {
      throw FileError(
        .malformed,
        "expected images in \(array.name), bytes (u1) of [count, height, width, 1 or 3], and found \(array.type.rawValue) "
          + "of \(shape)\(array.isRowMajor ? "" : " in Fortran's order"); \(Self.advice(array))")
    }
    (count, height, width, channels) = (shape[0], shape[1], shape[2], shape[3])
    reader = try array.reader(skips: skips)
  }

  private static let extentLimit = 1 << 13

  /// How to save what an array seems to hold.
  private static func advice(_ array: NPYArray) -> String {
    let shape = array.shape
    let isPlanar = shape.count == 4 && shape[3] != 1 && shape[3] != 3 && (shape[1] == 1 || shape[1] == 3)
    if isPlanar { return "save the channels last, as images.transpose(0, 2, 3, 1)" }
    if array.type.isReal {
      return "save bytes from 0 to 255, as (255 * images).round().astype('uint8') of numbers from 0 to 1"
    }
    if !array.isRowMajor { return "save numpy.ascontiguousarray(images)" }
    return "save images so, with numpy.savez"
  }

  /// Bytes of an image.
  public var imageByteCount: Int { height * width * channels }

  /// The bytes of some images, one after the other.
  public func bytes(_ range: Range<Int>) throws(FileError) -> [UInt8] {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "images \(range) of \(count)")
    try expectMemory(range.count * imageByteCount, for: "\(range.count) images of \(array.name)")
    if range.lowerBound < next {
      reader = try array.reader(skips: skips)
      next = 0
    }
    try reader.skip((range.lowerBound - next) * imageByteCount)
    let result = try reader.next(range.count * imageByteCount)
    next = range.upperBound
    return result
  }

  /// The classes of the images, `arr_1`, where the file has them.
  ///
  /// - Returns: A number for each image; `nil` without the array.
  /// - Throws: `FileError` when there are more or fewer, or negative ones.
  public func labels() throws(FileError) -> [Int32]? {
    try file.contains("arr_1") ? labels(required: "arr_1") : nil
  }

  /// The classes of the images in an array that has to be there.
  ///
  /// - Parameter name: The array's name.
  /// - Returns: A number for each image.
  /// - Throws: `FileError` when there is none, or more or fewer numbers, or negative or enormous ones.
  public func labels(required name: String) throws(FileError) -> [Int32] {
    let array = try file.array(name)
    guard array.shape == [count], !array.type.isReal else {
      throw FileError(
        .malformed,
        "expected \(count) whole numbers in \(array.name), one for each image, and found \(array.type.rawValue) of "
          + "\(array.shape); save the labels of these images")
    }
    return try ClassLabel.labels(try array.integers(), of: array.name)
  }
}
